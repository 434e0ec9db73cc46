"""The running average of a network's weights: how much of itself it keeps. Needs no torch."""


def average_decay_at(decay: float, step: int) -> float:
    """What the average keeps in optimiser step `step`, from 1, where it keeps `decay` in the end.

    It begins with a short memory, so that the first weights are soon forgotten
    (the warm-up of TensorFlow's `ExponentialMovingAverage`; for the method,
    Polyak and Juditsky 1992).
    """
    return min(decay, (1 + step) / (10 + step))
