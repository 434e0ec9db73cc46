"""The registry of actions: what the playground can be asked to do, by key, mouse and palette.

Keys, footer, help and command palette are made from it, so they can't drift apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from textual.binding import Binding


@dataclass(frozen=True)
class Action:
    """Something that can be done.

    `name` is the binding's id and, behind `action_`, the method's name with
    its arguments; `label` stands in the footer, `tooltip` says it in a sentence.
    """

    name: str
    key: str
    call: str
    label: str
    tooltip: str
    in_footer: bool = True
    is_priority: bool = False
    in_short: str = ""
    """What a footer with little room says instead of the label."""

    @property
    def binding(self) -> Binding:
        """The action as Textual binds it."""
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
    """A screen or an app that says what it can be asked to do."""

    @property
    def actions(self) -> Sequence[Action]:
        """Its actions, in the order in which they are listed."""


def find_action(name: str, actions: Sequence[Action]) -> Action:
    """The action of that name. Raises `KeyError` where there is none."""
    for action in actions:
        if action.name == name:
            return action
    raise KeyError(name)


def playground_action(name: str, screen: str, **changes: Any) -> Action:
    """An action of the playground as another screen has it, under a name of its own."""
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
        "Train on the chosen text, or go on with the run that is open while text and settings are"
        " its own; again to pause and to go on.",
        in_footer=True,
        in_short="Train",
    ),
    _action("step", "n", "step", "Step", "Take one optimiser step, then pause."),
    _action(
        "stop", "k", "stop", "End and save", "Save and end the training.", in_short="End and save"
    ),
    _action(
        "new",
        "N",
        "new_run",
        "New run (keeps this one)",
        "Let t begin a new run; the one that is open stays as it is, and can be resumed. After a"
        " replay, which t shows again, let t train.",
        in_short="New run",
    ),
    _action(
        "generate",
        "g",
        "generate",
        "Generate/stop",
        "Let the network generate with its weights as they are; again to stop.",
        in_footer=True,
        in_short="Generate",
    ),
    _action("hold", "space", "hold", "Pause output", "Pause the output, or let it go on."),
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
        "Draw each character by its probability, from the next one on.",
    ),
    _action(
        "mode.hybrid",
        "3",
        "mode('hybrid')",
        "Hybrid",
        "Draw after a space and take the likeliest otherwise, from the next character on.",
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
    _action("top-k", "v", "top_k", "Top-k", "Draw from all characters, or the 40, 10 or 5 best."),
    _action(
        "top-p",
        "u",
        "top_p",
        "Top-p",
        "Draw from all characters, or those that hold 95%, 90% or 80% of the probability.",
    ),
    _action("seed", "e", "reseed", "Reseed", "Take the next random seed, and generate anew."),
    _action(
        "pace",
        "a",
        "pace",
        "Pace",
        "Generate 60 characters a second, as many as possible, 10, or 30.",
    ),
    _action(
        "prime",
        "p",
        "edit_prime",
        "Prime",
        r"Edit the text that the output starts from: \n or Ctrl+J is a line end, shown as ⏎, and a"
        " paste keeps its own; Enter starts the output.",
        in_footer=True,
    ),
    _action("save", "s", "save", "Save", "Write a checkpoint now."),
    _action(
        "best",
        "b",
        "roll_back",
        "Return to lowest validation",
        "Return to the weights with the lowest validation loss, and train on from there.",
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
        "Halve the length of the samples in the record of the training run.",
    ),
    _action(
        "sample-length.up",
        "right_curly_bracket",
        "sample_length('up')",
        "Longer samples",
        "Double the length of the samples in the record of the training run.",
    ),
    _action("corpora", "c", "app.corpora", "Corpora", "The library of texts.", in_footer=True),
    _action("runs", "r", "app.runs", "Runs", "All runs, their curves, replays.", in_footer=True),
    _action(
        "classify",
        "x",
        "app.classify",
        "Classify",
        "Train a network to tell classes of texts apart, and type sentences to it.",
        in_footer=True,
    ),
    _action(
        "duel",
        "d",
        "app.duel",
        "Duel",
        "Argmax, random and hybrid side by side, from the same weights, prime and seed.",
        in_footer=True,
    ),
    _action(
        "microscope",
        "m",
        "app.microscope",
        "Microscope",
        "Look inside: every gate and state while the network reads what stands in the output.",
        in_footer=True,
        in_short="Inside",
    ),
    _action("tab.setup", "4", "tab('setup')", "Go to set-up", "To texts, network and training."),
    _action(
        "tab.overview",
        "5",
        "tab('overview')",
        "Overview",
        "Chart, figures and output at once; they are tabs where there is little room.",
    ),
    _action("tab.loss", "6", "tab('loss')", "Go to loss", "To the chart, in full where it is one."),
    _action("tab.writing", "7", "tab('writing')", "Go to output", "To what the network generates."),
    _action(
        "colour",
        "o",
        "toggle_colour",
        "Colours",
        "Colour the text by the probability of each character, or not.",
    ),
    _action(
        "copied",
        "i",
        "toggle_copied",
        "Memorised",
        "Underline what stands in the text word for word, 20 characters or more, or not.",
    ),
    _action(
        "command",
        "y",
        "copy_command",
        "Copy as command",
        "Copy the command line that does without a screen what the screen is set to.",
    ),
    _action(
        "keep",
        "f",
        "keep_text",
        "Keep the text",
        "Save what the network generated in a file beside the runs.",
    ),
    _action("scale", "l", "scale", "Log scale", "Draw the loss on a logarithmic scale, or not."),
    _action("smoothing", "w", "smoothing", "Smoothing", "Smooth the curves more, or not at all."),
    _action("recent", "z", "recent", "Recent", "Show the last fifth of the training, or all."),
    _action(
        "border.left",
        "ctrl+left,alt+left",
        "move_border('left')",
        "Narrower set-up",
        "Move the border between set-up and loss to the left; it can be dragged, too.",
    ),
    _action(
        "border.right",
        "ctrl+right,alt+right",
        "move_border('right')",
        "Wider set-up",
        "Move the border between set-up and loss to the right; it can be dragged, too.",
    ),
    _action(
        "border.up",
        "ctrl+up,alt+up",
        "move_border('up')",
        "Smaller chart",
        "Move the border below the chart up; it can be dragged, too.",
    ),
    _action(
        "border.down",
        "ctrl+down,alt+down",
        "move_border('down')",
        "Larger chart",
        "Move the border below the chart down; it can be dragged, too.",
    ),
    _action(
        "border.reset",
        "backspace",
        "reset_layout",
        "Reset the layout",
        "Put the borders back where they were; a double click on a border does it for one.",
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
    Action("quit", "ctrl+q", "quit", "Quit", "Save what is going on, and leave.", is_priority=True),
    Action(
        "suspend",
        "ctrl+z",
        "suspend_process",
        "Suspend",
        "Go back to the shell; fg there comes back here. No training goes on meanwhile.",
        in_footer=False,
    ),
)
"""What can be asked for on every screen."""
