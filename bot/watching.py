"""The folder of documents, watched: some time after the last change in it, its index is refreshed."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from bot.jobs import AlreadyRunning, JobFailed
from bot.managed import Managed
from bot.refreshing import Refreshing
from retrieval.admin_log import Actor

WATCHER = Actor("watching the folder", "this machine")
_AGAIN_SECONDS = 10.0
"""After how long a folder that is not there is looked for again."""

_log = logging.getLogger(__name__)


async def refresh_when_changed(refreshing: Refreshing, managed: Managed, quiet_seconds: float) -> None:
    """Refresh an index whenever its documents have changed and then stayed as they are for some seconds."""
    from watchfiles import DefaultFilter, awatch  # only where it is wanted

    class Documents(DefaultFilter):
        """What belongs to the documents: neither hidden, nor the index where that lies among them."""

        def __call__(self, change: object, path: str) -> bool:
            place = Path(path)
            below = place.relative_to(managed.documents) if place.is_relative_to(managed.documents) else place
            hidden = any(part.startswith(".") for part in below.parts)
            return not hidden and not place.is_relative_to(managed.index)

    changed = asyncio.Event()
    refresher = asyncio.create_task(_refresh_after_quiet(refreshing, managed, changed, quiet_seconds))
    try:
        while True:
            try:
                async for _ in awatch(managed.documents, watch_filter=Documents(), recursive=True):
                    changed.set()
            except (OSError, RuntimeError) as error:
                _log.warning("the folder of documents cannot be watched: %s", type(error).__name__)
            await asyncio.sleep(_AGAIN_SECONDS)
    finally:
        refresher.cancel()


async def _refresh_after_quiet(
    refreshing: Refreshing, managed: Managed, changed: asyncio.Event, quiet_seconds: float
) -> None:
    """Begin a refresh once nothing has changed for a while; where one runs already, once more after it."""
    while True:
        await changed.wait()
        while changed.is_set():
            changed.clear()
            await asyncio.sleep(quiet_seconds)
        try:
            refresh = await refreshing.begin(managed, WATCHER)
            found = await asyncio.shield(refresh.outcome)  # whoever follows it wants it as well
            _log.info("the folder changed and was read", extra={"changed": found.changed_anything})
        except AlreadyRunning:
            changed.set()
        except JobFailed as error:
            _log.warning("the folder changed and could not be read: %s", error)
        except Exception:  # no process can be begun, for one: the next change is another try
            _log.exception("the folder changed and was not read")
