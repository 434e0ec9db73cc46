"""Settings survive whatever a person does to their file, and come back as they were kept."""

import logging
import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import ConfigError
from rnntui.tui.core.keymap import checked_keymap, normal_key
from rnntui.tui.core.log_file import LOG_NAME, log_to_file
from rnntui.tui.core.preferences import MOST_COMPLAINTS, PreferenceFile, Preferences, as_toml
from rnntui.tui.core.remembered import Remembered, load_remembered, save_remembered

THEMES = ("textual-dark", "textual-light", "nord")
SCOPE = {
    "train": "t",
    "generate": "g",
    "mode.argmax": "1",
    "temperature.down": "[",
    "quit": "ctrl+q",
}
DEFAULTS = Preferences()


def opened(path: Path, content: str | bytes | None = None) -> PreferenceFile:
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return PreferenceFile(path, THEMES, lambda: [SCOPE])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_no_file_gives_the_defaults_and_no_complaint(path: Path):
    file = opened(path)
    assert file.now == DEFAULTS
    assert file.complaints == ()
    file.save()
    assert not path.exists()


def test_every_setting_says_what_it_is_about():
    assert all(setting.metadata["about"].endswith(".") for setting in fields(Preferences))


def test_a_good_file_is_taken_as_it_is(path: Path):
    file = opened(path, 'theme = "nord"\npace = 30\nlog_scale = true\n[keymap]\ntrain = "f5,T"\n')
    assert file.complaints == ()
    assert file.now == Preferences(
        theme="nord", pace=30.0, log_scale=True, keymap={"train": "f5,T"}
    )
    assert isinstance(file.now.pace, float)


def test_loggers_are_a_list_of_names(path: Path):
    file = opened(path, 'log = ["csv", "tensorboard"]\n')
    assert file.complaints == ()
    assert file.now.log == ("csv", "tensorboard")
    assert opened(path, as_toml(file.now)).now == file.now


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("colour = true", "there is no setting called 'colour'"),
        ('pace = "fast"', "pace must be a number from 0 to 100000, not 'fast'; 60 is used"),
        ("pace = true", "not true"),
        ("pace = -1", "not -1"),
        ("pace = nan", "not nan"),
        ("smoothing = 1.0", "from 0 to 0.99, not 1; 0.9 is used"),
        ("temperature = 0", "from 0.05 to 5"),
        ("log_scale = 1", "log_scale must be true or false, not 1; false is used"),
        ('theme = "neon"', "there is no theme called 'neon'; 'textual-dark' is used"),
        ("theme = 1979-05-27", "theme must be a text"),
        ('mode = "greedy"', "mode must be one of argmax, random, hybrid, not 'greedy'"),
        ("mode = ['argmax']", "not a list"),
        ('log = "csv"', "log must be a list of names, not 'csv'."),
        ("log = [1]", "log must be a list of names, not a list"),
        ('log = ["cvs"]', "there is no logger called 'cvs'; there are tensorboard, wandb, csv"),
        ("keymap = 3", "keymap must be a table"),
        ("pace = {}", "not a table"),
    ],
)
def test_a_bad_entry_falls_back_alone_and_is_named(path: Path, line: str, says: str):
    file = opened(path, f"{line}\nreduced_motion = true\n")
    assert file.now == Preferences(reduced_motion=True)
    assert len(file.complaints) == 1
    assert says in file.complaints[0]
    assert file.complaints[0].endswith(".")


def test_a_heap_of_bad_entries_is_summed_up(path: Path):
    file = opened(path, "\n".join(f"nonsense{number} = 1" for number in range(40)))
    assert len(file.complaints) == MOST_COMPLAINTS
    assert "36 more" in file.complaints[-1]


@pytest.mark.parametrize(
    "content",
    [
        b"theme = ",
        b"\xff\xfe\x00",
        b"pace = " + b"9" * 5000,
        b"pace = " + b"[" * 5000 + b"]" * 5000,
        b"#" * 1_000_001,
    ],
    ids=["broken", "not UTF-8", "huge number", "deep", "long"],
)
def test_a_broken_file_gives_one_sentence_and_stays_as_it_is(path: Path, content: bytes):
    file = opened(path, content)
    assert file.now == DEFAULTS
    assert len(file.complaints) == 1
    assert "this session only" in file.complaints[0]
    file.change(theme="nord")
    file.save()
    assert file.now.theme == "nord"
    assert path.read_bytes() == content


def test_a_folder_or_a_pipe_in_its_place_is_a_broken_file(tmp_path: Path):
    assert "it is a folder" in opened(tmp_path).complaints[0]
    os.mkfifo(tmp_path / "pipe")
    assert "not a plain file" in opened(tmp_path / "pipe").complaints[0]


