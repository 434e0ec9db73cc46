"""Reads lessons from their files, whose format the package describes, and checks them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, cast, get_args

from rnntui import places
from rnntui.errors import ConfigError, quoted
from rnntui.lenses.fixed_network import fixed_network
from rnntui.lessons.lesson import (
    Changed,
    ChangeQuestion,
    Comparison,
    Expected,
    KeyQuestion,
    Language,
    LensName,
    Lesson,
    LessonNetwork,
    NumberQuestion,
    Quantity,
    QuantityName,
    Question,
    Words,
)
from rnntui.nets.cells import find_cell
from rnntui.nets.config import ModelConfig
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.recipes import find_recipe_file
from rnntui.toml_files import UnreadableFileError, read_toml
from rnntui.training.settings.tables import from_tables

FOLDER: Final = Path(__file__).resolve().parent
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
KINDS: Final = ("key", "number", "change")

QUIET: Final[Mapping[str, object]] = {
    "val_fraction": 0.0,
    "device": "cpu",
    "threads": 1,  # of networks this small two threads make a busy machine ten times slower
    "eval_every": 1_000_000,
    "save_every": 1000.0,
    "sample_length": 1,
}
"""Settings of a lesson's network where its file says nothing else: it only learns."""

TOLERANCE: Final = 0.01

_NEEDED: Final[Mapping[QuantityName, tuple[str, ...]]] = {
    "activation": ("row", "unit"),
    "influence": ("of",),
    "gradient": ("of",),
    "cosine": ("symbol", "of"),
}
"""What a question has to say of a quantity besides its place."""

T = TypeVar("T")
Table = Mapping[str, Any]


def list_lessons() -> tuple[Lesson, ...]:
    """All lessons in their order. Raises `ConfigError` for a file that isn't valid."""
    return tuple(read_lesson(path) for path in sorted(FOLDER.glob("[0-9][0-9]-*.toml")))


def find_lesson(reference: str, lessons: Sequence[Lesson]) -> Lesson:
    """The lesson of that name or number. Raises `ConfigError`."""
    for lesson in lessons:
        if reference in (lesson.name, str(lesson.number)):
            return lesson
    known = ", ".join(f"{lesson.number} {lesson.name}" for lesson in lessons)
    raise ConfigError(f"There is no lesson {quoted(reference)}; there are {known}.")


def read_lesson(path: Path) -> Lesson:
    """The lesson in a file. Raises `ConfigError`, naming the file and what isn't valid."""
    try:
        table = read_toml(path, "followed")
    except UnreadableFileError as error:
        raise ConfigError(f"The lesson {path.name} can't be read: {error}.") from error
    try:
        return _lesson(path, table)
    except ConfigError as error:
        raise ConfigError(f"The lesson {path.name}: {error}") from error


def _lesson(path: Path, table: Table) -> Lesson:
    number, _, name = path.stem.partition("-")
    if not number.isdecimal() or table.get("name") != name:
        raise ConfigError("its file must be called NN-name.toml, by its number and its name.")
    _refuse_others(table, ("name", "title", "page", "network", "question"), "a lesson")
    network, model = _network(_part(table, "network"))
    questions = table.get("question")
    if not isinstance(questions, list) or sorted(map(_kind, questions)) != sorted(KINDS):
        raise ConfigError("it needs three [[question]]: one each of kind key, number and change.")
    return Lesson(
        int(number),
        name,
        _words(table, "title"),
        _words(table, "page"),
        network,
        tuple(_question(one, network, model) for one in questions),
    )


def _network(table: Table) -> tuple[LessonNetwork, ModelConfig]:
    """The network, and its architecture, of whose vocabulary nothing is known yet."""
    rest = dict(table)
    reads, lens = _text(rest, "reads"), _one_of(LensName, rest.pop("lens", None), "lens")
    recipe = rest.pop("recipe", "")
    settings: dict[str, Any] = {}
    corpus = rest.pop("corpus", "")
    if recipe:
        file = find_recipe_file(str(recipe))
        if file.kind == "trace":
            _refuse_others(rest, (), "a network of fixed weights")
            model = fixed_network(file.tables, file.source).config
            return LessonNetwork(reads, lens, file.name), model
        settings, corpus = from_tables(file.tables, file.source, TrainConfig), corpus or file.corpus
    text = rest.pop("text", "")
    if not text and corpus:
        text = _shipped_text(str(corpus))
    if not isinstance(text, str) or not text:
        raise ConfigError("its network needs a recipe, a corpus or a text.")
    change = rest.pop("change", None)
    changed = {name: tuple(one) if isinstance(one, list) else one for name, one in rest.items()}
    usual = TrainConfig(steps=1).replaced({"engine": "torch", **settings, **QUIET})
    config = usual.replaced(changed)
    setting, values = _change(change, config) if change is not None else ("", ())
    network = LessonNetwork(reads, lens, "", config, str(corpus), text, setting, values)
    return network, config.model(max(len(set(text)), 2))


def _change(table: Any, config: TrainConfig) -> tuple[str, tuple[object, ...]]:
    if not isinstance(table, Mapping):
        raise ConfigError("'change' must be a table.")
    _refuse_others(table, ("setting", "values"), "[network.change]")
    setting, values = _text(dict(table), "setting"), table.get("values")
    if not isinstance(values, list) or len(values) < 2:
        raise ConfigError("[network.change] needs a list of two 'values' or more.")
    for value in values:
        config.replaced({setting: value})  # which checks it
    if (first := getattr(config, setting)) != values[0]:
        raise ConfigError(f"the first of 'values' must be {first!r}, as the network has it.")
    return setting, tuple(values)


