"""What people train today, written anew as small, plain programs, to be held against ours.

    python benchmarks/peers.py transformer TEXT
    python benchmarks/peers.py alice TEXT         # a chapter; needs Keras

`transformer` is nanoGPT's recipe for a processor (github.com/karpathy/nanoGPT,
README): 4 layers, 4 heads, 128 wide, context 64, batch 12, 2,000 iterations, no
dropout, AdamW with a warm-up of 100 steps to 1e-3 and half a cosine down to 1e-4.
`alice` is the Keras network of windows: one-hot windows of 10, a SimpleRNN of
128, a softmax, Adam, batches of 128. Each prints its seconds and its loss.
"""

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

ITERATIONS, BATCH, CONTEXT, WIDTH, LAYERS, HEADS = 2000, 12, 64, 128, 4, 4
WARM_UP, HIGHEST_RATE, LOWEST_RATE = 100, 1e-3, 1e-4


@dataclass(frozen=True)
class Peer:
    """Seconds of training, and the loss in nats per character it came to."""

    seconds: float
    loss: float


def encoded(text: str) -> tuple[Tensor, int]:
    """Ids, and how many there are of them."""
    symbols = sorted(set(text))
    ranks = {symbol: rank for rank, symbol in enumerate(symbols)}
    return torch.tensor([ranks[symbol] for symbol in text]), len(symbols)


class Block(nn.Module):
    """Causal attention and two linear layers, each behind a norm and beside a skip."""

    def __init__(self) -> None:
        """Make the layers."""
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH, bias=False) for _ in range(2))
        self.heads = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.joined = nn.Linear(WIDTH, WIDTH, bias=False)
        self.wide = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.narrow = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, T, W]` in and out."""
        batch, length, _ = x.shape
        parts = self.heads(self.norms[0](x)).split(WIDTH, dim=2)
        query, key, value = (part.view(batch, length, HEADS, -1).transpose(1, 2) for part in parts)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.joined(seen.transpose(1, 2).reshape(batch, length, WIDTH))
        return x + self.narrow(functional.gelu(self.wide(self.norms[1](x))))


class Transformer(nn.Module):
    """Character and place embeddings, blocks, and a head that shares the embedding."""

    def __init__(self, symbols: int) -> None:
        """Make the layers, as small as GPT-2's weights begin."""
        super().__init__()
        self.symbols = nn.Embedding(symbols, WIDTH)
        self.places = nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(WIDTH, bias=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                deep = name.endswith(("joined.weight", "narrow.weight"))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * LAYERS) if deep else 0.02)

    def forward(self, ids: Tensor) -> Tensor:
        """Scores `[B, T, V]` for what follows each of `ids` `[B, T]`."""
        x = self.symbols(ids) + self.places(torch.arange(ids.shape[1]))
        return self.norm(self.blocks(x)) @ self.symbols.weight.t()


def transformer(text: str, seed: int = 0) -> Peer:
    """Train it, and measure it on the last tenth, in pieces as long as its context."""
    torch.manual_seed(seed)
    ids, symbols = encoded(text)
    learned, held_out = ids[: int(0.9 * len(ids))], ids[int(0.9 * len(ids)) :]
    model = Transformer(symbols)
    matrices = [weight for weight in model.parameters() if weight.ndim == 2]
    vectors = [weight for weight in model.parameters() if weight.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=HIGHEST_RATE, betas=(0.9, 0.99), fused=True)
    began = time.perf_counter()
    for step in range(ITERATIONS):
        done = max(0.0, (step - WARM_UP) / (ITERATIONS - WARM_UP))
        falling = LOWEST_RATE + (HIGHEST_RATE - LOWEST_RATE) * (1 + math.cos(math.pi * done)) / 2
        for group in optimizer.param_groups:
            group["lr"] = HIGHEST_RATE * (step + 1) / WARM_UP if step < WARM_UP else falling
        starts = torch.randint(len(learned) - CONTEXT, (BATCH, 1)) + torch.arange(CONTEXT + 1)
        now = learned[starts]
        loss = functional.cross_entropy(model(now[:, :-1]).flatten(0, 1), now[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    seconds = time.perf_counter() - began
    pieces = (len(held_out) - 1) // CONTEXT
    inputs = held_out[: pieces * CONTEXT].view(pieces, CONTEXT)
    targets = held_out[1 : pieces * CONTEXT + 1].view(pieces, CONTEXT)
    with torch.inference_mode():
        scores = torch.cat([model(part) for part in inputs.split(64)])
        measured = functional.cross_entropy(scores.flatten(0, 1), targets.flatten())
    return Peer(seconds, measured.item())


def alice(text: str, epochs: int = 1) -> Peer:
    """Train the Keras network of windows for some epochs. Raises `ImportError` without Keras."""
    import keras

    ids, symbols = encoded(text)
    one_hot = np.eye(symbols, dtype=np.float32)[ids.numpy()]
    windows = np.stack([one_hot[start : start + 10] for start in range(len(ids) - 10)])
    targets = one_hot[10:]
    model = keras.Sequential(
        [
            keras.layers.Input((10, symbols)),
            keras.layers.SimpleRNN(128),
            keras.layers.Dense(symbols, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    model.fit(windows[:256], targets[:256], batch_size=128, epochs=1, verbose=0)  # sets up
    began = time.perf_counter()
    history = model.fit(windows, targets, batch_size=128, epochs=epochs, verbose=0)
    return Peer(time.perf_counter() - began, history.history["loss"][-1])


def main() -> None:
    """Train and print."""
    peers: dict[str, Callable[[str], Peer]] = {"transformer": transformer, "alice": alice}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("peer", choices=peers)
    parser.add_argument("text", type=Path)
    chosen = parser.parse_args()
    peer = peers[chosen.peer](chosen.text.read_text(encoding="utf-8"))
    print(f"{chosen.peer}: {peer.seconds:.1f} s, loss {peer.loss:.4f}")


if __name__ == "__main__":
    main()
