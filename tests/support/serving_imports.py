"""Does everything that a container does, and prints what of the installed packages that has loaded, as JSON.

Run as a program, with an index and its exported model in place; it connects to no Discord.
"""

from __future__ import annotations

import asyncio
import json
import sys
from importlib import metadata

ASKED = (
    ["--help"], ["ask", "--help"], ["index"], ["ask", "When does UNMOT's mandate end?"], ["ask", "--json", "quolls"],
    ["search", "cease-fire"], ["lookup", "1138 PP3"], ["sources"], ["check"], ["verify", "Decides to"], ["doctor"],
    ["history"], ["health"],
)  # fmt: skip


def main() -> None:
    """Do it."""
    before = set(sys.modules)
    from bot.cli import application

    statuses = {" ".join(arguments): _status(application, arguments) for arguments in ASKED}
    asyncio.run(_bot())
    loaded = {name.split(".")[0] for name, module in sys.modules.items() if module and name not in before}
    owners = metadata.packages_distributions()
    found = {owner for name in loaded for owner in owners.get(name, ())}
    sys.stderr.write(json.dumps({"statuses": statuses, "packages": sorted(found)}))


def _status(application: object, arguments: list[str]) -> object:
    try:
        application()(arguments)  # type: ignore[operator]
    except SystemExit as ended:
        return ended.code
    return None


async def _bot() -> None:
    """Prepare the bot as `rapporteur run` does, short of connecting."""
    from bot.config import configure, configure_discord, settings
    from bot.opening import opened_library
    from bot.running import client_for, prepared

    values = settings() | {"DISCORD_TOKEN": "a.b.c", "RAPPORTEUR_WATCH": "3600"}
    with opened_library(configure(values)) as library:
        async with client_for(library, prepared(configure_discord(values), sys.stdout), configure(values)):
            await asyncio.sleep(0)  # what watches the folder begins


if __name__ == "__main__":
    main()
