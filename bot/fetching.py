"""Files that people give on Discord, fetched: never more of them than was said, and never unpacked."""

from __future__ import annotations

import aiohttp
import discord

from bot.intake import Refusal, refused_by_size
from bot.strings import Said

_TOGETHER = 1 << 16
_LONGEST_SECONDS = 60


async def fetched(attachment: discord.Attachment) -> bytes | Refusal:
    """Return the bytes of a file, or why it is not fetched: one that is said to be too large is not even asked for."""
    refusal = refused_by_size(attachment.size)
    if refusal:
        return refusal
    content = bytearray()
    asking = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=_LONGEST_SECONDS),
        headers={"Accept-Encoding": "identity"},
        auto_decompress=False,
    )
    try:
        async with asking as session, session.get(attachment.url) as response:
            if response.status != 200:
                return Refusal(Said.NOT_FETCHED)
            async for part in response.content.iter_chunked(_TOGETHER):
                content += part
                if len(content) > attachment.size:
                    return Refusal(Said.LONGER_THAN_SAID)
    except (aiohttp.ClientError, TimeoutError, ValueError):  # the last of an address that is none
        return Refusal(Said.NOT_FETCHED)
    return bytes(content) if len(content) == attachment.size else Refusal(Said.NOT_FETCHED)
