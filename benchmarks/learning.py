"""How much is learned in how long: a recipe's loss on the held-out end of a text.

    python benchmarks/learning.py TEXT minute --minutes 1 --seeds 1 2 3
    python benchmarks/learning.py TEXT quarter-hour

Trains the recipe from a clean start with `rnntui train`, once for each seed, with
compiled kernels that lie ready as they do from the second start on. Prints for each
the seconds of training up to its last step, its steps and the loss on the last tenth
of the text (nats per character), measured in two ways: with the hidden state carried
through all of it, and cut into pieces of 256 characters that are read from zero
state, as a network with a context of 256 would have to. For tinyshakespeare that is
the split of nanoGPT's example: the first 90% of the characters train, the last 10%
validate.

A training is recorded in `benchmarks/results/learning.jsonl` (or `--record FILE`) and
not repeated while the recipe, the text and the processor are what they were; delete
the file after a change to how a network is trained.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from ready_kernels import ready_kernels
from rows import processor
from torch.nn import functional

from rnntui.nets.char_model import CharModel
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.model_loading import model_of
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.tasks.characters.scoring import own_corpus
from rnntui.text.batches import split
from rnntui.text.corpus import load_corpus

CONTEXT = 256
RECORD = Path(__file__).parent / "results" / "learning.jsonl"


@dataclass(frozen=True)
class Learnt:
    """What came of one training here: of the text with this hash, with these settings."""

    recipe: str
    processor: str
    text_hash: str
    settings: dict[str, Any]
    seconds: float
    steps: int
    carried: float
    in_context: float


def learned(
    text: Path, recipe: str, minutes: float | None, seed: int, record: Path | None
) -> Learnt:
    """What is recorded of such a training; else train, and record that. None: just train."""
    config = find_recipe(recipe).config
    asked = config.replaced({"minutes": minutes or config.minutes, "seed": seed, "device": "cpu"})
    settings = json.loads(json.dumps(asdict(asked)))  # as they are read back
    text_hash = load_corpus(text).content_hash
    lines = record.read_text(encoding="utf-8").splitlines() if record and record.exists() else []
    for one in (Learnt(**json.loads(line)) for line in lines):
        subject = (one.recipe, one.processor, one.text_hash, one.settings)
        if subject == (recipe, processor(), text_hash, settings):
            return one
    with tempfile.TemporaryDirectory() as home:
        found = Learnt(
            recipe, processor(), text_hash, settings, *train(text, recipe, settings, Path(home))
        )
    if record:
        record.parent.mkdir(parents=True, exist_ok=True)
        with record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(found)) + "\n")
    return found


def train(
    text: Path, recipe: str, settings: dict[str, Any], home: Path
) -> tuple[float, int, float, float]:
    """Train; the seconds, the steps, and the loss at the end measured in both ways."""
    minutes, seed = settings["minutes"], settings["seed"]
    name = f"{recipe}-{seed}"
    command = [sys.executable, "-c", "from rnntui.cli.main import run; run()"]
    command += ["train", str(text), "--recipe", recipe, "--name", name, "--seed", str(seed)]
    command += ["--json", "--minutes", str(minutes), "--device", "cpu"]
    environment = {**os.environ, **ready_kernels(), "RNNTUI_HOME": str(home)}
    told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout
    events = [json.loads(line) for line in told.splitlines()]
    last = [event for event in events if event["event"] == "step"][-1]
    measured = [e for e in events if e["event"] == "evaluated" and e["step"] == last["step"]][-1]
    checkpoint = load_checkpoint(home / "checkpoints" / name / "last.safetensors")
    config = checkpoint.header.config
    _, held_out = split(own_corpus(checkpoint).ids, config.val_fraction)
    return (
        last["elapsed_s"],
        last["step"],
        measured["val_loss"],
        loss_in_context(model_of(checkpoint), torch.from_numpy(held_out.astype("int64"))),
    )


@torch.inference_mode()
def loss_in_context(model: CharModel, ids: torch.Tensor) -> float:
    """The mean loss over whole pieces of `CONTEXT` characters, each read from zero state."""
    pieces = (len(ids) - 1) // CONTEXT
    inputs = ids[: pieces * CONTEXT].view(pieces, CONTEXT)
    targets = ids[1 : pieces * CONTEXT + 1].view(pieces, CONTEXT)
    total = 0.0
    for first in range(0, pieces, 64):
        now = inputs[first : first + 64]
        logits, _ = model(now, model.zero_state(len(now)))
        wanted = targets[first : first + 64].flatten()
        total += float(functional.cross_entropy(logits.flatten(0, 1), wanted, reduction="sum"))
    return total / targets.numel()


def spread(values: Sequence[float]) -> str:
    """Mean, smallest and largest."""
    return f"{statistics.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})"


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("recipe", nargs="+")
    parser.add_argument("--minutes", type=float, help="in place of the recipe's")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--record", type=Path, default=RECORD, help="where trainings are kept")
    chosen = parser.parse_args()
    for recipe in chosen.recipe:
        runs = []
        for seed in chosen.seeds:
            run = learned(chosen.text, recipe, chosen.minutes, seed, chosen.record)
            runs.append(run)
            print(
                f"{recipe} {run.settings['minutes']:g} min, seed {seed}: {run.seconds:.1f} s,"
                f" {run.steps:,} steps, carried {run.carried:.4f},"
                f" context {CONTEXT} {run.in_context:.4f}",
                flush=True,
            )
        print(f"{recipe}: carried {spread([run.carried for run in runs])},", end=" ")
        print(f"context {CONTEXT} {spread([run.in_context for run in runs])}", flush=True)


if __name__ == "__main__":
    main()
