"""The registry of actions: everything the playground can do, by key, mouse and palette.

Keys, footer, help and command palette are built from it, so they can't drift apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from textual.binding import Binding


@dataclass(frozen=True)
class Action:
    """An action of a screen.

    `name` is the binding's id; `call` is the method's name, after `action_`, with its
    arguments; `label` is shown in the footer, `tooltip` is a sentence.
    """

    name: str
    key: str
    call: str
    label: str
    tooltip: str
    in_footer: bool = True
    is_priority: bool = False
    in_short: str = ""
    """A shorter label for a footer with little room."""

    @property
    def binding(self) -> Binding:
        """The action as a Textual binding."""
        return Binding(
            self.key,
            self.call,
            self.label,
            show=self.in_footer,
            priority=self.is_priority,
            tooltip=self.tooltip,
            id=self.name,
        )


@runtime_checkable
class Acting(Protocol):
    """A screen or an app that lists its actions."""

    @property
    def actions(self) -> Sequence[Action]:
        """Its actions, in display order."""


def find_action(name: str, actions: Sequence[Action]) -> Action:
    """The action with that name. Raises `KeyError` where there is none."""
    for action in actions:
        if action.name == name:
            return action
    raise KeyError(name)


def playground_action(name: str, screen: str, **changes: Any) -> Action:
    """An action of the playground for another screen, renamed `screen.name`."""
    return replace(find_action(name, PLAYGROUND), name=f"{screen}.{name}", **changes)


def _action(
    name: str,
    key: str,
    call: str,
    label: str,
    tooltip: str,
    in_footer: bool = False,
    in_short: str = "",
) -> Action:
    return Action(name, key, call, label, tooltip, in_footer, in_short=in_short)


PLAYGROUND = (
    _action(
        "train",
        "t",
        "train",
        "Train/pause",
        "Train on the chosen text, or resume the open run while text and settings are its own;"
        " again to pause and to continue.",
        in_footer=True,
        in_short="Train",
    ),
    _action("step", "n", "step", "Step", "Run one optimiser step, then pause."),
    _action(
        "stop",
        "k",
        "stop",
        "End and save",
        "Save and end the training run.",
        in_short="End and save",
    ),
    _action(
        "new",
        "N",
        "new_run",
        "New run (keeps this one)",
        "Let t begin a new run; the open run is kept and can be resumed. After a replay, let t"
        " train instead of replaying it again.",
        in_short="New run",
    ),
    _action(
        "generate",
        "g",
        "generate",
        "Generate/stop",
        "Let the network generate with its current weights; again to stop.",
        in_footer=True,
        in_short="Generate",
    ),
    _action(
        "hold",
        "space",
        "hold",
        "Pause output",
        "Pause or resume the output. In a pause you choose the next character: 1 to 9, Enter or a"
        " click.",
    ),
    _action(
        "output-step",
        "h",
        "step_output",
        "Next character",
        "Pause the output; again to generate one character at a time.",
        in_short="next char",
    ),
    _action(
        "mode.argmax",
        "1",
        "mode('argmax')",
        "Argmax",
        "Always take the likeliest character, from the next one on.",
    ),
    _action(
        "mode.random",
        "2",
        "mode('random')",
        "Random",
        "Sample each character by its probability, from the next one on.",
    ),
    _action(
        "mode.hybrid",
        "3",
        "mode('hybrid')",
        "Hybrid",
        "Sample after a space and take the likeliest otherwise, from the next character on;"
        " networks of words sample at the start of a line, of subwords where a word begins.",
    ),
    _action(
        "temperature.down",
        "left_square_bracket",
        "temperature('down')",
        "Cooler",
        "Lower the temperature by 0.1: safer, more repetitive.",
    ),
    _action(
        "temperature.up",
        "right_square_bracket",
        "temperature('up')",
        "Warmer",
        "Raise the temperature by 0.1: wilder, more mistakes.",
    ),
    _action(
        "top-k", "v", "top_k", "Top-k", "Sample from all characters, or the 40, 10 or 5 likeliest."
    ),
    _action(
        "top-p",
        "u",
        "top_p",
        "Top-p",
        "Sample from all characters, or from the top 95%, 90% or 80% of the probability.",
    ),
    _action("seed", "e", "reseed", "Reseed", "Take the next random seed and restart the output."),
    _action(
        "pace",
        "a",
        "pace",
        "Pace",
        "Generate 60 characters a second, full speed, 10, or 30.",
    ),
    _action(
        "prime",
        "p",
        "edit_prime",
        "Prime",
        r"Edit the text that the output starts from: \n or Ctrl+J is a line end, shown as ⏎;"
        " pasted line ends are kept; Enter starts the output.",
        in_footer=True,
    ),
    _action("save", "s", "save", "Save", "Write a checkpoint now."),
    _action(
        "best",
        "b",
        "roll_back",
        "Return to lowest validation",
        "Roll back to the weights with the lowest validation loss and continue from there.",
        in_short="Best",
    ),
    _action(
        "rate.down",
        "less_than_sign",
        "learning_rate('down')",
        "Slower",
        "Halve the learning rate.",
    ),
    _action(
        "rate.up",
        "greater_than_sign",
        "learning_rate('up')",
        "Faster",
        "Double the learning rate.",
    ),
    _action(
        "sample-length.down",
        "left_curly_bracket",
        "sample_length('down')",
        "Shorter samples",
        "Halve the length of the samples that the training run records.",
    ),
    _action(
        "sample-length.up",
        "right_curly_bracket",
        "sample_length('up')",
        "Longer samples",
        "Double the length of the samples that the training run records.",
    ),
    _action("corpora", "c", "app.corpora", "Corpora", "The library of texts.", in_footer=True),
    _action("runs", "r", "app.runs", "Runs", "All runs, their curves, replays.", in_footer=True),
    _action(
        "classify",
        "x",
        "app.classify",
        "Classify",
        "Train a network to classify texts, and type sentences to it.",
        in_footer=True,
    ),
    _action(
        "duel",
        "d",
        "app.duel",
        "Duel",
        "Argmax, random and hybrid side by side, with the same weights, prime and seed.",
        in_footer=True,
    ),
    _action(
        "race",
        "R",
        "app.race",
        "Race",
        "Train several configurations fairly on the same text, their curves in one chart.",
        in_footer=True,
    ),
    _action(
        "microscope",
        "m",
        "app.microscope",
        "Microscope",
        "Look inside: every gate and state while the network reads the output.",
        in_footer=True,
        in_short="Inside",
    ),
    _action("tab.setup", "4", "tab('setup')", "Go to set-up", "To texts, network and training."),
    _action(
        "tab.overview",
        "5",
        "tab('overview')",
        "Overview",
        "Chart, figures and output together; tabs where there is little room.",
    ),
    _action(
        "tab.loss",
        "6",
        "tab('loss')",
        "Go to loss",
        "To the chart; in a small terminal it fills the screen.",
    ),
    _action("tab.writing", "7", "tab('writing')", "Go to output", "To the generated text."),
    _action(
        "colour",
        "o",
        "toggle_colour",
        "Colours",
        "Colour each character by its probability, or not.",
    ),
    _action(
        "copied",
        "i",
        "toggle_copied",
        "Memorised",
        "Underline what occurs word for word in the text, 20 characters or more, or not.",
    ),
    _action(
        "command",
        "y",
        "copy_command",
        "Copy as command",
        "Copy the command line that does the same without a screen.",
    ),
    _action(
        "keep",
        "f",
        "keep_text",
        "Save the text",
        "Save the generated text to a file beside the runs.",
    ),
    _action("scale", "l", "scale", "Log scale", "Draw the loss on a logarithmic scale, or not."),
    _action("smoothing", "w", "smoothing", "Smoothing", "Smooth the curves more, or not at all."),
    _action("recent", "z", "recent", "Recent", "Show the last fifth of the run, or all of it."),
    _action(
        "chart",
        "E",
        "export_chart",
        "Save the chart",
        "Save the curves beside the runs: as a picture (SVG) and as numbers (CSV).",
        in_short="save",
    ),
    _action(
        "border.left",
        "ctrl+left,alt+left",
        "move_border('left')",
        "Narrower set-up",
        "Move the border between set-up and loss to the left; it can also be dragged.",
    ),
    _action(
        "border.right",
        "ctrl+right,alt+right",
        "move_border('right')",
        "Wider set-up",
        "Move the border between set-up and loss to the right; it can also be dragged.",
    ),
    _action(
        "border.up",
        "ctrl+up,alt+up",
        "move_border('up')",
        "Smaller chart",
        "Move the border below the chart up; it can also be dragged.",
    ),
    _action(
        "border.down",
        "ctrl+down,alt+down",
        "move_border('down')",
        "Larger chart",
        "Move the border below the chart down; it can also be dragged.",
    ),
    _action(
        "border.reset",
        "backspace",
        "reset_layout",
        "Reset the layout",
        "Put all borders back; a double click on a border resets that one.",
    ),
)
"""The playground's actions, in the order of help and palette."""

APP = (
    Action(
        "help",
        "question_mark,f1",
        "help",
        "Help",
        "All keys, and what the words on the screen mean.",
        in_short="More",
    ),
    Action(
        "learn",
        "f2",
        "learn",
        "Lessons",
        "Eight lessons, each a page beside a small network that learns, in English or Korean.",
        in_footer=False,
    ),
    Action(
        "quit", "ctrl+q", "quit", "Quit", "Save what is in progress, and leave.", is_priority=True
    ),
    Action(
        "suspend",
        "ctrl+z",
        "suspend_process",
        "Suspend",
        "Go back to the shell; fg there returns here. Training is suspended meanwhile.",
        in_footer=False,
    ),
)
"""Actions on every screen."""
