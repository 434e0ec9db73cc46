"""How the learning rate moves: the factor at every step that matters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.training.optimizing.schedules import Schedule
from rnntui.training.settings.common import ScheduleName


def _schedule(
    name: ScheduleName = "constant",
    warmup_steps: int = 0,
    total_steps: int = 100,
    decay_factor: float = 0.5,
    decay_steps: int = 10,
    final: float = 0.0,
) -> Schedule:
    return Schedule(name, warmup_steps, total_steps, decay_factor, decay_steps, final)


_SCHEDULES = st.builds(
    _schedule,
    name=st.sampled_from(["constant", "step", "cosine"]),
    warmup_steps=st.integers(0, 150),
    total_steps=st.integers(0, 200),
    decay_factor=st.floats(0, 1),
    decay_steps=st.integers(1, 50),
    final=st.floats(0, 1),
)


def test_constant_stays() -> None:
    assert {_schedule().factor(step) for step in range(200)} == {1.0}


@pytest.mark.parametrize("name", ["constant", "step", "cosine"])
def test_every_schedule_climbs_to_its_top_in_equal_parts(name: ScheduleName) -> None:
    schedule = _schedule(name, warmup_steps=4)
    assert [schedule.factor(step) for step in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]


@pytest.mark.parametrize(
    ("step", "factor"), [(0, 1), (9, 1), (10, 0.5), (19, 0.5), (20, 0.25), (100, 0.5**10)]
)
def test_step_decays_at_each_multiple_of_its_length(step: int, factor: float) -> None:
    assert _schedule("step").factor(step) == factor


def test_step_may_decay_to_nothing() -> None:
    assert _schedule("step", decay_factor=0.0).factor(10) == 0.0


@pytest.mark.parametrize(
    ("step", "factor"),
    [(0, 1.0), (25, 0.5 + 0.5**1.5), (50, 0.5), (75, 0.5 - 0.5**1.5), (100, 0.0), (140, 0.0)],
)
def test_cosine_falls_along_half_a_cosine_and_stays_at_its_end(step: int, factor: float) -> None:
    assert _schedule("cosine").factor(step) == pytest.approx(factor, abs=1e-15)


@pytest.mark.parametrize(("step", "factor"), [(0, 1.0), (50, 0.6), (100, 0.2)])
def test_cosine_ends_at_the_share_asked_for(step: int, factor: float) -> None:
    assert _schedule("cosine", final=0.2).factor(step) == pytest.approx(factor)


@pytest.mark.parametrize(("step", "factor"), [(19, 1.0), (20, 1.0), (60, 0.5), (100, 0.0)])
def test_cosine_begins_where_the_climb_ends(step: int, factor: float) -> None:
    assert _schedule("cosine", warmup_steps=20).factor(step) == pytest.approx(factor, abs=1e-15)


def test_cosine_stays_at_its_top_while_the_end_is_unknown() -> None:
    schedule = _schedule("cosine", warmup_steps=2, total_steps=0)
    assert [schedule.factor(step) for step in (0, 1, 2, 1000)] == [0.5, 1.0, 1.0, 1.0]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(_SCHEDULES, st.integers(0, 300))
def test_no_factor_is_above_one_and_none_rises_after_the_climb(
    schedule: Schedule, step: int
) -> None:
    now, then = schedule.factor(step), schedule.factor(step + 1)
    assert 0 <= now <= 1
    if step >= schedule.warmup_steps:
        assert then <= now + 1e-12
