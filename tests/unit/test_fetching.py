"""Fetching texts from a server on the loopback, which does all that servers do."""

import gzip
import hashlib
import io
import os
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.file_locks import take_lock
from rnntui.text.labelled.sources import find_labelled
from rnntui.text.library.catalogue import Wanted, catalogue
from rnntui.text.library.entries import find_text, list_texts, remove_text
from rnntui.text.library.fetching import wanted as wanted_module
from rnntui.text.library.fetching.connection import Limits, UnreachableError, _redirected
from rnntui.text.library.fetching.events import (
    Connecting,
    Downloading,
    Fetched,
    FetchEvent,
    Noticed,
    Retrying,
    Unpacking,
)
from rnntui.text.library.fetching.fetch import fetch
from rnntui.text.library.fetching.interruption import InterruptedFetchError, Interruption
from rnntui.text.library.fetching.part_file import downloads_dir, part_of
from rnntui.text.library.fetching.wanted import archive_place, shown_address, wanted_text
from rnntui.text.library.provenance import provenance_of
from tests.text_server import CERTIFICATE, TextServer, serving

TEXT = "".join(f"line {number} of a text\n" for number in range(8000))
DATA = TEXT.encode()
QUICK = Limits(connect_s=20.0, stall_s=20.0, most_bytes=50_000_000, attempts=2, pause_s=0.01)
IMPATIENT = replace(QUICK, stall_s=0.5)


@pytest.fixture(scope="module")
def module_server() -> Iterator[TextServer]:
    with serving() as server:
        yield server


