"""Texts: how fast they are encoded, the vocabulary counted with it, and opened again.

    python benchmarks/encoding.py [--megabytes 200] [--opening 1000]

The baseline is what a script does: read the file, count its characters, and look
each up in a dictionary; it is given a part of the same text, as it is slow.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

import numpy as np
from rows import Row, as_markdown

from rnntui import places

BASELINE_MEGABYTES = 20


def texts() -> dict[str, str]:
    """A piece of each kind of text."""
    folder = places.shipped_corpora_dir()
    return {
        "ASCII": (folder / "play.txt").read_text(encoding="ascii", errors="replace"),
        "Korean": (folder / "korean.txt").read_text(encoding="utf-8"),
    }


def written(folder: Path, name: str, piece: str, megabytes: float) -> Path:
    """A file of that size."""
    content = piece.encode()
    path = folder / f"{name}-{megabytes:g}.txt"
    with path.open("wb") as file:
        for _ in range(int(megabytes * 1e6 / len(content))):
            file.write(content)
    return path


_LOAD = """
import sys, time
from growth import peak_megabytes
from rnntui.text.corpus import load_corpus
load_corpus("hello")
before = peak_megabytes()
began = time.perf_counter()
corpus = load_corpus(sys.argv[1])
took = time.perf_counter() - began
print(took, peak_megabytes() - before, len(corpus) * corpus.ids.itemsize / 1e6)
"""


def loaded(path: Path, home: Path) -> tuple[float, float, float]:
    """Seconds, MB that the process grew by, and MB of ids, of loading in a process of its own."""
    command = [sys.executable, "-c", _LOAD, str(path)]
    here = str(Path(__file__).parent)
    paths = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {
        **os.environ,
        "RNNTUI_HOME": str(home),
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": paths,
    }
    out = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds, grown, ids = map(float, out.stdout.split())
    return seconds, grown, ids


def plain(path: Path) -> float:
    """Seconds of a script's way."""
    began = time.perf_counter()
    text = path.read_text(encoding="utf-8")
    symbols = [symbol for symbol, _ in Counter(text).most_common()]
    ranks = {symbol: rank for rank, symbol in enumerate(symbols)}
    np.array([ranks[symbol] for symbol in text], np.uint16)
    return time.perf_counter() - began


def rows(megabytes: float, opening: float, rounds: int = 3) -> list[Row]:
    """All rows."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, piece in texts().items():
            path = written(folder, kind, piece, megabytes)
            small = written(folder, kind, piece, BASELINE_MEGABYTES)
            ratios, speeds, plains, memory = [], [], [], []
            for turn in range(rounds):
                home = folder / f"{kind}-{turn}"
                theirs = BASELINE_MEGABYTES / plain(small)
                seconds, grown, ids = loaded(path, home)
                speeds.append(megabytes / seconds)
                plains.append(theirs)
                ratios.append(speeds[-1] / theirs)
                memory.append(grown)
            note = f"the process grew by {median(memory):.0f} MB, ids are {ids:.0f} MB"
            found.append(
                Row(
                    f"encoding {megabytes:g} MB, {kind}", "MB a second", median(speeds),
                    median(plains), median(ratios), min(ratios), max(ratios), note,
                )
            )  # fmt: skip
        large = written(folder, "large", texts()["ASCII"], opening)
        seconds, grown, ids = loaded(large, folder / "large-home")
        note = f"encoded in {seconds:.1f} s, growing by {grown:.0f} MB for {ids:.0f} MB of ids"
        again = median(loaded(large, folder / "large-home")[0] for _ in range(rounds))
        found.append(Row(f"opening {opening:g} MB, encoded before", "seconds", again, note=note))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--opening", type=float, default=1000)
    chosen = parser.parse_args()
    print(as_markdown(rows(chosen.megabytes, chosen.opening)), end="")


if __name__ == "__main__":
    main()
