"""Examples for every command: in its help, in the manual pages, and parsed by a test."""

from typing import Final

Path = tuple[str, ...]
Example = tuple[str, str]
"""A command line, and what it does."""

EXAMPLES: Final[dict[Path, tuple[Example, ...]]] = {
    (): (
        ("rnntui", "open the playground, with the texts that come along"),
        ("rnntui --corpus novel.txt --recipe minute", "open it on a text and with a recipe"),
        ("rnntui --replay first", "play a run again from its record"),
    ),
    ("train",): (
        ("rnntui train play --recipe shakespeare --name first", "train as a recipe says"),
        ("rnntui train --resume first --epochs 4", "go on, exactly where it stopped"),
        ("rnntui train novel.txt --cell gru --hidden-size 256 --minutes 10", "a text of your own"),
        ("rnntui train verse.txt --init-from first", "fine-tune on another text"),
        ("rnntui train play --log tensorboard --json", "log for TensorBoard, events as JSON"),
    ),
    ("race",): (
        ("rnntui race play --cell lstm,gru --hidden-size 64,128 --epochs 1", "four lanes"),
        ("rnntui race --recipe minute,default --svg race.svg", "two recipes, and a picture"),
    ),
    ("sweep",): (
        ("rnntui sweep space.toml play --trials 40", "40 trials on one text"),
        ("rnntui sweep space.toml play --save-best best.toml", "the best one as a recipe"),
    ),
    ("sample",): (
        (r"rnntui sample first --prime 'ORSOLA:\n' --length 400", "go on from a prime"),
        ("rnntui sample first:last --mode argmax", "the most probable, from the last network"),
        ("rnntui sample names --count 20 --unique", "twenty lines, each once"),
        ("rnntui sample first --temperature 0.7 --copied", "safer, and how much is memorised"),
    ),
    ("eval",): (
        ("rnntui eval first", "on its own held-out text"),
        ("rnntui eval first novel.txt", "on another text"),
    ),
    ("trace",): (
        ("rnntui trace --recipe hello", "a forward pass by hand, step by step"),
        ("rnntui trace hello --checkpoint first --gradients", "how far gradients reach back"),
        ("rnntui trace 'The sea' --checkpoint first --influence", "what a prediction stands on"),
        ("rnntui trace --file play.txt --checkpoint first --neurons", "what units keep track of"),
    ),
    ("compare",): (
        ("rnntui compare embedding", "one-hot input and an embedding side by side"),
        ("rnntui compare embedding play korean --json", "on two texts, as JSON"),
    ),
    ("learn",): (
        ("rnntui learn", "where you left off"),
        ("rnntui learn gradients --language ko", "one lesson, in Korean"),
    ),
    ("serve",): (
        ("rnntui serve", "on this machine alone"),
        (
            "rnntui serve --host 0.0.0.0 --read-only --replay first",
            "for a class that watches a run",
        ),
    ),
    ("classify", "train"): (
        ("rnntui classify train imdb --recipe imdb-embedding --name reviews", "as a recipe says"),
        ("rnntui classify train notes.csv --text-column text --label-column kind", "from a table"),
    ),
    ("classify", "predict"): (
        ("rnntui classify predict reviews 'A film to see twice.'", "the class of a text"),
    ),
    ("classify", "eval"): (("rnntui classify eval reviews more.csv", "on other texts"),),
    ("classify", "stats"): (
        ("rnntui classify stats imdb --units words", "classes, lengths and vocabulary"),
    ),
    ("corpora", "list"): (("rnntui corpora list", "what is here, and what can be fetched"),),
    ("corpora", "show"): (("rnntui corpora show play --length 200", "statistics and beginning"),),
    ("corpora", "add"): (
        ("rnntui corpora add novel.txt --name novel", "a file under a name"),
        ("rnntui corpora add - --name piped", "from standard input"),
    ),
    ("corpora", "fetch"): (
        ("rnntui corpora fetch tinyshakespeare", "one of the catalogue"),
        ("rnntui corpora fetch https://example.org/a.zip --member a.txt", "any address"),
    ),
    ("corpora", "remove"): (("rnntui corpora remove novel", "after a confirmation"),),
    ("checkpoints", "list"): (("rnntui checkpoints list", "all runs, one a line"),),
    ("checkpoints", "show"): (("rnntui checkpoints show first:last", "data, progress, layers"),),
    ("checkpoints", "rename"): (("rnntui checkpoints rename first second", "a new name"),),
    ("checkpoints", "remove"): (("rnntui checkpoints remove first --yes", "without being asked"),),
    ("checkpoints", "export"): (
        ("rnntui checkpoints export first --format onnx", "for ONNX Runtime"),
        ("rnntui checkpoints export first --format html --to page.html", "for any browser"),
    ),
    ("checkpoints", "import"): (
        ("rnntui checkpoints import model.pt --vocabulary novel.txt", "a state dict of torch"),
    ),
    ("recipes", "list"): (("rnntui recipes list", "all recipes, one a line"),),
    ("recipes", "show"): (("rnntui recipes show default", "settings, command and layers"),),
    ("cells", "list"): (("rnntui cells list", "the built-in ones, and your own"),),
    ("cells", "new"): (("rnntui cells new mine", "a commented file to begin from"),),
    ("cells", "check"): (("rnntui cells check mine.py", "its gradients, shapes and names"),),
    ("cache", "show"): (("rnntui cache show", "sizes and last use"),),
    ("doctor",): (
        ("rnntui doctor", "the report, and what to do where something isn't as it should be"),
        ("rnntui doctor --json", "the same as JSON"),
    ),
    ("cache", "clear"): (("rnntui cache clear kernels --dry-run", "what would be deleted"),),
}
"""By the path of the command."""


def examples_of(path: Path) -> tuple[Example, ...]:
    """The examples of a command; of a group, those of its commands."""
    if path in EXAMPLES or not path:
        return EXAMPLES.get(path, ())
    return tuple(one for at, some in EXAMPLES.items() if at[: len(path)] == path for one in some)


def as_epilog(path: Path) -> str:
    """The examples as the end of a command's help, without any markup."""
    found = examples_of(path)
    lines = [f"  {line}\n      {about}" for line, about in found]
    return "\n".join(("Examples", *lines)) if lines else ""
