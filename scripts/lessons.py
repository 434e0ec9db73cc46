"""Makes the pages in docs/lessons from the lessons, their sources, and what their commands print.

python scripts/lessons.py               render the pages from what was recorded
python scripts/lessons.py --record      run every command anew first (`make lessons`)
python scripts/lessons.py --record 07   only that lesson's

A source is a Jinja template. `run("rnntui …")` is the recording of a command, which
knows what was printed; commands of one lesson share a home, in the order in which
they stand. ARCHIVE and TINYSHAKESPEARE in a command stand for files of the folder named
by RNNTUI_TEST_DATA; without it, what was recorded of them stays. What a page says in
words about its figures it can claim with `holds`, so that a page whose words no
longer fit its figures can't be rendered.

Title, short page and questions are those of the lesson on screen (`rnntui/lessons`), as
`heading`, `page` and `questions`; `scripts/lesson_answers.py` finds the numbers of the answers.
The pages in ko/ are those in Korean, with the same recordings.
"""

import argparse
import json
import math
import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import jinja2

from rnntui.lessons.lesson import Language, Lesson, Question
from rnntui.lessons.reading import LANGUAGES, list_lessons

LESSONS = Path(__file__).resolve().parent.parent / "docs" / "lessons"
SOURCES = LESSONS / "source"
ANSWERS = SOURCES / "answers.json"
DATA = {"ARCHIVE": "aclImdb_v1.tar.gz", "TINYSHAKESPEARE": "tinyshakespeare.txt"}


@dataclass(frozen=True)
class Recording:
    """A command, what it printed, and the seconds of processor time that it took.

    `stable` if it prints the same on every machine.
    """

    command: str
    out: str
    err: str
    cpu_seconds: float
    stable: bool = False

    @property
    def objects(self) -> list[dict[str, Any]]:
        """What a command with --json printed."""
        return [json.loads(line) for line in self.out.splitlines()]

    def part(self, first: str, last: str = "", count: int = 1) -> str:
        """The lines from the one that `first` matches to the one before `last`.

        `count` says which match of `first` it is. Without `last` all up to the end.
        """
        lines = (self.out or self.err).splitlines()
        starts = [number for number, line in enumerate(lines) if re.search(first, line)]
        if len(starts) < count:
            raise ValueError(f"no line of `{self.command}` matches {first!r}")
        start = starts[count - 1]
        ends = [n for n in range(start + 1, len(lines)) if last and re.search(last, lines[n])]
        end = ends[0] if ends else len(lines)
        return "\n".join(line.rstrip() for line in lines[start:end]).rstrip("\n")

    def lines(self, *patterns: str) -> str:
        """The first line that each pattern matches."""
        return "\n".join(self.figure(f"(.*{pattern}.*)") for pattern in patterns)

    def figure(self, pattern: str) -> str:
        """What the group of `pattern` matches in the output, or in the messages."""
        found = re.search(pattern, self.out) or re.search(pattern, self.err)
        if found is None:
            raise ValueError(f"nothing that `{self.command}` printed matches {pattern!r}")
        return found[1]

    def cell(self, row: str, column: int, after: str = "") -> str:
        """What stands in a table: in the first line that `row` begins, behind the line `after`.

        Columns are counted from 1, behind the row's name, and from -1 from its end.
        """
        lines = self.part(after).splitlines() if after else self.out.splitlines()
        cells = next(
            re.split(r" {2,}", line.strip()) for line in lines if line.strip().startswith(row)
        )
        return cells[column]

    def column(self, row: str, head: str, column: str | int, table: int = 0) -> str:
        """What stands in a table under a column's own name, in the row called `row`.

        The table is the one whose first line begins with `head`: the first, or number `table`.
        """
        lines = self.out.splitlines()
        start = [n for n, line in enumerate(lines) if line.strip().startswith(head)][table]
        split = [re.split(r" {2,}", line.strip()) for line in lines[start:]]
        place = split[0].index(str(column))
        # A table may have marks in front of its rows, which have no name above them.
        return next(cells for cells in split if row in cells[:2])[place - len(split[0])]

    def rows(self, pattern: str) -> list[tuple[str, ...]]:
        """All that the groups of `pattern` match, in order."""
        return re.findall(pattern, self.out)

    def number(self, pattern: str) -> float:
        """That as a number."""
        return float(self.figure(pattern).replace(",", "").rstrip("%"))


Run = Callable[..., Recording]


