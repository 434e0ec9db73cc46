"""Scripted trainings whose text has changed when they are gone on with."""

from collections.abc import Iterator

from rnntui.runtime.classifier_session import ResumedClassifier
from rnntui.runtime.old_text_question import not_begun
from rnntui.runtime.session import ResumedTraining
from rnntui.runtime.trainer_thread import Events
from rnntui.training.changed_text import ChangedTextError
from rnntui.training.commands import Inbox, WeightsOutlet
from rnntui.training.events import TrainEvent
from tests.tui.scripted import ScriptedTraining
from tests.tui.scripted_classifying import ScriptedClassifier

CHANGED = ChangedTextError(
    "The text 'play' has changed.", "rnntui train play.txt --init-from play-lstm-1:last"
)


def ask_about_old_text(training: ScriptedTraining | ScriptedClassifier) -> list[bool]:
    """Have each resume ask before it begins; the answers come into the list."""
    answers: list[bool] = []
    opens = training.open

    def open_asking(request, opened) -> Events:  # type: ignore[no-untyped-def]
        begun = opens(request, opened)

        def events(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
            if isinstance(request, ResumedTraining | ResumedClassifier):
                answers.append(request.ask(inbox)(CHANGED))
                if not answers[-1]:
                    yield not_begun(CHANGED)
                    return
            yield from begun(inbox, outlet)

        return events

    training.open = open_asking  # type: ignore[method-assign]
    return answers
