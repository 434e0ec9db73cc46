"""Corpora: loading by name, path and stream, and the cache of encoded texts."""

import io
import json
import os
import re
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.text import encoded_text
from rnntui.text import ids as text_ids
from rnntui.text.corpus import Corpus, corpus_from_text, load_corpus
from rnntui.text.library import standard_library
from rnntui.text.library.references import joined_reference
from rnntui.text.normalisation import Normalisation
from rnntui.text.reading import TextSource

_HOUR = 3600


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RNNTUI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def _text_file(data: str | bytes = "hello hello\n", name: str = "greeting.txt") -> Path:
    """Write a text an hour old, which the index trusts."""
    path = Path(name)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    then = time.time() - _HOUR
    os.utime(path, (then, then))
    return path


def _whole(loaded: Corpus) -> str:
    return loaded.vocabulary.decode(loaded.ids)


def _entry(suffix: str) -> Path:
    (found,) = Path("home/cache/corpora").glob(f"*{suffix}")
    return found


def _counting_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each time that a text is hashed or decoded."""
    reads: list[str] = []
    for name in ("chunks", "content_hash"):
        original = getattr(TextSource, name)

        def noted(source: TextSource, name: str = name, original: object = original) -> object:
            reads.append(name)
            return original(source)  # type: ignore[operator]

        monkeypatch.setattr(TextSource, name, noted)
    return reads


def test_a_file_becomes_a_corpus() -> None:
    """Ids are ranks by frequency, read-only, one byte each."""
    loaded = load_corpus(_text_file())
    assert loaded.name == "greeting"
    assert loaded.source == f"file {Path('greeting.txt').resolve()}"
    assert loaded.reference == str(Path("greeting.txt").resolve())
    assert loaded.vocabulary.symbols == ("l", "h", "e", "o", " ", "\n")
    assert loaded.counts == (4, 2, 2, 2, 1, 1)
    assert loaded.ids.tolist() == [1, 2, 0, 0, 3, 4, 1, 2, 0, 0, 3, 5]
    assert loaded.ids.dtype == np.uint8
    assert not loaded.ids.flags.writeable
    assert (len(loaded), loaded.size_bytes, loaded.notices) == (12, 12, ())
    assert loaded.preview(5) == "hello"


@pytest.mark.parametrize(("symbols", "kind"), [(256, "u1"), (257, "u2"), (70_000, "u4")])
def test_ids_take_the_smallest_type_that_holds_them(symbols: int, kind: str) -> None:
    """Also in the file."""
    text = "".join(map(chr, range(0x10000, 0x10000 + symbols)))
    loaded = load_corpus(_text_file(text))
    assert loaded.ids.dtype == np.dtype(kind)
    assert _whole(loaded) == text


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=50))
def test_a_text_in_memory_becomes_the_same_kind_of_corpus(text: str) -> None:
    """And decodes to itself."""
    made = corpus_from_text("pasted", text)
    assert _whole(made) == text
    assert not made.ids.flags.writeable


def test_a_file_and_the_same_text_in_memory_agree() -> None:
    """In ids, counts and hash, normalised alike."""
    steps = Normalisation(("lowercase", "join-lines"))
    text = "HELLO\n  World, 각자\n"
    loaded = load_corpus(_text_file(text), normalisation=steps)
    made = corpus_from_text("greeting", text, normalisation=steps)
    assert _whole(loaded) == _whole(made) == "hello world, 각자"
    assert (loaded.counts, loaded.content_hash) == (made.counts, made.content_hash)
    assert loaded.normalisation == steps


def test_a_preview_composes_jamo() -> None:
    """As it's there to be read."""
    made = corpus_from_text("korean", "각자", normalisation=Normalisation(("nfd-jamo",)))
    assert len(made) == 5
    assert made.preview(5) == "각자"