def record(command: str, home: Path, stable: bool = False) -> Recording:
    """Run a command as a reader would, in a home of its own. Raises where it fails."""
    folder = Path(os.environ.get("RNNTUI_TEST_DATA", ""))
    paths = {name: str(folder / file) for name, file in DATA.items()}
    arguments = [paths.get(argument, argument) for argument in shlex.split(command)]
    program = str(Path(sys.executable).with_name(arguments[0]))
    environment = {**os.environ, "RNNTUI_HOME": str(home), "COLUMNS": "80", "NO_COLOR": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [program, *arguments[1:]],
        env=environment,
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise RuntimeError(f"`{command}` failed:\n{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    out, err = done.stdout, done.stderr
    for name, path in (*paths.items(), ("HOME", str(home))):
        out, err = out.replace(path, name), err.replace(path, name)
    return Recording(command, out, err, round(seconds, 1), stable)


def recordings_of(source: Path) -> dict[str, Recording]:
    """What was recorded for a lesson, by command."""
    path = source.with_suffix(".json")
    if not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {one["command"]: Recording(**one) for one in kept}


def recording_anew(source: Path, home: Path) -> Run:
    """Run each command when the page asks for it, and keep what it prints."""
    before, made = recordings_of(source), dict[str, Recording]()

    def run(command: str, stable: bool = False) -> Recording:
        if command not in made:
            needs_data = any(name in command for name in DATA)
            if needs_data and "RNNTUI_TEST_DATA" not in os.environ:
                made[command] = replace(before[command], stable=stable)
            else:
                print(f"{source.stem}: {command}", file=sys.stderr, flush=True)
                made[command] = record(command, home, stable)
            text = json.dumps([asdict(one) for one in made.values()], indent=1, ensure_ascii=False)
            source.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
        return made[command]

    return run


def from_recordings(source: Path) -> Run:
    """Find each command among what was recorded."""
    kept: Mapping[str, Recording] = recordings_of(source)
    return lambda command, stable=False: kept[command]  # noqa: ARG005


def holds(claim: bool) -> str:
    """Print nothing. Raises `ValueError` where what a page says of its figures isn't so."""
    if not claim:
        raise ValueError("a page claims what its figures don't show")
    return ""


_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "on screen": "On screen, beside a live lens: `rnntui learn {name}`, or `f2`.",
        "questions": "Three questions",
        "answer": "Answer",
        "with": "With `{change}`: ",
        "back": "Back: {}.",
        "next": "Next: {}.",
        "all": "All: [lessons](README.md).",
    },
    "ko": {
        "on screen": "화면에서 렌즈와 함께 보기: `rnntui learn {name} --language ko` 또는 `f2`.",
        "questions": "질문 세 가지",
        "answer": "답",
        "with": "`{change}`(으)로 바꾸면: ",
        "back": "이전: {}.",
        "next": "다음: {}.",
        "all": "전체: [레슨 목록](README.md).",
    },
}


def parts_on_screen(lesson: Lesson, language: Language) -> dict[str, str]:
    """What a page takes from the lesson on screen, as Markdown."""
    words = _WORDS[language]
    answers = json.loads(ANSWERS.read_text(encoding="utf-8"))[lesson.name]
    asked = [
        _question(number, one, language, answers) for number, one in enumerate(lesson.questions, 1)
    ]
    return {
        "heading": f"# {lesson.number}. {lesson.title[language]}",
        "page": f"{words['on screen'].format(name=lesson.name)}\n\n{lesson.page[language].strip()}",
        "questions": "\n\n".join([f"## {words['questions']}", *asked]),
        "links": _links(lesson, language),
    }


def _question(
    number: int, question: Question, language: Language, answers: Mapping[str, str]
) -> str:
    """A question with its explanation folded."""
    words, explain = _WORDS[language], question.explain[language]
    if "{after}" in explain and "change" in answers:
        explain = words["with"].format(change=answers["change"]) + explain
    for name, figures in answers.items():
        explain = explain.replace(f"{{{name}}}", figures)
    summary = f"<summary>{words['answer']}</summary>"
    asked = f"{number}. {question.ask[language].strip()}"
    return f"{asked}\n\n<details>\n{summary}\n\n{explain.strip()}\n\n</details>"


def _links(lesson: Lesson, language: Language) -> str:
    """The lines to the pages before and behind."""
    words, pages = _WORDS[language], {one.number: one for one in list_lessons()}
    before, behind = pages.get(lesson.number - 1), pages.get(lesson.number + 1)
    lines = [
        words[name].format(f"[{one.number}. {short_title(one, language)}]({page_name(one)})")
        for name, one in (("back", before), ("next", behind))
        if one is not None
    ]
    return " ".join(lines if behind else [*lines, words["all"]])


def short_title(lesson: Lesson, language: Language) -> str:
    """A lesson's title up to its colon."""
    return lesson.title[language].partition(":")[0]


def page_name(lesson: Lesson) -> str:
    """The file name of a lesson's page."""
    return f"{lesson.number:02}-{lesson.name}.md"


def render(source: Path, run: Run, **parts: object) -> str:
    """The page of a source, which may use `parts`."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    template = environment.from_string(source.read_text(encoding="utf-8"))
    return template.render(run=run, holds=holds, log=math.log, **parts).strip("\n") + "\n"


def folder_of(folder: Path, language: Language) -> Path:
    """Where the pages, or sources, of a language are in a folder: English ones in itself."""
    return folder if language == "en" else folder / language


def page_of(lesson: Lesson, language: Language, run: Run | None = None) -> str:
    """The page of a lesson in a language, from what was recorded where there is no `run`."""
    recorded = SOURCES / page_name(lesson)
    source = folder_of(SOURCES, language) / page_name(lesson)
    parts = parts_on_screen(lesson, language)
    return render(source, run or from_recordings(recorded), **parts)


def contents(language: Language) -> str:
    """The page that lists the lessons."""
    source = folder_of(SOURCES, language) / "README.md"
    titles = [f"{one.number}. [{one.title[language]}]({page_name(one)})" for one in list_lessons()]
    return render(source, from_recordings(source), lessons="\n".join(titles))


def main() -> None:
    """Make the pages, after running the commands if that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="run the commands anew")
    parser.add_argument("lessons", nargs="*", help="numbers such as 07; without any, all")
    asked = parser.parse_args()
    for lesson in list_lessons():
        if asked.lessons and f"{lesson.number:02}" not in asked.lessons:
            continue
        name = page_name(lesson)
        if asked.record:
            with tempfile.TemporaryDirectory(prefix="rnntui-lessons-") as home:
                page_of(lesson, "en", recording_anew(SOURCES / name, Path(home)))
        for language in LANGUAGES:
            page = folder_of(LESSONS, language) / name
            page.write_text(page_of(lesson, language), encoding="utf-8")
    for language in LANGUAGES:
        page = folder_of(LESSONS, language) / "README.md"
        page.write_text(contents(language), encoding="utf-8")


if __name__ == "__main__":
    main()
