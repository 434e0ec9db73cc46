"""The registry of actions: what the playground can be asked to do, by key, mouse and palette.

Keys, footer, help and command palette are made from it, so they can't drift apart.
"""

from dataclasses import dataclass

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

    @property
    def binding(self) -> Binding:
        """The action as Textual binds it."""
        return Binding(
            self.key,
            self.call,
            self.label,
            show=self.in_footer,
            tooltip=self.tooltip,
            id=self.name,
        )


PLAYGROUND = (
    Action(
        "train",
        "t",
        "train",
        "Train",
        "Train on the chosen text in the background; again to pause and to go on.",
    ),
    Action(
        "step",
        "n",
        "step",
        "Step",
        "Take one optimiser step, then pause.",
        in_footer=False,
    ),
    Action(
        "generate",
        "g",
        "generate",
        "Write",
        "Let the network write from its weights as they are; again to stop.",
    ),
    Action(
        "mode.argmax",
        "1",
        "mode('argmax')",
        "Argmax",
        "Always take the likeliest character, from the next one on.",
        in_footer=False,
    ),
    Action(
        "mode.random",
        "2",
        "mode('random')",
        "Random",
        "Draw each character by its probability, from the next one on.",
        in_footer=False,
    ),
    Action(
        "mode.hybrid",
        "3",
        "mode('hybrid')",
        "Hybrid",
        "Draw after a space and take the likeliest otherwise, from the next character on.",
        in_footer=False,
    ),
    Action(
        "temperature.down",
        "left_square_bracket",
        "temperature('down')",
        "Cooler",
        "Lower the temperature by 0.1: bolder, more repetitive.",
        in_footer=False,
    ),
    Action(
        "temperature.up",
        "right_square_bracket",
        "temperature('up')",
        "Warmer",
        "Raise the temperature by 0.1: wilder, more mistakes.",
        in_footer=False,
    ),
    Action(
        "save",
        "s",
        "save",
        "Save",
        "Write a checkpoint now.",
    ),
    Action(
        "stop",
        "k",
        "stop",
        "Stop",
        "Save and end the training.",
        in_footer=False,
    ),
    Action(
        "best",
        "b",
        "roll_back",
        "Back to best",
        "Go back to the weights with the lowest validation loss.",
        in_footer=False,
    ),
    Action(
        "rate.down",
        "less_than_sign",
        "learning_rate(0.5)",
        "Learn slower",
        "Halve the learning rate.",
        in_footer=False,
    ),
    Action(
        "rate.up",
        "greater_than_sign",
        "learning_rate(2.0)",
        "Learn faster",
        "Double the learning rate.",
        in_footer=False,
    ),
    Action(
        "prime",
        "p",
        "edit_prime",
        "Prime",
        "Edit the text that the writing starts from.",
    ),
    Action(
        "colour",
        "o",
        "toggle_colour",
        "Colours",
        "Colour the text by the probability of each character, or not.",
        in_footer=False,
    ),
)
"""The playground's actions, in the order of footer and help."""