def test_a_hexadecimal_giant_is_only_a_bad_entry(path: Path):
    file = opened(path, f"pace = 0x{'f' * 5000}\nsmoothing = 0.5")
    assert file.now == replace(DEFAULTS, smoothing=0.5)
    assert len(file.complaints) == 1


@pytest.mark.parametrize("key", ["a." * 400_000 + "a", '"a" . ' * 20 + "a"])
@pytest.mark.parametrize("place", ["{key} = 1", "[{key}]", "a = {{{key} = 1}}"])
def test_a_key_of_endless_parts_is_a_broken_file_before_it_is_parsed(
    path: Path, key: str, place: str
):
    assert "key of too many parts" in opened(path, place.format(key=key)).complaints[0]


def test_dots_in_a_text_or_a_comment_are_no_key(path: Path):
    dots = ". ".join("a" * 50)
    file = opened(path, f'# {dots}\ntheme = "{dots}"\n[keymap]\nb = """{dots}\n{dots}"""')
    assert any("no theme" in complaint for complaint in file.complaints)


values: st.SearchStrategy[Any] = st.recursive(
    st.none().map(lambda _: "")
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from([setting.name for setting in fields(Preferences)]) | st.text()


@settings(max_examples=150)
@given(tables=st.dictionaries(names, values, max_size=6))
def test_any_toml_gives_settings_and_sentences(tmp_path_factory: Any, tables: dict[str, Any]):
    path = tmp_path_factory.getbasetemp() / "junk.toml"
    file = opened(path, tomli_w.dumps(tables))
    assert isinstance(file.now, Preferences)
    assert all(complaint.endswith(".") for complaint in file.complaints)
    load_remembered(path)


@settings(max_examples=100)
@given(content=st.binary() | st.text().map(lambda text: text.encode()))
def test_any_bytes_give_settings_and_sentences(tmp_path_factory: Any, content: bytes):
    path = tmp_path_factory.getbasetemp() / "bytes.toml"
    assert isinstance(opened(path, content).now, Preferences)
    assert isinstance(load_remembered(path), Remembered)


preferences = st.builds(
    Preferences,
    theme=st.sampled_from(THEMES),
    pace=st.floats(0, 1000),
    colour_by_probability=st.booleans(),
    underline_copied=st.booleans(),
    smoothing=st.floats(0, 0.99),
    log_scale=st.booleans(),
    reduced_motion=st.booleans(),
    temperature=st.floats(0.05, 5),
    mode=st.sampled_from(["argmax", "random", "hybrid"]),
    keymap=st.dictionaries(
        st.sampled_from(["train", "mode.argmax"]), st.sampled_from(["f5", "f6,f7"]), max_size=1
    ),
)


@settings(max_examples=100)
@given(kept=preferences)
def test_what_is_saved_comes_back(tmp_path_factory: Any, kept: Preferences):
    path = tmp_path_factory.mktemp("kept") / "settings.toml"
    file = opened(path)
    file.now = kept
    file.save()
    again = opened(path)
    assert again.now == kept
    assert again.complaints == ()


def test_only_what_differs_is_written_under_its_sentence():
    text = as_toml(replace(DEFAULTS, theme="nord", keymap={"mode.argmax": "f1"}))
    settings_written = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert settings_written == ['theme = "nord"', "[keymap]", '"mode.argmax" = "f1"']
    assert "# Colour theme of the screen.\ntheme" in text


def test_saving_where_nothing_can_be_written_is_a_stated_error(tmp_path: Path):
    file = opened(tmp_path / "config" / "settings.toml")
    (tmp_path / "config").touch()
    file.change(theme="nord")
    with pytest.raises(ConfigError, match="can't be saved"):
        file.save()


def test_a_change_out_of_bounds_is_refused(path: Path):
    file = opened(path)
    with pytest.raises(ConfigError, match="smoothing"):
        file.change(smoothing=2)
    assert file.now == DEFAULTS


def test_motion_is_reduced_by_the_setting_or_by_textuals_variable():
    assert not DEFAULTS.is_still({})
    assert not DEFAULTS.is_still({"TEXTUAL_ANIMATIONS": "FULL"})
    assert DEFAULTS.is_still({"TEXTUAL_ANIMATIONS": "None"})
    assert Preferences(reduced_motion=True).is_still({})


# Keys.


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("t", "t"),
        ("T", "T"),
        ("?", "question_mark"),
        ("/", "slash"),
        (",", "comma"),
        (" ", "space"),
        ("+", "plus"),
        ("f5", "f5"),
        ("ctrl+t", "ctrl+t"),
        ("ctrl+shift+left", "ctrl+shift+left"),
        ("question_mark", "question_mark"),
        ("enter", "enter"),
        ("space", "space"),
        ("é", "é"),
        ("ctrl+", None),
        ("", None),
        ("entre", None),
        ("hyperspace+t", None),
        ("\x1b", None),
    ],
)
def test_a_key_has_one_name(key: str, name: str | None):
    assert normal_key(key) == name


