"""The page under the keys in the help: what the playground is, and its terms explained."""

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
        """Whether all of `words`, in lower case, occur in it."""
        said = f"{self.title} {self.text}".lower()
        return all(word in said for word in words)


COLOURS: Final = HelpSection(
    "What the colours mean",
    "Each generated character is coloured by the probability that the network gave it. The"
    " likelier it was, the quieter it looks; surprising ones stand out, and are also bold or"
    " italic, so that no colour is needed to see them. The prime, which the network did not"
    " generate, has a style of its own. The bars beside the text are the five likeliest next"
    " characters.",
)
"""The legend is shown below this section."""


def _settings() -> str:
    """The settings in the form, each with its help."""
    about = {one.name: one.metadata["about"] for one in fields(TrainConfig)}
    return "\n".join(f"{name.replace('_', ' ')}: {about[name]}" for name in CHARACTERS)


SECTIONS: Final = (
    HelpSection(
        "What this is",
        "A recurrent network reads a text one character at a time, keeps a small memory of what"
        " it has read, and learns to predict the next character. Choose a text, train, and let"
        " the network generate: it uses its current weights, so the output gets better as you"
        " watch. Nothing leaves this computer.",
    ),
    COLOURS,
    HelpSection(
        "Argmax, random, hybrid",
        "The network gives every character a probability of being the next one; the mode decides"
        " which is taken.\n"
        "Argmax always takes the likeliest. It makes few mistakes, and soon goes in circles.\n"
        "Random samples one by its probability. It is livelier and makes more mistakes; the"
        " temperature makes it safer (below 1) or wilder (above 1).\n"
        "Hybrid samples after a space and takes the likeliest otherwise: words begin freely and"
        " are then spelled out. A network of words samples at the start of a line instead, one of"
        " subwords where a word begins.",
    ),
    HelpSection(
        "Choosing characters yourself",
        "Space pauses the output, and shows the nine likeliest next characters: choose one by its"
        " number, by the arrows and Enter, or by a click. It is marked in the text, the network"
        " reads it as if it had generated it, and goes on from there. h lets the network generate"
        " a single character. A chosen character takes no random number, so the copied command (y)"
        " generates the same text again.",
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
        "Surgery: x cuts the chosen unit out or holds the chosen gate low, then high; z freezes the"
        " chosen state at its value under the cursor, + and - nudge it. Here is what the network"
        " then generates beside what it did before, from the same seed, and how many bits more"
        " the same text costs it.",
    ),
    HelpSection(
        "The lessons",
        "Each is a short page beside a small network that learns as the lesson opens, looked into"
        " by the lenses of the Microscope. Three questions check themselves: one is answered by"
        " pressing keys until the screen shows what is asked for, one by a number read off the"
        " screen, one by changing something, such as a unit that is cut out, the text, or a"
        " setting. What you have answered is remembered. The networks are gone when you leave;"
        " nothing is added to your runs.",
    ),
    HelpSection(
        "The race",
        "Two to six configurations learn the same text from the same batches, in turns of equally"
        " many characters; each is an ordinary run, saved at the end, that can be opened, resumed"
        " and replayed. Steps and characters read compare how much each learns from the same"
        " text; seconds of own computing what it learns in the same time, for each lane's clock"
        " goes only while it computes. Against parameters each lane is a point: its lowest"
        " validation loss, or its latest training loss.",
    ),
    HelpSection(
        "Top-k and top-p",
        "Both keep random and hybrid from unlikely characters, one of which now and then spoils a"
        " word. Top-k samples from the k likeliest only, whatever their probabilities. It is a"
        " simple bound: 5 to 10 is tidy, 40 hardly noticeable.\n"
        "Top-p samples from the fewest characters whose probabilities add up to p. Where the"
        " network is sure this leaves one or two, where many would do it leaves many. Use it"
        " where top-k is too strict at the beginning of a word and too lax within one; 0.9 to"
        " 0.95 suits most networks. If both are set, both apply.",
    ),
    HelpSection(
        "Loss and bits per character",
        "The loss is how much the next character surprises the network, on average, in nats."
        " Divided by 0.693 it is in bits per character: roughly how many yes-or-no questions are"
        " still needed to know the character. Knowing only that there are 64 characters takes 6;"
        " knowing how often each one occurs in English takes about 4.5; whatever a network gets"
        " below that, it has learned from the context.\n"
        "The validation curve is measured on text held out from training. Where it turns up"
        " while the training curve still falls, the network has begun to learn its text by"
        " heart.",
    ),
    HelpSection(
        "The lines on the chart: uniform, unigram, 5-gram",
        "The loss of simple counting on the same held-out text, without any network.\n"
        "Uniform gives every character the same probability: it knows nothing.\n"
        "Unigram knows how often each character occurs, and nothing of the context.\n"
        "5-gram has counted what follows each four characters in the training text, and falls"
        " back on three, two or one for unseen ones (interpolated Witten-Bell). The best of the"
        " orders 1 to 8 is drawn, so the number may differ. A network that is not below this"
        " line has learned less than a table.",
    ),
    HelpSection(
        "What charts are drawn with",
        "Braille, or blocks on the Linux console. If curves are boxes or question marks, set"
        ' chart_characters = "blocks" or "ascii" in settings.toml; it also applies to the charts'
        " of the command line.",
    ),
    HelpSection(
        "Gradient",
        "The gradient norm is the length of the vector of all gradients of a step, before"
        " clipping: how steep the loss is at the current weights. A value that settles is"
        " healthy. Sudden peaks are what the gradient norm clip is there for; if it keeps"
        " growing, lower the learning rate. If it is near zero from the start, nothing is"
        " learned.",
    ),
    HelpSection(
        "Memorised",
        "The share of the output that occurs word for word in the training text, in stretches of"
        " 20 characters or more; beside it the longest stretch so far. A little is unavoidable:"
        " names and common phrases recur. A share that rises while the validation curve turns"
        " up shows that the network recites.",
    ),
    HelpSection("Network and training", _settings()),
)