@pytest.fixture
def server(module_server: TextServer, monkeypatch: pytest.MonkeyPatch) -> TextServer:
    """A server without files, asked directly whatever proxy this machine has."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("no_proxy", "*")
    module_server.files.clear()
    module_server.asked.clear()
    return module_server


def events_of(wanted: Wanted, limits: Limits = QUICK) -> list[FetchEvent]:
    return list(fetch(wanted, limits, Interruption()))


def fetched(address: str, limits: Limits = QUICK, **how: str) -> list[FetchEvent]:
    """Fetch an address; the events."""
    return events_of(wanted_text(address, **how), limits)  # type: ignore[arg-type]


def stored(name: str) -> bytes:
    return find_text(name).path.read_bytes()


def notices(events: list[FetchEvent]) -> str:
    return " ".join(event.sentence for event in events if isinstance(event, Noticed | Retrying))


def nothing_left() -> bool:
    """Whether no part file and no scratch file is there."""
    return not downloads_dir().exists() or not list(downloads_dir().iterdir())


def refused(address: str, limits: Limits = QUICK, **how: str) -> str:
    """The sentence with which a fetch ends; nothing is added."""
    before = list_texts()
    with pytest.raises(CorpusError) as refusal:
        fetched(address, limits, **how)
    assert list_texts() == before
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    return sentence


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# Whole files.


def test_a_text_is_fetched_into_the_library_with_its_origin(server: TextServer) -> None:
    address = server.put("novel.txt", TEXT)
    with_password = address.replace("//", "//me:secret@") + "#part"
    events = list(
        fetch(
            wanted_text(with_password), QUICK, Interruption(),
            now=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        )
    )  # fmt: skip
    assert isinstance(events[0], Connecting)
    last = events[-1]
    assert isinstance(last, Fetched)
    assert (last.name, last.size_bytes, last.sha256) == ("novel", len(DATA), hash_of(DATA))
    assert not last.verified
    assert stored("novel") == DATA
    origin = provenance_of("novel", len(DATA))
    assert origin is not None
    assert (origin.address, origin.fetched) == (address, "2026-01-02T03:04:05+00:00")
    assert find_text("novel").about == "fetched from 127.0.0.1"
    assert provenance_of("novel", 5) is None  # another text was put in its place
    assert "secret" not in repr(events)
    assert nothing_left()


def test_what_the_server_sends_is_told_as_it_comes(server: TextServer) -> None:
    events = fetched(server.put("a.txt", TEXT))
    progress = [event for event in events if isinstance(event, Downloading)]
    assert progress[0] == Downloading(0, len(DATA))
    assert progress[-1] == Downloading(len(DATA), len(DATA))
    events = fetched(server.put("b.txt", TEXT, no_length=True))
    assert [e.total for e in events if isinstance(e, Downloading)][-1] is None
    assert stored("b") == DATA


def test_bytes_are_asked_for_as_they_are(server: TextServer) -> None:
    fetched(server.put("a.txt", TEXT))
    asked = server.asked[0].headers
    assert asked["Accept-Encoding"] == "identity"
    assert asked["User-Agent"].startswith("rnntui/")


def test_a_packing_for_the_way_alone_is_undone(server: TextServer) -> None:
    packed = gzip.compress(DATA)
    way = {"Content-Encoding": "gzip"}
    events = fetched(server.put("a.txt", packed, headers=way), sha256=hash_of(DATA))
    assert isinstance(events[-1], Fetched)
    assert events[-1].verified
    # Of a packed file some servers say the same; its hash is that of the packed one.
    fetched(server.put("b.txt.gz", packed, headers=way), sha256=hash_of(packed))
    assert stored("a") == stored("b") == DATA
    odd = server.put("c.txt", DATA, headers={"Content-Encoding": "br"})
    assert "'br'" in refused(odd)


def test_another_encoding_is_stored_as_utf_8(server: TextServer) -> None:
    address = server.put("a.txt", "Äpfel und Öl\r\n".encode("utf-16"))
    fetched(address)
    assert stored("a") == "Äpfel und Öl\n".encode()


def test_what_is_not_a_text_is_refused(server: TextServer) -> None:
    sentence = refused(server.put("a.txt", bytes(range(256)) * 50))
    assert "a " in sentence
    events = fetched(server.put("b.txt", "<html>", headers={"Content-Type": "text/html"}))
    assert "web page" in notices(events)


# Hashes.


def test_wrong_bytes_are_never_used(server: TextServer) -> None:
    address = server.put("a.txt", TEXT)
    assert hash_of(b"other") in refused(address, sha256=hash_of(b"other"))
    assert nothing_left()


def test_a_mirror_is_asked_where_the_first_address_has_something_else(server: TextServer) -> None:
    gone, wrong, right = f"{server.address}/gone.txt", server.put("w", "x"), server.put("r", TEXT)
    wanted = Wanted("a", (gone, wrong, right), sha256=hash_of(DATA))
    events = events_of(wanted)
    assert notices(events).count("Trying another address.") == 2
    assert stored("a") == DATA


def test_a_text_without_published_hash_says_so_and_is_recognised_later(server: TextServer) -> None:
    wanted = Wanted("a", (server.put("a.txt", TEXT),), from_catalogue=True)
    assert f"can't be verified; that of what came is {hash_of(DATA)}" in notices(events_of(wanted))
    remove_text("a")
    assert "is what it was before" in notices(events_of(wanted))
    remove_text("a")
    server.put("a.txt", "changed")
    said = notices(events_of(wanted))
    assert "has changed since it was fetched on" in said
    assert hash_of(DATA) in said


# Connections that break.


def test_a_broken_connection_goes_on_where_it_ended(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, cut_after=50_000, cuts=2)
    events = fetched(address, sha256=hash_of(DATA))
    assert server.ranges() == [None, "bytes=50000-", "bytes=100000-"]
    assert all("If-Range" in asked.headers for asked in server.asked[1:])
    assert "broke off; trying again" in notices(events)
    assert stored("a") == DATA


def test_what_has_come_is_kept_for_the_next_command(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, cut_after=1000, cuts=99)
    limits = replace(QUICK, attempts=0)
    sentence = refused(address, limits)
    assert "1.0 kB of 159 kB have come, and fetching it again goes on from there" in sentence
    server.files["/a.txt"].cuts = 0
    events = fetched(address)
    assert events[0] == Connecting(address, 1000)
    assert server.ranges() == [None, "bytes=1000-"]
    assert stored("a") == DATA
    assert nothing_left()


def test_a_server_that_ignores_ranges_begins_anew(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, cut_after=1000, takes_ranges=False)
    events = fetched(address)
    assert server.ranges() == [None, "bytes=1000-"]
    assert "beginning anew" in notices(events)
    assert stored("a") == DATA


def test_a_server_that_always_cuts_is_given_up(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, cut_after=1000, cuts=99, takes_ranges=False)
    assert "have come" in refused(address)
    assert len(server.asked) == 1 + QUICK.attempts


@pytest.mark.parametrize("minds_if_range", [True, False])
def test_a_file_that_changed_meanwhile_begins_anew(
    server: TextServer, minds_if_range: bool
) -> None:
    address = server.put("a.txt", TEXT, cut_after=1000, cuts=99)
    refused(address, replace(QUICK, attempts=0))
    server.put("a.txt", TEXT.upper(), minds_if_range=minds_if_range)
    assert "beginning anew" in notices(fetched(address))
    assert stored("a") == TEXT.upper().encode()


def test_a_file_that_became_shorter_than_what_has_come_begins_anew(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, cut_after=1000, cuts=99)
    refused(address, replace(QUICK, attempts=0))
    server.put("a.txt", "short", minds_if_range=False)
    events = fetched(address)
    assert "less than has come" in notices(events)
    assert stored("a") == b"short"


def test_a_file_that_had_come_whole_is_not_fetched_twice(server: TextServer) -> None:
    address = server.put("a.txt", zipped(one_txt=b"1 one", two_txt=b"2 two"))
    refused(address)
    fetched(address, member="two.txt")
    assert server.ranges() == [None, f"bytes={len(server.files['/a.txt'].content)}-"]
    assert stored("a") == b"2 two"


def test_without_anything_to_recognise_a_file_by_only_a_hash_allows_to_go_on(
    server: TextServer,
) -> None:
    address = server.put("a.txt", TEXT, etag=None, cut_after=1000)
    fetched(address)
    assert server.ranges() == [None, None]
    address = server.put("b.txt", TEXT, etag=None, cut_after=1000)
    fetched(address, sha256=hash_of(DATA))
    assert server.ranges()[2:] == [None, "bytes=1000-"]
    # A weak tag says that files are alike; the date is surer.
    date = "Sat, 28 Nov 2026 10:00:00 GMT"
    address = server.put("c.txt", TEXT, etag='W/"1"', last_modified=date, cut_after=1000)
    fetched(address)
    assert server.asked[-1].headers["If-Range"] == date
    assert stored("a") == stored("b") == stored("c") == DATA


def test_a_part_of_another_size_than_was_said_begins_anew(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, cut_after=1000, range_total=7)
    assert "another part than was asked for" in notices(fetched(address))
    assert stored("a") == DATA


@pytest.mark.parametrize("encoded", [b"{}", b"[", b'{"final_address": 3}', b"\xff"], ids=range(4))
def test_a_damaged_note_of_a_part_begins_anew(server: TextServer, encoded: bytes) -> None:
    address = server.put("a.txt", TEXT, cut_after=1000, cuts=99)
    refused(address, replace(QUICK, attempts=0))
    (note,) = downloads_dir().glob("*.reply.part")
    note.write_bytes(encoded)
    server.files["/a.txt"].cuts = 0
    fetched(address)
    assert server.ranges() == [None, None]
    assert stored("a") == DATA


def test_a_length_that_is_too_large_is_a_broken_connection(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, says_length=len(DATA) + 100)
    sentence = refused(address)
    assert "have come" in sentence
    # And one that is too small gives a text that is cut off, which a hash finds out.
    cut = server.put("b.txt", TEXT, says_length=100)
    assert "is not the text that is wanted" in refused(cut, sha256=hash_of(DATA))


def test_a_server_that_stalls_is_left(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, stalls_after=30_000)
    sentence = refused(address, replace(IMPATIENT, attempts=0))
    assert "sent nothing for 0.5 s; 30 kB of 159 kB have come" in sentence
    server.files["/a.txt"].stalls_after = None
    fetched(address)
    assert server.ranges() == [None, "bytes=30000-"]
    assert stored("a") == DATA


def test_a_transfer_is_interrupted_while_it_waits_for_the_network(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, stalls_after=30_000)
    wish = Interruption()
    events = fetch(wanted_text(address), QUICK, wish)
    assert isinstance(next(events), Connecting)
    assert isinstance(next(events), Downloading)
    timer = threading.Timer(0.1, wish.wish)
    timer.start()
    began = time.monotonic()
    with pytest.raises(InterruptedFetchError):
        list(events)
    assert time.monotonic() - began < 10.0
    with part_of(address) as part:
        assert part.size <= 30_000  # as much as had come by then


def test_a_closed_generator_keeps_what_has_come(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, stalls_after=30_000)
    events = fetch(wanted_text(address), IMPATIENT, Interruption())
    for event in events:
        if isinstance(event, Retrying):
            break
    events.close()
    with part_of(address) as part:
        assert part.size == 30_000


def test_no_password_stays_with_what_has_come(server: TextServer) -> None:
    address = server.put("a.txt", TEXT, cut_after=1000, cuts=99)
    refused(address.replace("//", "//me:secret@"), replace(QUICK, attempts=0))
    kept = [path.read_bytes() for path in downloads_dir().iterdir()]
    assert len(kept) == 2
    assert not any(b"secret" in content for content in kept)


def test_a_download_is_held_by_one_process(server: TextServer) -> None:
    address = server.put("a.txt", TEXT)
    with part_of(address):
        assert "Another process is fetching this" in refused(address)
    descriptor = os.open(downloads_dir(), os.O_RDONLY)
    take_lock(descriptor, "alone")
    os.close(descriptor)


# Addresses, redirects, proxies.


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("file:///etc/passwd", "'file:'"),
        ("ftp://example.org/a.txt", "'ftp:'"),
        ("http:///a.txt", "not a valid address"),
        ("https://example.org:99999/a.txt", "not a valid address"),
        ("https://exa mple.org/a.txt", "not a valid address"),
        ("https://example.org/", "has no name for a text"),
        ("https://example.org/..%2f..", "has no name for a text"),
    ],
)
def test_addresses_that_are_none_are_refused(address: str, part: str) -> None:
    with pytest.raises(CorpusError, match=part):
        wanted_text(address)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.org/books/My%20Novel.txt?download=1", "My Novel"),
        ("https://example.org/pg11.txt.utf-8", "pg11.txt"),
        ("https://example.org/novel.txt.gz", "novel"),
        ("https://example.org/novel.tar.gz", "novel"),
        ("https://example.org/text8.zip", "text8"),
    ],
)
def test_a_text_has_the_name_of_its_file(address: str, name: str) -> None:
    assert wanted_text(address).name == name


def test_redirects_are_followed_within_the_web(server: TextServer) -> None:
    address = server.put("a.txt", "", status=302, location="b.txt")
    server.put("b.txt", TEXT)
    events = fetched(address)
    assert isinstance(events[-1], Fetched)
    assert events[-1].address == f"{server.address}/b.txt"
    assert stored("a") == DATA


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:,text"])
def test_redirects_out_of_the_web_are_not_followed(server: TextServer, target: str) -> None:
    address = server.put("a.txt", "", status=301, location=target)
    assert "which isn't followed" in refused(address)


def test_a_redirect_to_a_name_in_utf_8_is_followed(server: TextServer) -> None:
    address = server.put("a.txt", "", status=302, location="/é.txt".encode().decode("latin-1"))
    server.put("%C3%A9.txt", TEXT)
    fetched(address)
    assert stored("a") == DATA


def test_redirects_in_a_circle_end(server: TextServer) -> None:
    assert "in a circle" in refused(server.put("a.txt", "", status=307, location="/a.txt"))


def test_https_is_left_for_http_only_if_told() -> None:
    https, http = "https://example.org/a.txt", "http://example.org/a.txt"
    with pytest.raises(UnreachableError, match="--allow-http"):
        _redirected(https, http, allow_http=False)
    assert _redirected(https, http, allow_http=True) == http
    assert _redirected(http, https, allow_http=False) == https


def test_over_tls_everything_is_as_without_it_and_nobody_else_is_trusted(
    server: TextServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put("plain.txt", TEXT)
    with serving("https") as tls:
        address = tls.put("a.txt", TEXT, cut_after=50_000)
        assert "can't be trusted" in refused(address)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
        fetched(address)
        assert tls.ranges() == [None, "bytes=50000-"]
        assert stored("a") == DATA
        # Down to http only if told.
        down = tls.put("down.txt", "", status=302, location=f"{server.address}/plain.txt")
        assert "--allow-http" in refused(down)
        list(fetch(wanted_text(down), QUICK, Interruption(), allow_http=True))
        assert stored("down") == DATA
        # And interrupted while it waits.
        stalling = wanted_text(tls.put("b.txt", TEXT, stalls_after=30_000))
        wish = Interruption()
        events = fetch(stalling, QUICK, wish)
        assert [type(next(events)) for _ in range(2)] == [Connecting, Downloading]
        threading.Timer(0.05, wish.wish).start()
        with pytest.raises(InterruptedFetchError):
            list(events)


def test_a_proxy_of_the_environment_is_asked(
    server: TextServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put("a.txt", TEXT)
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("http_proxy", server.address)
    fetched("http://texts.invalid/a.txt")
    assert server.asked[0].path == "http://texts.invalid/a.txt"
    assert stored("a") == DATA
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert "http_proxy" in refused("http://texts.invalid/b.txt")


@pytest.mark.parametrize(
    ("status", "part"),
    [(404, "404 Not Found"), (403, "refuses that file"), (503, "is busy"), (599, "refuses")],
)
def test_what_a_server_answers_is_said(server: TextServer, status: int, part: str) -> None:
    assert part in refused(server.put("a.txt", "", status=status))


def test_a_server_that_is_not_there_is_said_at_once(server: TextServer) -> None:
    assert "can't be reached: Connection refused" in refused("http://127.0.0.1:9/a.txt")
    # TLS where there is none.
    assert "can't be trusted" in refused(server.address.replace("http:", "https:") + "/a.txt")


def test_lengths_that_are_none_are_not_believed(server: TextServer) -> None:
    for number, length in enumerate(("9" * 5000, "-5", "many")):
        fetched(server.put(f"{number}.txt", TEXT, says_length=length))
        assert stored(str(number)) == DATA
    address = server.put("a.txt", TEXT, cut_after=1000, range_total="9" * 5000)
    assert "another part than was asked for" in notices(fetched(address))


# Limits.


def test_files_beyond_the_limit_are_refused_whether_announced_or_not(server: TextServer) -> None:
    small = replace(QUICK, most_bytes=10_000)
    assert "The file has 159 kB" in refused(server.put("a.txt", TEXT), small)
    assert "more than 10 kB" in refused(server.put("b.txt", TEXT, no_length=True), small)


def test_a_full_disk_is_said_before_anything_comes(
    server: TextServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    assert "free some space" in refused(server.put("a.txt", TEXT))


def test_a_name_that_is_taken_is_said_before_anything_is_asked(server: TextServer) -> None:
    address = server.put("play.txt", TEXT)
    assert "already a text called play" in refused(address)
    assert server.asked == []


# Archives.


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(DATA),
        zipped(text_txt=DATA),
        tarred({"a/text.txt": DATA}),
        tarred({"a/text.txt": DATA}, "w:bz2"),
        tarred({"a/text.txt": DATA}, "w:xz"),
        tarred({"a/text.txt": DATA}, "w"),
        zipped(text_txt=DATA, __MACOSX__x=b"1", LICENCE=b"2"),
    ],
    ids=["gz", "zip", "tar.gz", "tar.bz2", "tar.xz", "tar", "one txt"],
)
def test_a_text_is_taken_out_of_its_archive(server: TextServer, packed: bytes) -> None:
    events = fetched(server.put("a.dat", packed))
    assert any(isinstance(event, Unpacking) for event in events)
    assert stored("a") == DATA
    assert nothing_left()


def test_of_several_texts_one_is_chosen(server: TextServer) -> None:
    address = server.put("a.zip", zipped(one_txt=b"1 one", two_txt=b"2 two"))
    assert "--member' takes one: 'one.txt', 'two.txt'." in refused(address)
    assert "no 'three.txt'; it has 'one.txt', 'two.txt'" in refused(address, member="three.txt")
    fetched(address, member="two.txt")
    assert stored("a") == b"2 two"


def test_names_in_an_archive_lead_nowhere(server: TextServer, tmp_path: Path) -> None:
    outside = places.user_corpora_dir().parent.parent / "evil.txt"
    fetched(server.put("a.tar", tarred({"../../evil.txt": DATA})))
    fetched(server.put("b.tar", tarred({str(tmp_path / "evil.txt"): DATA})))
    assert stored("a") == stored("b") == DATA
    assert not outside.exists()
    assert not (tmp_path / "evil.txt").exists()


def test_links_in_an_archive_are_no_texts(server: TextServer) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        link = tarfile.TarInfo("text.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert "has no file in it" in refused(server.put("a.tar", made.getvalue()))


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(bytes(3_000_000)),
        zipped(text_txt=bytes(3_000_000)),
        tarred({"text.txt": bytes(3_000_000)}),
        tarred({"first.bin": bytes(3_000_000), "text.txt": b"text"}),
    ],
    ids=["gz", "zip", "tar", "before the text"],
)
def test_bombs_are_refused(server: TextServer, packed: bytes) -> None:
    small = replace(QUICK, most_bytes=1_000_000)
    assert len(packed) < 20_000
    assert "unpacks to more than 1.0 MB" in refused(server.put("a.dat", packed), small)


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(DATA)[:-20],
        zipped(text_txt=DATA)[:-30],
        tarred({"text.txt": DATA})[:-50],
        b"PK\x03\x04 and nothing more",
        gzip.compress(DATA)[:500] + b"xxxx" + gzip.compress(DATA)[504:],
    ],
    ids=["gz cut", "zip cut", "tar cut", "no zip", "wrong bytes"],
)
def test_damaged_archives_are_refused(server: TextServer, packed: bytes) -> None:
    assert "damaged" in refused(server.put("a.dat", packed))


# The catalogue.


def test_the_catalogue_can_be_relied_on() -> None:
    names = [text.name for text in catalogue()]
    assert names == [
        "tinyshakespeare", "alice", "warpeace", "shakespeare", "linux", "text8", "enwik8", "imdb",
    ]  # fmt: skip
    for text in catalogue():
        assert wanted_text(text.name) == text
        assert text.title
        assert text.about
        assert text.licence
        assert len(text.sha256) in (0, 64)
        for address in text.addresses:
            assert shown_address(address) == address
            # Without TLS only a hash tells whether it is the text.
            assert address.startswith("https://" if not text.sha256 else "http")


def test_an_unknown_name_is_refused_with_a_like_one() -> None:
    with pytest.raises(CorpusError, match="did you mean enwik8"):
        wanted_text("enwik9")
    with pytest.raises(CorpusError, match="it has tinyshakespeare, alice"):
        wanted_text("qqqqqq")
    with pytest.raises(CorpusError, match="leave them out"):
        wanted_text("alice", member="x")
    with pytest.raises(CorpusError, match="64 hexadecimal digits"):
        wanted_text("https://example.org/a.txt", sha256="12")
    assert wanted_text("alice", name="wonder").name == "wonder"


def test_a_labelled_archive_is_kept_as_it_is(server: TextServer) -> None:
    packed = tarred({"r/train/pos/0_9.txt": b"good", "r/train/neg/0_1.txt": b"bad"})
    wanted = Wanted(
        "films", (server.put("r.tar.gz", packed),), sha256=hash_of(packed),
        labelled=True, from_catalogue=True,
    )  # fmt: skip
    events = events_of(wanted)
    assert isinstance(events[-1], Fetched)
    assert events[-1].verified
    assert find_labelled("films") == archive_place("films").resolve()
    assert archive_place("films").read_bytes() == packed
    with pytest.raises(CorpusError, match="in the library already"):
        events_of(wanted)


@pytest.mark.slow
@pytest.mark.skipif(
    "RNNTUI_TEST_DATA" not in os.environ, reason="RNNTUI_TEST_DATA has the real corpora"
)
def test_the_classics_are_fetched_whole_over_broken_connections(
    server: TextServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = Path(os.environ["RNNTUI_TEST_DATA"])
    (tiny,) = (text for text in catalogue() if text.name == "tinyshakespeare")
    content = (texts / "tinyshakespeare.txt").read_bytes()
    address = server.put("input.txt", content, cut_after=400_000, cuts=2)
    reviews = (texts / "aclImdb_v1.tar.gz").read_bytes()
    archive = server.put("aclImdb_v1.tar.gz", reviews, cut_after=9_000_000, cuts=1)
    imdb = Wanted("imdb", (archive,), sha256=hash_of(reviews), labelled=True, from_catalogue=True)
    monkeypatch.setattr(
        wanted_module, "catalogue", lambda: (replace(tiny, addresses=(address,)), imdb)
    )
    for name in ("tinyshakespeare", "imdb"):
        events = events_of(wanted_text(name))
        assert isinstance(events[-1], Fetched)
        assert events[-1].verified
    assert stored("tinyshakespeare") == content
    assert archive_place("imdb").stat().st_size == len(reviews)
    assert server.ranges() == [
        None, "bytes=400000-", "bytes=800000-", None, "bytes=9000000-",
    ]  # fmt: skip
