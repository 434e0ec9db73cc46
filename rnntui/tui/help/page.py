"""The page under the keys in the help: what the playground is and what its words mean."""

from dataclasses import dataclass, fields
from typing import Final

from rnntui.tasks.characters.config import TrainConfig
from rnntui.tui.training.shown_settings import CHARACTERS


@dataclass(frozen=True)
class HelpSection:
    """A title and the paragraph below it."""

    title: str
    text: str

    def matches(self, words: list[str]) -> bool:
        """Whether all of `words`, in lower case, are in it."""
        said = f"{self.title} {self.text}".lower()
        return all(word in said for word in words)


COLOURS: Final = HelpSection(
    "What the colours mean",
    "Each character that the network generates is coloured by the probability that the network"
    " had given it. The likelier it was, the quieter it looks; what was a surprise stands out,"
    " and is bold or italic besides, so that no colour is needed to see it. The prime, which"
    " the network did not generate, has a look of its own. The bars beside the text are the"
    " five likeliest characters to come next.",
)
"""The legend stands below this one."""


def _settings() -> str:
    """The settings of the form, each with its sentence."""
    about = {one.name: one.metadata["about"] for one in fields(TrainConfig)}
    return "\n".join(f"{name.replace('_', ' ')}: {about[name]}" for name in CHARACTERS)


SECTIONS: Final = (
    HelpSection(
        "What this is",
        "A recurrent network reads a text one character at a time, keeps a small memory of what"
        " it has read, and learns to say which character comes next. Choose a text, train, and"
        " let the network generate: it does so with the weights that it has at that moment, and"
        " gets better as you watch. Nothing leaves this computer.",
    ),
    COLOURS,
    HelpSection(
        "Argmax, random, hybrid",
        "For the next character the network gives every one a probability; the mode says which"
        " is taken.\n"
        "Argmax always takes the likeliest. It makes few mistakes, and soon goes in circles.\n"
        "Random draws one, the likely ones more often. It is livelier and makes more mistakes;"
        " the temperature makes it bolder (below 1) or wilder (above 1).\n"
        "Hybrid draws after a space and takes the likeliest otherwise: words begin freely and"
        " are then spelled out.",
    ),
    HelpSection(
        "The Microscope",
        "It shows what happens inside the network while it reads a text, with the weights of the"
        " moment while it trains. A bar that stands is positive, one that hangs is negative.\n"
        "Strips: every gate and state of every layer, one unit over the text and all units at one"
        " character; a gate lies between 0 (shut) and 1 (open).\n"
        "Neuron: the text under one unit's values, and what units track in the network's own text:"
        " their correlation with the position in the line, the length of a word and more.\n"
        "Influence: how much each character acts on what is expected behind the cursor, measured"
        " by the gradient.\n"
        "Surprise: what each character cost in bits, beside the best n-gram.\n"
        "Map: the vectors of all symbols in the plane of their two principal components.\n"
        "Surgery: x cuts the chosen unit out or holds the chosen gate low, then high; here is what"
        " the network then generates beside what it did before, from the same seed.",
    ),
    HelpSection(
        "Top-k and top-p",
        "Both keep random and hybrid from the unlikely characters of which one, now and then,"
        " spoils a word. Top-k draws from the k likeliest only, whatever their probabilities."
        " Use it for a simple bound: 5 to 10 is tidy, 40 hardly felt.\n"
        "Top-p draws from the fewest characters that together hold that much of the"
        " probability. Where the network is sure it leaves one or two, where many would do it"
        " leaves many. Use it where top-k is too strict at the beginning of a word and too lax"
        " within one; 0.9 to 0.95 suits most networks. With both set, both must hold.",
    ),
    HelpSection(
        "Loss and bits per character",
        "The loss says how much the next character surprises the network, on average, in nats."
        " Divided by 0.693 it is in bits per character: roughly how many questions with the"
        " answer yes or no are still needed to know the character. Someone who knows nothing"
        " but that there are 64 characters needs 6; who knows how often each one occurs in"
        " English needs about 4.5; what a network gets below that, it has learned from what"
        " stood before.\n"
        "The validation curve is measured on text that was held out from training. Where it"
        " turns up while the training curve still falls, the network has begun to learn its"
        " text by heart.",
    ),
    HelpSection(
        "The lines on the chart: uniform, unigram, 5-gram",
        "What simple counting gets on the same held-out text, without any network.\n"
        "Uniform gives every character the same probability: it knows nothing.\n"
        "Unigram knows how often each character occurs, and nothing of what stood before.\n"
        "5-gram has counted, in the part of the text that is trained on, what follows each four"
        " characters, and falls back on three, two or one where it has not seen them"
        " (interpolated Witten-Bell). Of the orders 1 to 8 the best is drawn, so another number"
        " may stand there. A network that is not below this line has learned less than a table.",
    ),
    HelpSection(
        "What charts are drawn with",
        "Braille, where the terminal has it; on the Linux console blocks. Where curves are boxes"
        ' or question marks, chart_characters = "blocks" or "ascii" in settings.toml helps; it'
        " counts for the charts of the command line, too.",
    ),
    HelpSection(
        "Gradient",
        "The gradient norm is the length of the vector of all the gradients of a step, before"
        " it is clipped: how steep the loss is where the weights are. A value that settles is"
        " healthy. Sudden peaks are what the gradient norm clip is there for; if it grows and"
        " grows, lower the learning rate. Near zero from the start, nothing is learned.",
    ),
    HelpSection(
        "Memorised",
        "How much of what the network generated stands in the text that it was trained on, word"
        " for word, in stretches of 20 characters or more; beside it the longest stretch so far."
        " A little is unavoidable: names and common phrases come again. A share that rises"
        " while the validation curve turns up says that the network recites.",
    ),
    HelpSection("Network and training", _settings()),
)
