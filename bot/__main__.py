"""`python -m bot` is `rapporteur`."""

from bot.cli import main

if __name__ == "__main__":
    main()
