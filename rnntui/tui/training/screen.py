"""A screen on which networks are trained: set-up on the left, the loss on the right, more below.

The screen carries what is asked for to the session, and the session's news to the
panes. What a task adds is in the screens made of it: the playground and Classify.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import on
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from rnntui.text.cells import printable
from rnntui.training.events import Failed, Resumed, RolledBack, Started, TrainEvent, Warned
from rnntui.tui.core.actions import Action, find_action
from rnntui.tui.core.failures import SurvivingApp
from rnntui.tui.core.pane_tabs import PaneTab, PaneTabs
from rnntui.tui.training.controller import TrainingController
from rnntui.tui.training.loss_pane import LossPane
from rnntui.tui.training.status import TrainingKind
from rnntui.tui.widgets.split import Split

POLLS_PER_SECOND: Final = 10

LEAST_COLUMNS: Final = (26, 46)
"""The narrowest that set-up and the rest may be made."""

LEAST_ROWS: Final = (8, 8)
"""The fewest rows of the chart and of what is below it."""

BORDER_STEPS: Final = {"left": -2, "right": 2, "up": -1, "down": 1}
"""Cells that a key moves a border."""


def pane_tabs(
    labels: Mapping[str, str], actions: Sequence[Action], prefix: str = ""
) -> tuple[PaneTab, ...]:
    """The tabs with these labels, by name, of a screen whose actions have names with `prefix`."""
    return tuple(
        PaneTab(name, label, find_action(f"{prefix}tab.{name}", actions))
        for name, label in labels.items()
    )


class TrainingScreen(Screen[None]):
    """Steers one training run at a time, and shows what it does."""

    AUTO_FOCUS = ""
    FOCUSED: ClassVar[Mapping[str, str]] = {}
    """The selector of what has the focus in a pane that is gone to, by the name of its tab."""

    def __init__(
        self,
        controller: TrainingController,
        setup: Widget,
        loss: LossPane,
        lower: Widget,
        shares: dict[str, float],
    ) -> None:
        """Lay out the panes; `shares` is each one's part of its row or column, by its id."""
        super().__init__()
        self.controller, self.loss = controller, loss
        self._rows = Split(loss, lower, "rows", LEAST_ROWS, shares, id="right")
        self._columns = Split(setup, self._rows, "columns", LEAST_COLUMNS, shares, id="body")

    def show_training(
        self, events: Sequence[TrainEvent], kind: TrainingKind, trained_to: int
    ) -> None:
        """Bring the chart and the status up to what a poll brought.

        `trained_to` is the step of the network that is open, 0 where there is none.
        """
        self.loss.show(events)
        for event in events:
            self.handle_event(event)
        self.controller.show_question()
        phase, status = self.controller.phase, self.loss.status
        if (phase, kind) != (status.phase, status.kind):
            self.loss.show_phase(phase, kind)
            self.refresh_bindings()
        self.loss.show_next_action(
            self.controller.run_to_resume is not None, self.controller.run_to_replay is not None
        )
        self.loss.show_trained(trained_to)

    def handle_event(self, event: TrainEvent) -> None:
        """Say what a person should know of an event, beyond what the chart shows."""
        self.controller.handle_event(event)
        match event:
            case Started() | Resumed():
                self.show_start()
            case Warned():
                self.tell(event.sentence, "warning")
            case RolledBack():
                self.tell(f"Back to the weights of step {event.to_step:,}.")
            case Failed():
                self.fail(event.sentence)
            case _:
                pass

    def show_start(self) -> None:
        """Show what is known once a training run has begun."""

    def tell(self, sentence: str, severity: SeverityLevel = "information") -> None:
        """Say something in a toast."""
        self.notify(printable(sentence), severity=severity, markup=False)

    def fail(self, sentence: str) -> None:
        """Say in a modal what failed, and where more about it stands."""
        if isinstance(self.app, SurvivingApp):
            self.app.show_failure(sentence)

    def poll(self) -> None:
        """Take what has come, and bring every pane up to it once."""
        raise NotImplementedError

    # The panes.

    @on(Input.Submitted)
    def leave_input(self, event: Input.Submitted) -> None:
        """Let letter keys act again, unless what was typed has to be mended first."""
        if not event.input.has_class("-wrong"):
            self.set_focus(None)

    @property
    def tabs(self) -> PaneTabs:
        """The row of tabs, shown where there is little room."""
        return self.query_one(PaneTabs)

    def action_tab(self, name: str) -> None:
        """Turn to a tab; where all panes are shown, give one of them the focus, or none."""
        self.tabs.turn_to(name)
        if not self.has_class("-narrow"):
            focused = self.FOCUSED.get(name)
            self.set_focus(self.query_one(focused) if focused else None)

    def watch_training(self) -> None:
        """Turn to a tab on which a training run that has just been asked for is seen."""
        self.tabs.turn_to("overview", "loss")
        self.poll()

    def action_move_border(self, way: str) -> None:
        """Move a border between panes by a little."""
        split = self._columns if way in ("left", "right") else self._rows
        if not split.move(BORDER_STEPS[way]):
            self.tell("One pane is shown at a time here, so there is no border to move.")

    def action_reset_layout(self) -> None:
        """Give the panes the sizes that they had at first."""
        self._columns.reset()
        self._rows.reset()

    # The training run, the controller's business; the registry says what each action is for.

    def action_train(self) -> None:
        """Begin a training run, pause it, or continue it."""
        # One that has just ended is to be resumed: its end may not have been heard of.
        self.poll()
        if self.controller.toggle():
            self.watch_training()

    def action_step(self) -> None:
        """Take one step."""
        self.controller.step()

    def action_stop(self) -> None:
        """End the training run, saving."""
        self.controller.stop()

    def action_new_run(self) -> None:
        """Let `t` begin a new run."""
        self.controller.begin_new_run()

    def action_save(self) -> None:
        """Save now."""
        self.controller.save()

    def action_roll_back(self) -> None:
        """Go back to the best checkpoint."""
        self.controller.roll_back()

    def action_learning_rate(self, way: str) -> None:
        """Double or halve the learning rate."""
        self.controller.change_rate(way)

    # The chart, which has these keys itself while it has the focus.

    def action_scale(self) -> None:
        """Switch between the linear and the logarithmic scale."""
        self.loss.chart.action_toggle_scale()

    def action_smoothing(self) -> None:
        """Smooth more, or not at all after the heaviest weight."""
        self.loss.chart.action_cycle_smoothing()

    def action_recent(self) -> None:
        """Show the last part of the run, or all of it."""
        self.loss.chart.action_toggle_recent()
