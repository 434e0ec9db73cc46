"""Whether a stream that goes on for hours stays as light as it began.

    python benchmarks/streaming.py [--characters 10000000]

Runs the playground on a terminal of 140x45 that nobody sees, and feeds it text
that the shipped network wrote, over and over, polling as often as it draws. Prints,
for each part of the way, the memory of the process and the processor time of a
frame: taking 512 characters, comparing them with the learned text, drawing.
"""

import argparse
import asyncio
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

REPORTS = 20
DRAWING_SECONDS = 1 / 60
"""How often Textual draws at most."""

WRITTEN = 50_000
"""Characters that the network really writes; they come round again and again."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=int, default=10_000_000)
    characters = parser.parse_args().characters
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RNNTUI_HOME"] = folder
        asyncio.run(stream(characters))


async def stream(characters: int) -> None:
    """Feed the playground so many characters."""
    from rnntui.runtime.session import Session, open_stream
    from rnntui.sampling.stream import Character
    from rnntui.tui.app import RnntuiApp

    written: list[Character] = []

    def over_and_over(*arguments: object) -> Iterator[Character]:
        if not written:
            opened: Callable[..., Iterator[Character]] = open_stream
            written.extend(itertools.islice(opened(*arguments), WRITTEN))
        return itertools.cycle(written)

    session = Session(open_stream=over_and_over)
    app = RnntuiApp(session, warm_up=lambda: 1e9)
    async with app.run_test(size=(140, 45)) as pilot:
        while session.network is None:
            await pilot.pause(0.1)
        session.set_pace(0)
        await pilot.press("g")
        playground = app.playground
        while len(playground.output.stream.text) < 512:
            await pilot.pause(0.1)
        print(f"{'characters':>12} {'memory':>10} {'CPU a frame':>12}")
        for part in range(1, REPORTS + 1):
            frames, began = 0, time.thread_time()
            while playground.output.stream.end < characters * part / REPORTS:
                playground.poll()
                await asyncio.sleep(DRAWING_SECONDS)
                frames += 1
            spent = (time.thread_time() - began) / frames
            seen = playground.output.stream.end
            print(f"{seen:12,} {memory() / 1e6:7.1f} MB {1e3 * spent:9.2f} ms", flush=True)
        session.close(seconds=5)
        app.exit(0)


def memory() -> int:
    """Bytes of this process that lie in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
