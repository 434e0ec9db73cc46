"""RMSprop as Keras defines it."""

import numpy as np
import torch

from rnntui.training.optimizing.keras_rmsprop import KerasRmsprop


def test_each_step_is_the_formula_with_epsilon_inside_the_root() -> None:
    draw = np.random.default_rng(1)
    weights = [torch.nn.Parameter(torch.tensor(draw.normal(size=(3, 2)))) for _ in range(2)]
    expected = [weight.detach().numpy().copy() for weight in weights]
    velocities = [np.zeros((3, 2)) for _ in range(2)]
    optimizer = KerasRmsprop(weights, lr=0.01)
    for _ in range(4):
        for number, weight in enumerate(weights):
            # Small ones, for which the place of epsilon matters.
            gradient = draw.normal(size=(3, 2)) * 1e-4
            weight.grad = torch.tensor(gradient)
            velocities[number] += (1 - 0.9) * (gradient**2 - velocities[number])
            expected[number] -= 0.01 * gradient / np.sqrt(velocities[number] + 1e-7)
        optimizer.step()
    for weight, wanted in zip(weights, expected, strict=True):
        np.testing.assert_allclose(weight.detach().numpy(), wanted, rtol=1e-12)


def test_it_keeps_its_mean_squares_alone_and_leaves_weights_without_gradient() -> None:
    used, unused = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2))
    optimizer = KerasRmsprop([used, unused], lr=0.1)
    used.grad = torch.ones(2)
    optimizer.step()
    assert set(optimizer.state[used]) == {"square_avg"}
    assert unused not in optimizer.state
    assert torch.equal(unused, torch.ones(2))
