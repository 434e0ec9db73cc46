"""The command that does without a screen what is on it."""

import shlex

from hypothesis import given
from hypothesis import strategies as st

from rnntui.sampling.choice import SamplingSpec
from rnntui.text.escapes import unescaped
from rnntui.tui.core.sample_command import sample_command


@given(st.text(st.characters(), min_size=1, max_size=40))
def test_any_prime_is_one_line_that_a_shell_gives_back(prime: str) -> None:
    command = sample_command("a", SamplingSpec(), prime, 1, 10)
    assert command.isprintable()
    assert unescaped(shlex.split(command)[-1].removeprefix("--prime=")) == prime


def test_a_line_end_in_a_prime_is_written_as_an_escape() -> None:
    command = sample_command("a", SamplingSpec(), "ORSOLA:\n", 1, 10)
    assert command.endswith(r" '--prime=ORSOLA:\n'")
