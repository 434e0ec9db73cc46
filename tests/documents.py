"""The commands that stand in documents, and what each says of being run.

A command is a line that begins with `rnntui` in a block of code, fenced or indented. A block
whose commands no test runs says why in a comment right before it:

    <!-- not run: it needs the network -->
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

_COMMENT = re.compile(r"<!-- not run: (?P<why>.+) -->")
_COMMAND = re.compile(r"(?:    )?(rnntui(?: .*)?)")
_MENTION = re.compile(r"`rnntui ([^`]+)`")


@dataclass(frozen=True)
class Command:
    """A command of a document: its line, counted from 1, and why no test runs it, if none does."""

    line: int
    text: str
    why_not_run: str | None

    @property
    def arguments(self) -> list[str]:
        """What follows the program's name, as a shell would split it."""
        text = self.text.removesuffix("\\").partition(" > ")[0]
        return shlex.split(text, comments=True)[1:]


def pages() -> list[Path]:
    """Every document that people read, those that tell of earlier versions apart."""
    docs = [page for page in (ROOT / "docs").rglob("*.md") if "source" not in page.parts]
    others = ["README.md", "CONTRIBUTING.md", "benchmarks/README.md", "corpora/README.md"]
    return sorted([*docs, *(ROOT / name for name in others)])


def commands(page: Path) -> list[Command]:
    """The commands in a document's blocks of code, in order."""
    found, why, fenced = list[Command](), None, False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if comment := _COMMENT.fullmatch(line):
            why = comment["why"]
        elif line.startswith("```"):
            fenced = not fenced
            why = why if fenced else None
        elif command := _COMMAND.fullmatch(line):
            if fenced or line.startswith(" "):
                found.append(Command(number, command[1], why))
        elif line.strip() and not fenced and not line.startswith("    "):
            why = None
    return found


def mentions(page: Path) -> list[list[str]]:
    """The words of each command that is mentioned within a sentence."""
    text = page.read_text(encoding="utf-8")
    return [shlex.split(mention, comments=True) for mention in _MENTION.findall(text)]
