"""Waiting for what threads bring about."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

PATIENCE_S = 60.0
"""What no machine takes, however busy: only a test that hangs gets there."""


async def until(
    pilot: Pilot[Any], condition: Callable[[], bool], seconds: float = PATIENCE_S
) -> None:
    """Wait until `condition` holds, and what brought it about has been dealt with.

    Asleep in between: `pilot.pause` asks every widget each time, which costs more
    than most of what is waited for.
    """
    if condition():
        return
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
    await pilot.pause()
