"""A screen for training networks: set-up on the left, loss on the right, more below.

It passes requests to the session, and the session's news to the panes. Its subclasses
are the playground and Classify.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import on
from textual.events import ScreenResume
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from rnntui.text.cells import printable
from rnntui.training.events import Failed, Resumed, RolledBack, Started, TrainEvent, Warned
from rnntui.tui.core.actions import Action, find_action
from rnntui.tui.core.exports import save_table_and_picture
from rnntui.tui.core.failures import SurvivingApp
from rnntui.tui.core.pane_tabs import PaneTab, PaneTabs
from rnntui.tui.training.controller import TrainingController
from rnntui.tui.training.loss_pane import LossPane
from rnntui.tui.training.status import TrainingKind
from rnntui.tui.widgets.chart.export import picture_of, table_of
from rnntui.tui.widgets.split import Split

POLLS_PER_SECOND: Final = 10

LEAST_COLUMNS: Final = (26, 46)
"""Least width of the set-up and of the rest."""

LEAST_ROWS: Final = (8, 8)
"""Least height of the chart and of what is below it."""

BORDER_STEPS: Final = {"left": -2, "right": 2, "up": -1, "down": 1}
"""Cells by which a key moves a border."""


def pane_tabs(
    labels: Mapping[str, str], actions: Sequence[Action], prefix: str = ""
) -> tuple[PaneTab, ...]:
    """Tabs with these labels, by name, of a screen whose action names begin with `prefix`."""
    return tuple(
        PaneTab(name, label, find_action(f"{prefix}tab.{name}", actions))
        for name, label in labels.items()
    )


class TrainingScreen(Screen[None]):
    """Steers one training run at a time and shows its progress."""

    AUTO_FOCUS = ""
    FOCUSED: ClassVar[Mapping[str, str]] = {}
    """Selector of the widget to focus in a pane, by the name of its tab."""

    def __init__(
        self,
        controller: TrainingController,
        setup: Widget,
        loss: LossPane,
        lower: Widget,
        shares: dict[str, float],
    ) -> None:
        """Lay out the panes; `shares` is each one's share of its row or column, by its id."""
        super().__init__()
        self.controller, self.loss = controller, loss
        self._was_shown = False
        # As the first tab marks it: else all would be styled anew once the screen is open.
        setup.add_class("-active")
        self._rows = Split(loss, lower, "rows", LEAST_ROWS, shares, id="right")
        self._columns = Split(setup, self._rows, "columns", LEAST_COLUMNS, shares, id="body")

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Leave the styles of widgets just mounted as they are, when the screen is first shown.

        Textual would style each of them a second time, which is felt as the screen opens.
        """
        event.refresh_styles &= self._was_shown
        self._was_shown = True

    def show_training(
        self, events: Sequence[TrainEvent], kind: TrainingKind, trained_to: int
    ) -> None:
        """Update chart and status with the events of a poll.

        `trained_to` is the step of the open network, 0 without one.
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
        """Show what the chart doesn't show of an event."""
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
        """Show a sentence in a toast."""
        self.notify(printable(sentence), severity=severity, markup=False)

    def fail(self, sentence: str) -> None:
        """Show an error in a modal, with the path of the log."""
        if isinstance(self.app, SurvivingApp):
            self.app.show_failure(sentence)

    def poll(self) -> None:
        """Take the session's news and update every pane once."""
        raise NotImplementedError

    # The panes.

    @on(Input.Submitted)
    def leave_input(self, event: Input.Submitted) -> None:
        """Let letter keys act again, unless the input is invalid."""
        if not event.input.has_class("-wrong"):
            self.set_focus(None)

    @property
    def tabs(self) -> PaneTabs:
        """The row of tabs, shown where there is little room."""
        return self.query_one(PaneTabs)

    def action_tab(self, name: str) -> None:
        """Open a tab; where all panes are shown, focus its pane, if it has one."""
        self.tabs.turn_to(name)
        if not self.has_class("-narrow"):
            focused = self.FOCUSED.get(name)
            self.set_focus(self.query_one(focused) if focused else None)

    def mark_panes(self, shown: Mapping[Widget, bool], overview: bool) -> None:
        """Mark which panes are shown where there is little room, and whether as an overview.

        Where there is room, the marks change nothing, so nothing is styled anew.
        """
        is_new = self.has_class("-overview") != overview
        # Each change by itself would style all below it anew.
        self.set_class(overview, "-overview", update=False)
        for pane, is_shown in shown.items():
            is_new |= pane.has_class("-active") != is_shown
            pane.set_class(is_shown, "-active", update=False)
        if is_new and self.has_class("-narrow"):
            self.update_node_styles()

    def watch_training(self) -> None:
        """Open a tab that shows the training run just begun."""
        self.tabs.turn_to("overview", "loss")
        self.poll()

    def action_move_border(self, way: str) -> None:
        """Move a border between panes by a few cells."""
        split = self._columns if way in ("left", "right") else self._rows
        if not split.move(BORDER_STEPS[way]):
            self.tell("Only one pane is shown, so there is no border to move.")

    def action_reset_layout(self) -> None:
        """Reset the panes to their default sizes."""
        self._columns.reset()
        self._rows.reset()

    # The training run, steered by the controller; see the registry of actions.

    def action_train(self) -> None:
        """Begin, pause or continue a training run."""
        # A run that has just ended is resumed: its last event may not have been polled.
        self.poll()
        if self.controller.toggle():
            self.watch_training()

    def action_step(self) -> None:
        """Run one step."""
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
        """Roll back to the best checkpoint."""
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

    def action_export_chart(self) -> None:
        """Save the curves as a picture and as numbers."""
        chart, title = self.loss.chart, self.controller.run_name or "no training run"
        drawn = picture_of(chart.data, chart.look, title, self.training_command)
        table = table_of(chart.data, chart.look, title, self.training_command)
        save_table_and_picture(self, "The chart", "loss", table, drawn)

    @property
    def training_command(self) -> str:
        """The command that trains as the set-up says; empty while that is wrong."""
        raise NotImplementedError
