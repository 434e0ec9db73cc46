"""The texts of a duel, saved as a picture and as numbers."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rnntui import places
from rnntui.runtime.recorded.kept_networks import KeptNetworks
from rnntui.runtime.recorded.replayed_weights import ReplayedWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.tui.duel.export import KEPT, Side, duel_command, picture_of, table_of
from tests.run_files import keep_on_disk, record, run_on_disk
from tests.tables import parse_table, read_table
from tests.tui.test_duel import SIZE, DuelApp, ScriptedDuel, duel_of, network_of, texts, written

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def script() -> Iterator[ScriptedDuel]:
    script = ScriptedDuel()
    yield script
    script.over.set()


def words_of(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_hostile_and_wide_text_is_drawn_and_never_obeyed() -> None:
    text = "</text><script>\x1b[31m\u202e\x00물🙂\n"
    side = Side("argmax", text, [0.5] * len(text), "varied <1%")
    svg = picture_of("Duel & more", "a<b", "\x07p", [side], "rnntui sample 'a<b'")
    shown = "\n".join(words_of(svg))
    assert not list(ElementTree.fromstring(svg).iter(f"{SVG}script"))
    assert "</text><script>" in shown
    assert "물" in shown
    assert {"Duel & more", "a<b", "argmax · varied <1%"} <= set(words_of(svg))
    assert not any(sign in svg for sign in "\x00\x07\x1b\u202e")


def test_the_table_has_every_character_as_it_was() -> None:
    side = Side("random", 'a"\n,물', [0.1, 0.2, 0.3, 0.4, 0.5], "")
    about, rows = parse_table(table_of("a · temperature 1", [side], "rnntui sample a"))
    assert about == ["network: a · temperature 1", "command: rnntui sample a"]
    assert rows[0] == ["mode", "place", "character", "probability"]
    assert "".join(row[2] for row in rows[1:]) == side.text
    assert [float(row[3]) for row in rows[1:]] == side.probabilities


def test_the_command_is_a_loop_over_the_modes() -> None:
    spec = SamplingSpec(temperature=0.5, top_k=3)
    command = duel_command("my run", spec, "$(date)\n", 7, 20)
    words = shlex.split(command)
    assert words[:7] == ["for", "mode", "in", "argmax", "random", "hybrid;", "do"]
    assert words[words.index("--mode") + 1] == "$mode"
    assert "'--prime=$(date)\\n'" in command
    assert "'my run' --length 20 --seed 7" in command


async def test_the_duel_on_screen_is_saved_with_its_prime_and_settings(
    script: ScriptedDuel,
) -> None:
    duel = duel_of(script, prime="해인은 ", network=network_of("korean"))
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await written(pilot, duel, 204)
        await pilot.press("E")
        folder = places.checkpoints_dir().parent
        _, rows = read_table(folder / "duel-1.csv")
        for mode, text in zip(("argmax", "random", "hybrid"), texts(duel), strict=True):
            assert "해인은 " + "".join(row[2] for row in rows if row[0] == mode) == text
        svg = (folder / "duel-1.svg").read_text(encoding="utf-8")
        assert any("temperature 1.00, seed 1" in words for words in words_of(svg))
        assert any(words.startswith("for mode in argmax") for words in words_of(svg))


async def test_in_a_replay_the_command_names_the_kept_step_that_the_duel_began_with(
    tmp_path: Path, script: ScriptedDuel
) -> None:
    folder = run_on_disk(tmp_path, "first", record(60), total_steps=60)
    keep_on_disk(folder, (0, 15, 30))
    network = network_of()
    replayed = ReplayedWeights(KeptNetworks(folder), network.weights, lambda _: None)
    replayed.show(20)
    duel = duel_of(script, network=replace(network, reference="first", replayed=replayed))
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await written(pilot, duel, 200)
        replayed.show(40)
        await pilot.press("E")
        svg = (places.checkpoints_dir().parent / "duel-1.svg").read_text(encoding="utf-8")
        assert "rnntui sample first --at-step 15 " in svg


async def test_only_the_beginning_is_kept_and_a_changed_temperature_is_said() -> None:
    script = ScriptedDuel(KEPT + 50)
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await written(pilot, duel, KEPT + 50)
        await pilot.press("left_square_bracket", "E")
        folder = places.checkpoints_dir().parent
        _, rows = read_table(folder / "duel-1.csv")
        assert len(rows[1:]) == 3 * KEPT
        svg = (folder / "duel-1.svg").read_text(encoding="utf-8")
        assert any("since changed to temperature 0.90" in words for words in words_of(svg))
    script.over.set()