def _shipped_text(name: str) -> str:
    path = places.shipped_corpora_dir() / f"{name}.txt"
    if Path(name).name != name or not path.is_file():
        raise ConfigError(f"no text {quoted(name)} ships with rnntui.")
    return path.read_text("utf-8")


def _kind(question: Any) -> str:
    return str(question.get("kind")) if isinstance(question, Mapping) else ""


_BOTH: Final = ("kind", "ask", "explain", "hint")
_WHICH: Final = ("quantity", "place", "layer", "row", "unit", "symbol", "of")


def _question(table: Table, network: LessonNetwork, model: ModelConfig) -> Question:
    kind = _kind(table)
    try:
        words = _words(table, "ask"), _words(table, "explain")
        hint = _words(table, "hint") if "hint" in table else None
        if kind == "key":
            _refuse_others(table, (*_BOTH, "expect"), "it")
            return KeyQuestion(*words, hint, _expected(_part(table, "expect"), network, model))
        if kind == "number":
            _refuse_others(table, (*_BOTH, *_WHICH, "tolerance"), "it")
            quantity = _quantity(table, network, model)
            if quantity.name == "prediction":
                raise ConfigError("a prediction is no number; ask for its probability.")
            tolerance = _number(table.get("tolerance", TOLERANCE), "tolerance")
            return NumberQuestion(*words, hint, quantity, tolerance)
        _refuse_others(table, (*_BOTH, *_WHICH, "change", "expect", "by", "solution"), "it")
        change = _one_of(Changed, table.get("change"), "change")
        if change == "setting" and not network.setting:
            raise ConfigError("a change of a setting needs [network.change].")
        expect = _one_of(Comparison, table.get("expect"), "expect")
        by = _number(table.get("by", 1), "by")
        quantity = _quantity(table, network, model)
        solution = _text(dict(table), "solution") if change == "text" else ""
        return ChangeQuestion(*words, hint, change, quantity, expect, by, solution)
    except ConfigError as error:
        raise ConfigError(f"the question of kind {kind}: {error}") from error


def _expected(table: Table, network: LessonNetwork, model: ModelConfig) -> Expected:
    if not table:
        raise ConfigError("'expect' is empty.")
    _refuse_others(table, tuple(Expected.__dataclass_fields__), "'expect'")
    _check_where(table, network, model)
    if "lens" in table:
        _one_of(LensName, table["lens"], "lens")
    if "highest" in table:
        _one_of(QuantityName, table["highest"], "highest")
    if "character" in table and str(table["character"]) not in network.reads:
        raise ConfigError(f"the text has no character {quoted(table['character'])}.")
    return Expected(**table)


def _quantity(table: Table, network: LessonNetwork, model: ModelConfig) -> Quantity:
    name = cast(QuantityName, _one_of(QuantityName, table.get("quantity"), "quantity"))
    for needed in _NEEDED.get(name, ()):
        if needed not in table:
            raise ConfigError(f"{name} needs {needed!r}.")
    _check_where(table, network, model)
    if name == "training_loss" and not network.config:
        raise ConfigError("fixed weights have no training loss.")
    which = {key: table[key] for key in _WHICH if key in table and key != "quantity"}
    return Quantity(name, **which)


def _check_where(table: Table, network: LessonNetwork, model: ModelConfig) -> None:
    """Check what says where: a place, a layer, a row, a unit."""
    bounds = {
        "place": (1, len(network.reads)),
        "layer": (1, model.num_layers),
        "unit": (1, model.hidden_size),
    }
    if not isinstance(table.get("of", ""), str):
        bounds["of"] = (1, len(network.reads))
    for name, (low, high) in bounds.items():
        value = table.get(name, low)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ConfigError(f"{name!r} must be a number from {low} to {high}.")
    cell = find_cell(model.cell)
    rows = (*cell.gate_names, *cell.state_tensors)
    if table.get("row", rows[0]) not in rows:
        raise ConfigError(f"'row' must be one of {', '.join(rows)}.")


def _part(table: Table, name: str) -> Table:
    part = table.get(name)
    if not isinstance(part, Mapping):
        raise ConfigError(f"it needs a table {name!r}.")
    return part


def _words(table: Table, name: str) -> Words:
    part = _part(table, name)
    _refuse_others(part, LANGUAGES, repr(name))
    return {language: _text(dict(part), language, f"{name}.") for language in LANGUAGES}


def _text(table: dict[str, Any], name: str, within: str = "") -> str:
    """Take a text that isn't empty out of a table."""
    value = table.pop(name, None)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"'{within}{name}' must be a text.")
    return value


def _number(value: object, name: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        raise ConfigError(f"{name!r} must be a number above 0.")
    return float(value)


def _one_of(choices: Any, value: object, name: str) -> Any:
    known = get_args(choices)
    if value not in known:
        raise ConfigError(f"{name!r} must be one of {', '.join(known)}, not {quoted(value)}.")
    return value


def _refuse_others(table: Table, known: Sequence[str], what: str) -> None:
    for name in table:
        if name not in known:
            may = f"; it may have {', '.join(known)}" if known else ""
            raise ConfigError(f"{what} has no {quoted(name)}{may}.")
