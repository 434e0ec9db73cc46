"""Time per epoch of a small classifier, ours beside the same network in plain PyTorch.

Run by hand: `python benchmarks/classify_epoch.py aclImdb_v1.tar.gz [--recipe imdb-onehot]
[--gigabytes 1] [--rounds 5] [--threads 2]`. Both learn from the same reviews in
batches of the same size, in one process, alternating. Ours is the learner that
`rnntui classify train` runs. The other is written as such scripts are: `nn.RNN`, a
`DataLoader`, one-hot vectors laid out beforehand (for the recipe imdb-embedding
`nn.Embedding`), torch's own RMSprop. As many reviews are taken as the laid-out
vectors of fit into `--gigabytes`. Printed are the medians, as seconds per epoch of
all training reviews, their ratio, and what the vectors of all reviews would take.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from rnntui.tasks.classification.learner import ClassifyLearner
from rnntui.tasks.classification.opening import new_classify_run
from rnntui.tasks.classification.provenance import LabelledSource
from rnntui.tasks.classification.recipes import find_classify_recipe
from rnntui.tasks.classification.run import ClassifyRun
from rnntui.text.labelled.batches import TextSplit, padded
from rnntui.training.progress import Progress

Epoch = Callable[[int], None]


class PlainNetwork(nn.Module):
    """One-hot vectors or an embedding, a vanilla RNN, a linear layer on its last state."""

    def __init__(self, run: ClassifyRun) -> None:
        """Make the network of a run's size."""
        super().__init__()
        config = run.model
        self.embedding: nn.Module = nn.Identity()
        if config.input_encoding == "embedding":
            self.embedding = nn.Embedding(config.vocab_size, config.embedding_size)
        self.rnn = nn.RNN(config.input_size, config.hidden_size, batch_first=True)
        self.head = nn.Linear(config.hidden_size, 1)

    def forward(self, x: Tensor) -> Tensor:
        """One score per text `[B]`."""
        out, _ = self.rnn(self.embedding(x))
        return self.head(out[:, -1]).squeeze(1)


def ours(run: ClassifyRun) -> Epoch:
    """An epoch of our learner."""
    learner = ClassifyLearner(run)
    rate, batches = run.config.learning_rate, run.batches.batches_per_epoch

    def epoch(number: int) -> None:
        for batch in range(batches):
            learner.step(Progress(step=number * batches + batch, epoch=number, batch=batch), rate)

    return epoch


def plain(run: ClassifyRun) -> Epoch:
    """An epoch of the plain network."""
    config, chosen = run.config, run.split.train
    ids = torch.from_numpy(padded(run.examples.texts, chosen, config.max_length))
    labels = torch.from_numpy(run.examples.labels[chosen]).float()
    x = laid_out(ids, run.model.vocab_size) if one_hot(run) else ids
    network = PlainNetwork(run)
    optimizer = torch.optim.RMSprop(network.parameters(), config.learning_rate, 0.9, 1e-7)
    loader = DataLoader(TensorDataset(x, labels), config.batch_size, shuffle=True)

    def epoch(_number: int) -> None:
        for inputs, wanted in loader:
            optimizer.zero_grad()
            loss = functional.binary_cross_entropy_with_logits(network(inputs), wanted)
            loss.backward()
            optimizer.step()
            loss.item()

    return epoch


def laid_out(ids: Tensor, size: int) -> Tensor:
    """One-hot vectors `[N, T, V]`, without the detour over whole numbers of eight bytes."""
    return torch.zeros(*ids.shape, size).scatter_(2, ids.unsqueeze(2), 1.0)


def one_hot(run: ClassifyRun) -> bool:
    """Whether a token enters as a one-hot vector."""
    return run.model.input_encoding == "one-hot"


def fitting(run: ClassifyRun, gigabytes: float) -> ClassifyRun:
    """The run with as many of its reviews as fit when they are laid out."""
    if not one_hot(run):
        return run
    reviews = int(gigabytes * 1e9 / (run.config.max_length * run.model.vocab_size * 4))
    return replace(run, split=TextSplit(run.split.train[:reviews], run.split.validation))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", help="labelled texts, as 'rnntui classify train' takes them")
    parser.add_argument("--recipe", default="imdb-onehot", help="imdb-onehot or imdb-embedding")
    parser.add_argument("--gigabytes", type=float, default=1.0, help="for vectors laid out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    recipe = find_classify_recipe(arguments.recipe)
    with tempfile.TemporaryDirectory() as folder:
        source = LabelledSource(arguments.labelled)
        run = new_classify_run(Path(folder), source, recipe.config, "bench")
    everything, run = len(run.split.train), fitting(run, arguments.gigabytes)
    reviews = len(run.split.train)
    seconds: dict[str, list[float]] = {"ours": [], "plain": []}
    epochs = {"ours": ours(run), "plain": plain(run)}
    for number in range(arguments.rounds + 1):
        for name, epoch in epochs.items():
            began = time.perf_counter()
            epoch(number)
            # The first round sets things up.
            if number:
                seconds[name].append((time.perf_counter() - began) * everything / reviews)
    ratios = [p / o for p, o in zip(seconds["plain"], seconds["ours"], strict=True)]
    about = f"{reviews:,} reviews, {arguments.threads} threads, torch {torch.__version__}"
    print(f"{recipe.name}: {about}")
    for name, measured in seconds.items():
        spread = f"{min(measured):.2f} to {max(measured):.2f}"
        median = statistics.median(measured)
        print(f"  {name:5} {median:6.2f} s per epoch of {everything:,} reviews ({spread})")
    print(f"  ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    as_ids = len(run.examples.texts) * run.config.max_length * 4
    vectors = as_ids * run.model.vocab_size
    print(f"  all inputs: {as_ids:,} bytes as ids (int32), {vectors:,} as one-hot floats")


if __name__ == "__main__":
    main()