def test_keys_come_as_text_as_list_and_under_unquoted_dots():
    keymap, complaints = checked_keymap(
        {"train": "a, b", "generate": ["c", ","], "mode": {"argmax": "?"}}, [SCOPE]
    )
    assert complaints == []
    assert keymap == {"train": "a,b", "generate": "c,comma", "mode.argmax": "question_mark"}


def test_two_bindings_may_swap_their_keys():
    keymap, complaints = checked_keymap({"train": "g", "generate": "t"}, [SCOPE])
    assert (keymap, complaints) == ({"train": "g", "generate": "t"}, [])


def test_a_key_that_is_taken_is_left_where_it_was():
    keymap, complaints = checked_keymap({"train": "left_square_bracket"}, [SCOPE])
    assert keymap == {}
    assert "can't be both 'train' and 'temperature.down'; 'train' keeps" in complaints[0]


def test_of_two_entries_with_one_key_the_first_has_it():
    keymap, complaints = checked_keymap({"generate": "z", "train": "z"}, [SCOPE])
    assert keymap == {"generate": "z"}
    assert len(complaints) == 1
    assert checked_keymap({"generate": "z", "train": "z"})[0] == {"generate": "z"}


def test_giving_up_a_clash_can_bring_the_next_one_to_light():
    # `train` takes g, which `generate` leaves for 1, which is taken: so both keep their own.
    keymap, complaints = checked_keymap({"train": "g", "generate": "1"}, [SCOPE])
    assert keymap == {}
    assert len(complaints) == 2


def test_one_key_may_do_different_things_on_different_screens():
    scopes = [{"train": "t"}, {"pin": "p"}]
    assert checked_keymap({"train": "z", "pin": "z"}, scopes) == ({"train": "z", "pin": "z"}, [])


@pytest.mark.parametrize(
    "entry", [{"trian": "t"}, {"train": ""}, {"train": []}, {"train": 3}, {"train": "entre"}]
)
def test_an_entry_without_sense_is_left_out(entry: dict[str, object]):
    keymap, complaints = checked_keymap(entry, [SCOPE])
    assert keymap == {}
    assert len(complaints) == 1


# What is remembered.


def test_what_is_remembered_comes_back(tmp_path: Path):
    left = Remembered(
        "play",
        {"setup": 0.25, "loss": 0.5},
        False,
        "/runs/first",
        lessons={"hello": (0, 2), "alice": ()},
        lesson="hello",
        language="ko",
    )
    save_remembered(tmp_path / "state" / "screen.toml", left)
    assert load_remembered(tmp_path / "state" / "screen.toml") == left


def test_the_first_start_is_known_by_the_absence_of_a_file(tmp_path: Path):
    assert load_remembered(tmp_path / "screen.toml") == Remembered()
    assert Remembered().first_start


def test_junk_in_what_is_remembered_is_passed_over(tmp_path: Path):
    path = tmp_path / "screen.toml"
    path.write_text(
        "corpus = 3\nrun = [1]\nfirst_start = false\nlanguage = 1\n"
        '[lessons]\nhello = ["one", 2]\nalice = 3\n'
        '[layout]\na = 0.5\nb = 2.0\nc = "wide"\n'
    )
    assert load_remembered(path) == Remembered(None, {"a": 0.5}, False, lessons={"hello": (2,)})


def test_what_cannot_be_remembered_is_let_go(tmp_path: Path):
    (tmp_path / "file").touch()
    save_remembered(tmp_path / "file" / "screen.toml", Remembered())
    save_remembered(tmp_path / "screen.toml", Remembered(corpus="\udcff"))
    assert not (tmp_path / "screen.toml").exists()


# The log.


def test_the_log_holds_what_the_package_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # What pytest hears it passes on to another process, which lone surrogates don't survive.
    monkeypatch.setattr(logging.getLogger("rnntui"), "propagate", False)
    with log_to_file(tmp_path / "state") as complaint:
        assert complaint is None
        logging.getLogger("rnntui.tui").error("it was \udcff")
    logging.getLogger("rnntui.tui").error("too late")
    assert "ERROR rnntui.tui: it was \\udcff" in (tmp_path / "state" / LOG_NAME).read_text()
    assert "too late" not in (tmp_path / "state" / LOG_NAME).read_text()


def test_a_log_that_cannot_be_opened_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "state").touch()
    with log_to_file(tmp_path / "state") as complaint:
        assert complaint is not None
        assert "No log is kept" in complaint
        logging.getLogger("rnntui.tui").error("unheard")
    assert capsys.readouterr().err == ""


def test_the_log_never_takes_more_than_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rnntui.tui.core.log_file.LOG_BYTES", 1000)
    with log_to_file(tmp_path):
        for _ in range(100):
            logging.getLogger("rnntui.tui").error("x" * 50)
    sizes = [file.stat().st_size for file in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert max(sizes) <= 1000
