"""A stream that outlasts what reads it drops what can no more be written."""

import io

from rnntui.lasting_stream import LastingStream


def test_what_is_written_after_the_stream_below_was_closed_is_dropped() -> None:
    below = io.StringIO()
    stream = LastingStream(below)
    assert stream.write("seen") == 4
    assert below.getvalue() == "seen"
    below.close()
    assert stream.write("late") == 4
    stream.flush()
    stream.close()  # as Python does with what nobody holds any more


def test_a_terminal_that_is_gone_takes_nothing_more() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    stream = LastingStream(Gone())
    assert stream.write("late") == 4
    assert isinstance(stream.lost, OSError)
    stream.flush()