def test_a_second_load_does_not_read_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index knows the file, and its notices too."""
    path = _text_file("Où était la forêt rêvée ? À l’orée.\n".encode("cp1252") * 9)
    first = load_corpus(path)
    reads = _counting_reads(monkeypatch)
    second = load_corpus(path)
    assert reads == []
    assert second.notices == first.notices != ()
    assert _whole(second) == _whole(first)


def test_the_same_content_elsewhere_is_hashed_but_not_encoded_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Entries belong to contents, not to paths."""
    load_corpus(_text_file())
    other = _text_file(name="copy.txt")
    reads = _counting_reads(monkeypatch)
    assert _whole(load_corpus(other)) == "hello hello\n"
    assert reads == ["content_hash"]


def test_a_file_that_was_just_written_is_read_again() -> None:
    """Its time of modification may not tell the next change."""
    path = Path("fresh.txt")
    path.write_text("aaaa")
    before = path.stat()
    assert _whole(load_corpus(path)) == "aaaa"
    path.write_text("bbbb")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert _whole(load_corpus(path)) == "bbbb"


def test_a_changed_file_is_encoded_anew() -> None:
    """Its size, time or inode tells."""
    assert _whole(load_corpus(_text_file("old words"))) == "old words"
    assert _whole(load_corpus(_text_file("new words and more"))) == "new words and more"


def test_normalisations_and_encodings_have_entries_of_their_own() -> None:
    """One content can be read in several ways."""
    path = _text_file("É A".encode("cp1252"))
    assert _whole(load_corpus(path, text_encoding="cp1252")) == "É A"
    assert _whole(load_corpus(path, text_encoding="cp1251")) == "Й A"
    lowered = load_corpus(path, text_encoding="cp1252", normalisation=Normalisation(("lowercase",)))
    assert _whole(lowered) == "é a"


@pytest.mark.parametrize("suffix", [".ids", ".json"])
@pytest.mark.parametrize("damage", ["removed", "emptied", "shortened", "lengthened", "flipped"])
def test_a_damaged_entry_is_made_again(suffix: str, damage: str) -> None:
    """Whatever happened to either file."""
    path = _text_file("some words to encode\n" * 200)
    load_corpus(path)
    entry = _entry(suffix)
    data = entry.read_bytes()
    middle = len(data) // 2
    if damage == "removed":
        entry.unlink()
    else:
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        damaged = {
            "emptied": b"",
            "shortened": data[:-1],
            "lengthened": data + b"\n",
            "flipped": flipped,
        }
        entry.write_bytes(damaged[damage])
    assert _whole(load_corpus(path)) == "some words to encode\n" * 200
    assert _entry(suffix).read_bytes() == data


def test_an_entry_of_other_content_with_a_right_checksum_is_made_again() -> None:
    """Metadata that is JSON but not that of an entry."""
    path = _text_file()
    load_corpus(path)
    line = json.dumps({"symbols": "none"}).encode()
    _entry(".json").write_bytes(line + b"\n%d\n" % zlib.crc32(line))
    assert _whole(load_corpus(path)) == "hello hello\n"


def _write_entry(**values: object) -> None:
    """Replace values of the entry, with a right checksum."""
    body = json.loads(_entry(".json").read_bytes().split(b"\n")[0])
    line = json.dumps({**body, **values}).encode()
    _entry(".json").write_bytes(line + b"\n%d\n" % zlib.crc32(line))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("symbols", value) for value in (["ab", *"elo \n"], [1, 2, 3, 4, 5, 6], "ab", [], {})],
        *[("counts", value) for value in ([-1] * 6, [2.0] * 6, [True] * 6, [], "abcdef", None)],
        *[("total", value) for value in (-1, 2**70, "many", None, 11)],
        *[("checksums", value) for value in ([], ["x"], {}, None, [1, 2, 3])],
    ],
)
def test_an_entry_with_a_value_that_can_not_be_is_made_again(name: str, value: object) -> None:
    path = _text_file()
    load_corpus(path)
    before = _entry(".json").read_bytes()
    _write_entry(**{name: value})
    assert _whole(load_corpus(path)) == "hello hello\n"
    assert _entry(".json").read_bytes() == before


