"""`python -m tests.loopback`: the bot in a terminal, without a token."""

from __future__ import annotations

import argparse
import asyncio
import shlex
from contextlib import suppress

from tests.loopback.demo import demonstrate

parser = argparse.ArgumentParser(prog="python -m tests.loopback", description=__doc__)
parser.add_argument("--bot", default="-m bot run", metavar="ARGUMENTS", help="how Python starts the bot (%(default)s)")
parser.add_argument("--no-bot", action="store_true", help="only the server: the bot is started elsewhere")
parser.add_argument("--loud", action="store_true", help="show what the bot logs")
parser.add_argument("--pace", type=float, default=0.0, metavar="SECONDS", help="wait between two lines of a pipe")
parser.add_argument("--port", type=int, default=0, help="where to listen (anywhere)")

if __name__ == "__main__":
    chosen = parser.parse_args()
    command = None if chosen.no_bot else shlex.split(chosen.bot)
    with suppress(KeyboardInterrupt, BrokenPipeError):
        asyncio.run(demonstrate(command, loud=chosen.loud, port=chosen.port, pace=chosen.pace))
