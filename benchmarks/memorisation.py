"""What the memorisation meter costs: building its index, keeping it, and each character.

    python benchmarks/memorisation.py 100000 1000000 10000000

Each size has a process of its own. The corpus is the beginning of the Python
sources that the interpreter can import, which are more repetitive than prose,
or of the file given with `--text`. While the index is built, another thread
asks for the interpreter every millisecond and notes how long it waited. Other
programs make both look worse, so of several builds the best figures count.
Then a meter is fed, a thousand characters at a time, with random characters, with a
stretch of the corpus, and with words of the corpus in random order; the first
and the last tenth of what was fed show whether the cost grows with the text.
"""

import argparse
import random
import resource
import sysconfig
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np

from rnntui.lenses.memorisation import CorpusIndex, MemorisationMeasure

WRITTEN = 500_000
PUSHED = 1000
MB = 1e6


def corpus_bytes(size: int, text: Path | None) -> bytes:
    """Read `size` bytes of the text, or of Python sources in the order of their names."""
    if text is not None:
        return text.read_bytes()[:size]
    read = bytearray()
    for folder in ("stdlib", "purelib"):
        for path in sorted(Path(sysconfig.get_path(folder)).rglob("*.py")):
            read += path.read_bytes()
            if len(read) >= size:
                return bytes(read[:size])
    return bytes(read)


def written_texts(corpus: bytes) -> dict[str, bytes]:
    """Make the three texts that a meter is fed with."""
    generator = random.Random(1)
    symbols = bytes(sorted(set(corpus)))
    words = corpus[: 2 * WRITTEN].split(b" ")
    middle = len(corpus) // 3
    memorised = (corpus[middle:] + corpus[:middle]) * (WRITTEN // len(corpus) + 1)
    return {
        "random": bytes(generator.choices(symbols, k=WRITTEN)),
        "copied": memorised[:WRITTEN],
        "words": b" ".join(generator.choices(words, k=WRITTEN))[:WRITTEN],
    }


def build(ids: np.ndarray, vocab_size: int) -> tuple[CorpusIndex, float, list[float]]:
    """Build an index in a thread; return it, the seconds, and how late this one woke, in ms."""
    built: list[CorpusIndex] = []

    def work() -> None:
        built.append(CorpusIndex.build(ids, vocab_size, lambda: False, limit=len(ids)))

    thread = threading.Thread(target=work)
    late = []
    start = time.perf_counter()
    thread.start()
    while thread.is_alive():
        before = time.perf_counter()
        time.sleep(0.001)
        late.append((time.perf_counter() - before - 0.001) * 1e3)
    return built[0], time.perf_counter() - start, late


def feed(meter: MemorisationMeasure, ids: list[int]) -> list[float]:
    """Feed a meter; return the µs per character of each push."""
    costs = []
    for start in range(0, len(ids), PUSHED):
        chunk = ids[start : start + PUSHED]
        begun = time.perf_counter()
        meter.push(chunk)
        costs.append((time.perf_counter() - begun) / len(chunk) * 1e6)
    return costs


def measure(size: int, text: Path | None, repeats: int) -> str:
    """Measure one size of corpus; return the figures as lines."""
    corpus = corpus_bytes(size, text)
    table = np.zeros(256, np.uint8)
    symbols = sorted(set(corpus))
    table[symbols] = np.arange(len(symbols))
    ids = table[np.frombuffer(corpus, np.uint8)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    index, seconds, late = build(ids, len(symbols))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    for _ in range(repeats - 1):
        _, other_seconds, other_late = build(ids, len(symbols))
        seconds, late = min(seconds, other_seconds), min(late, other_late, key=max)
    lines = [
        f"{len(corpus):,} characters of {len(symbols)} symbols: built in {seconds:.2f} s, "
        f"takes {index.nbytes / MB:.1f} MB, {peak / MB:.0f} MB while built; "
        f"other threads waited {max(late):.1f} ms at most, {median(late):.2f} ms as a rule"
    ]
    for name, characters in written_texts(corpus).items():
        meter = MemorisationMeasure(index)
        costs = feed(meter, table[np.frombuffer(characters, np.uint8)].tolist())
        tenth = len(costs) // 10
        reading = meter.reading
        lines.append(
            f"  {name:7} {median(costs):.2f} µs per character (first tenth "
            f"{median(costs[:tenth]):.2f}, last {median(costs[-tenth:]):.2f}, worst push "
            f"{max(costs):.2f}); {reading.share:.1%} copied, longest {reading.longest:,}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure the sizes asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", type=int, nargs="+", help="characters of the corpus")
    parser.add_argument("--text", type=Path, help="take the corpus from this file")
    parser.add_argument("--builds", type=int, default=3, help="how often to build each index")
    chosen = parser.parse_args()
    # A process for each, so that each peak of memory is its own.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        for size in chosen.sizes:
            print(processes.submit(measure, size, chosen.text, chosen.builds).result(), flush=True)


if __name__ == "__main__":
    main()