def test_an_entry_with_ids_that_no_symbol_has_is_made_again() -> None:
    path = _text_file()
    load_corpus(path)
    ids = b"\xff" * len("hello hello\n")
    _entry(".ids").write_bytes(ids)
    _write_entry(checksums=[zlib.crc32(ids)])
    assert _whole(load_corpus(path)) == "hello hello\n"


def test_an_entry_that_is_no_plain_file_is_made_again() -> None:
    path = _text_file()
    load_corpus(path)
    for suffix in (".json", ".ids"):
        entry = _entry(suffix)
        entry.unlink()
        os.mkfifo(entry)
        assert _whole(load_corpus(path)) == "hello hello\n"


def test_damage_in_any_block_of_a_small_text_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block has its checksum, the short last one too."""
    for module in (encoded_text, text_ids):
        monkeypatch.setattr(module, "BLOCK", 64)
    path = _text_file("words\n" * 30)  # 180 bytes: two blocks and a part
    load_corpus(path)
    for position in (0, 63, 64, 127, 128, 179):
        with _entry(".ids").open("r+b") as file:
            file.seek(position)
            file.write(b"\xff")
        assert _whole(load_corpus(path)) == "words\n" * 30


def test_of_a_large_text_blocks_are_checked_evenly_from_first_to_last() -> None:
    """Sixty-four of them."""
    checked = list(encoded_text._checked_blocks(1000))
    assert (len(set(checked)), checked[0], checked[-1]) == (64, 0, 999)
    assert list(encoded_text._checked_blocks(3)) == [0, 1, 2]
    assert list(encoded_text._checked_blocks(1)) == [0]


def test_deleting_the_cache_is_safe_even_while_a_corpus_is_open() -> None:
    """Its pages stay."""
    path = _text_file()
    loaded = load_corpus(path)
    for entry in sorted(Path("home/cache").rglob("*"), reverse=True):
        entry.rmdir() if entry.is_dir() else entry.unlink()
    assert _whole(loaded) == "hello hello\n"
    assert _whole(load_corpus(path)) == "hello hello\n"


def test_a_cache_that_cannot_be_written_costs_a_notice() -> None:
    """Here a file stands where its folder should be."""
    Path("home").mkdir()
    Path("home/cache").write_text("in the way")
    loaded = load_corpus(_text_file())
    assert _whole(loaded) == "hello hello\n"
    assert not loaded.ids.flags.writeable
    (notice,) = loaded.notices
    assert "couldn't be cached" in notice
    assert load_corpus("-", stdin=io.BytesIO(b"piped")).preview(9) == "piped"


def test_a_file_changed_while_it_is_read_is_never_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry must not stand under the hash of another content."""
    path = _text_file("aaab")
    cache_text = encoded_text.cache_text

    def change_first(*arguments: object) -> object:
        path.write_text("bbba")
        return cache_text(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(encoded_text, "cache_text", change_first)
    with pytest.raises(CorpusError, match="was changed while it was being read"):
        load_corpus(path)
    assert not list(Path("home/cache/corpora").glob("*.ids"))


def test_parts_left_by_a_killed_process_are_cleared_after_a_day() -> None:
    """Those of one that still writes are not."""
    folder = Path("home/cache/corpora")
    folder.mkdir(parents=True)
    stale, recent = folder / ".x.ids.a.part", folder / ".x.ids.b.part"
    stale.touch()
    recent.touch()
    then = time.time() - 25 * _HOUR
    os.utime(stale, (then, then))
    load_corpus(_text_file())
    assert (stale.exists(), recent.exists()) == (False, True)


def test_two_processes_may_prepare_the_same_text_at_once() -> None:
    """Both succeed, and one entry is left."""
    path = _text_file("the same text\n" * 50_000)
    program = "import sys, rnntui.text.corpus as c; print(len(c.load_corpus(sys.argv[1])))"
    command = [sys.executable, "-c", program, str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0] for process in running] == ["700000\n"] * 2
    assert _entry(".ids").stat().st_size == 700_000


def _peak_of_preparing(repeats: int) -> int:
    """Prepare some 120,000 characters so many times over, and return the most memory held."""
    path = _text_file("".join(f"line {number}, 줄\n" for number in range(9000)) * repeats)
    tracemalloc.start()
    load_corpus(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_preparing_takes_no_memory_for_the_length_of_the_text() -> None:
    """Ids are written, not gathered."""
    peaks = _peak_of_preparing(repeats=30), _peak_of_preparing(repeats=150)
    assert peaks[1] < 1.1 * peaks[0] < 64_000_000


def test_reading_texts_loads_nothing_heavy() -> None:
    """So that commands about texts answer at once."""
    program = "import rnntui.text.corpus, rnntui.text.statistics, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"torch", "textual", "typer", "rich", "chardet", "platformdirs"}
    assert heavy.isdisjoint(loaded)


def test_standard_input_is_a_corpus_and_leaves_no_copy() -> None:
    """Its text can't be read again."""
    loaded = load_corpus("-", stdin=io.BytesIO(b"piped words"))
    assert (loaded.name, loaded.source, loaded.reference) == ("stdin", "standard input", "stdin")
    assert _whole(loaded) == "piped words"
    assert list(Path("home/cache/stdin").iterdir()) == []


def test_an_empty_standard_input_is_refused() -> None:
    """By its own name."""
    with pytest.raises(CorpusError, match="standard input is empty"):
        load_corpus("-", stdin=io.BytesIO(b""))


def test_a_pipe_is_read_as_a_stream() -> None:
    """As shells make them for `<(command)`."""
    os.mkfifo("pipe")
    writer = threading.Thread(target=Path("pipe").write_text, args=("through a pipe",))
    writer.start()
    assert _whole(load_corpus("./pipe")) == "through a pipe"
    writer.join()


def test_a_text_that_normalises_to_nothing_is_refused() -> None:
    """White space alone, joined."""
    with pytest.raises(CorpusError, match="no characters"):
        load_corpus(_text_file(" \n\n "), normalisation=Normalisation(("join-lines",)))
    with pytest.raises(CorpusError, match="no characters"):
        corpus_from_text("nothing", "")


def test_a_bare_word_is_a_name_of_the_library_first() -> None:
    """With a suffix or a separator it's a path first."""
    Path("hello").write_text("a file in the way")
    Path("hello.txt").write_text("a text file")
    assert load_corpus("hello").source == "shipped with rnntui"
    assert load_corpus("./hello").preview(99) == "a file in the way"
    assert load_corpus("hello.txt").preview(99) == "a text file"
    assert load_corpus(Path("hello")).preview(99) == "a file in the way"


def test_a_bare_word_may_be_a_file_and_a_dotted_one_a_name() -> None:
    """What isn't found the first way is looked for the other way."""
    Path("notes").write_text("notes of mine")
    assert load_corpus("notes").preview(99) == "notes of mine"
    Path("home/corpora").mkdir(parents=True)
    Path("home/corpora/draft.v2.txt").write_text("a draft")
    assert load_corpus("draft.v2").source.startswith("your text ")


def test_a_folder_is_a_corpus_named_as_it_is() -> None:
    """Its size is that of its files."""
    Path("notes.d").mkdir()
    Path("notes.d/b.txt").write_text("b")
    Path("notes.d/a.txt").write_text("a")
    loaded = load_corpus("notes.d")
    assert (loaded.name, loaded.size_bytes, _whole(loaded)) == ("notes.d", 2, "a\nb")


def test_several_texts_are_one_corpus_in_their_order() -> None:
    """Files, folders and names of the library; it is found again by its reference."""
    Path("notes").mkdir()
    Path("notes/b.txt").write_text("b")
    Path("my own.txt").write_text("mine")
    Path("home/corpora").mkdir(parents=True)
    Path("home/corpora/short.txt").write_text("shelved")
    loaded = load_corpus(joined_reference(["my own.txt", "notes", "short"]))
    assert (loaded.name, loaded.size_bytes) == ("my own+2", 12)
    assert _whole(loaded) == "mine\nb\nshelved"
    assert loaded.source.startswith("3 texts joined: /")
    assert _whole(load_corpus(loaded.reference)) == _whole(loaded)
    assert load_corpus(loaded.reference).content_hash == loaded.content_hash


def test_several_texts_say_what_was_joined_and_left_out() -> None:
    """In words of those who named them."""
    for folder, name, data in (
        ("one", "a.txt", b"a"),
        ("one", "readme.md", b"# read"),
        ("two", "a.txt", b"b\n"),
        ("two", "photo.png", b"\x89PNG\0"),
        ("two", "none.txt", b""),
    ):
        Path(folder).mkdir(exist_ok=True)
        Path(folder, name).write_bytes(data)
    loaded = load_corpus(joined_reference(["one", "two/a.txt", "two", "two/photo.png"]))
    assert loaded.notices == (
        f"Read 3 files, joined in this order, each on a new line:"
        f" one/a.txt, one/readme.md, {Path('two/a.txt').name}.",
        "Left out, as not readable as text: two/photo.png, photo.png.",
        "Left out, as empty: two/none.txt.",
        "Left out, as named twice: two/a.txt.",
    )


def test_a_second_load_of_several_texts_does_not_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of one of them does."""
    Path("a.txt").write_text("a")
    Path("b.txt").write_text("b")
    for name in ("a.txt", "b.txt"):
        os.utime(name, (1, 1))
    first = load_corpus("a.txt b.txt")
    with monkeypatch.context() as patched:
        patched.setattr(TextSource, "chunks", None)
        patched.setattr(TextSource, "content_hash", None)
        assert load_corpus("a.txt b.txt").notices == first.notices
    Path("b.txt").write_text("c")
    assert _whole(load_corpus("a.txt b.txt")) == "a\nc"
    assert _whole(load_corpus("b.txt a.txt")) == "c\na"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["a.txt", "-"], "'-' can be read only once"),
        (["a.txt", "absent.txt"], "There is no file or folder 'absent.txt'"),
        (["a.txt", "python"], "'rnntui corpora show python' does that"),
        (["empty.txt", "empty.txt"], "None of these files contains text"),
    ],
)
def test_what_can_not_be_joined_is_refused_by_its_name(words: list[str], part: str) -> None:
    """One sentence, about the one that stands in the way."""
    Path("a.txt").write_text("a")
    Path("empty.txt").write_text("")
    with pytest.raises(CorpusError, match=re.escape(part)):
        load_corpus(joined_reference(words))


@pytest.mark.parametrize("reference", ["hallo", "corpora/hallo.txt", "x" * 5000, "nul\0"])
def test_what_is_not_there_is_refused_with_close_names(reference: str) -> None:
    """A name too long or odd for the system is just not there."""
    with pytest.raises(CorpusError, match="There is no") as caught:
        load_corpus(reference)
    if "hallo" in reference:
        assert "did you mean hello" in str(caught.value)


def test_the_corpus_python_is_built_on_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """From sources beside the interpreter, each after a line with its name."""
    monkeypatch.setattr(standard_library, "_MODULES", ("bisect", "absent"))
    loaded = load_corpus("python")
    text = _whole(loaded)
    assert text.startswith("# ---- bisect.py ----\n")
    assert "def insort_right(" in text
    assert loaded.source.startswith("built from the standard library of Python 3.")
    assert loaded.notices == ("The corpus python lacks absent.py.",)
    assert standard_library.cached_path().read_text() == text


def test_the_corpus_python_needs_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it's made in memory."""
    monkeypatch.setattr(standard_library, "_MODULES", ("bisect",))
    Path("home").mkdir()
    Path("home/cache").write_text("in the way")
    assert load_corpus("python").preview(21) == "# ---- bisect.py ----"


def test_an_interpreter_without_sources_says_so(tmp_path: Path) -> None:
    """As some are installed."""
    with pytest.raises(CorpusError, match="no sources of its standard library"):
        standard_library.build(tmp_path)
