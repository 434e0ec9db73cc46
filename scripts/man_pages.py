"""Writes the manual pages in docs/man from the commands, their help and their examples.

python scripts/man_pages.py

`rnntui.1` is the program's, `rnntui-COMMAND.1` that of each command, with those of a group in it.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

import rnntui
from rnntui.cli.help.examples import Example, examples_of
from rnntui.cli.lazy_commands import SUMMARIES
from rnntui.cli.main import app

FOLDER = Path(__file__).parent.parent / "docs" / "man"

_EXIT = (
    ("0", "Done."),
    ("1", "A stated error."),
    ("2", "Wrong usage."),
    ("130, 143", "Interrupted, by Ctrl-C or SIGTERM, after saving."),
)

_VARIABLES = (
    ("RNNTUI_HOME", "One folder that holds everything: texts, runs, cache, settings."),
    ("NO_COLOR", "No colours."),
)


def _released() -> str:
    """The date of the newest release."""
    changes = (FOLDER.parent.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    dated = re.search(r"^## \S+ - (\d{4}-\d\d-\d\d)$", changes, re.MULTILINE)
    return dated[1] if dated else ""


def pages() -> dict[str, str]:
    """The text of each page by its file's name."""
    program = get_command(app)
    made = {"rnntui.1": _program_page(program)}
    for name, command in program.commands.items():  # type: ignore[attr-defined]
        made[f"rnntui-{name}.1"] = _command_page(name, command)
    return made


def _program_page(program: Any) -> str:
    return "".join(
        (
            _head("rnntui", "a terminal playground for character-level recurrent networks"),
            _synopsis((), program),
            _description(program),
            ".SH OPTIONS\n",
            *_options((), program),
            ".SH COMMANDS\n",
            *(
                f".TP\n.BR rnntui\\-{_text(name)} (1)\n{_text(about)}\n"
                for name, about in SUMMARIES.items()
            ),
            _examples(examples_of(())),
            ".SH ENVIRONMENT\n",
            *(f".TP\n.B {name}\n{_text(about)}\n" for name, about in _VARIABLES),
            ".SH EXIT STATUS\n",
            *(f".TP\n.B {_text(code)}\n{_text(about)}\n" for code, about in _EXIT),
        )
    )


def _command_page(name: str, command: Any) -> str:
    parts = [
        _head(f"rnntui-{name}", SUMMARIES[name].removesuffix(".")),
        _synopsis((name,), command),
        _description(command),
    ]
    options = list(_options((name,), command))
    parts += [".SH OPTIONS\n", *options] if options else []
    for part, found in getattr(command, "commands", {}).items():
        parts.append(f".SH {_text(f'rnntui {name} {part}'.upper())}\n")
        parts.append(_usage((name, part), found))
        parts.append(f".PP\n{_paragraphs(found.help)}")
        parts += _options((name, part), found)
    parts.append(_examples(examples_of((name,))))
    parts.append(".SH SEE ALSO\n.BR rnntui (1)\n")
    return "".join(parts)


def _head(name: str, about: str) -> str:
    return (
        '.\\" Made by scripts/man_pages.py from the help of the commands.\n'
        f'.TH {_text(name.upper())} 1 "{_released()}" "rnntui {rnntui.__version__}"'
        ' "User Commands"\n'
        f".SH NAME\n{_text(name)} \\- {_text(about)}\n"
    )


def _synopsis(path: tuple[str, ...], command: Any) -> str:
    return ".SH SYNOPSIS\n" + _usage(path, command)


def _usage(path: tuple[str, ...], command: Any) -> str:
    words = " ".join(command.collect_usage_pieces(_context(path, command)))
    return f".B {_text(' '.join(('rnntui', *path)))}\n{_text(words)}\n"


def _description(command: Any) -> str:
    return ".SH DESCRIPTION\n" + _paragraphs(command.help)


def _paragraphs(help_text: str) -> str:
    paragraphs = inspect.cleandoc(help_text).split("\n\n")
    return ".PP\n".join(f"{_text(' '.join(one.split()))}\n" for one in paragraphs)


def _options(path: tuple[str, ...], command: Any) -> Iterator[str]:
    """Arguments, then options under the titles that they have in the help."""
    context = _context(path, command)
    title = ""
    panels: dict[str, list[Any]] = {}
    for parameter in command.get_params(context):
        panels.setdefault(getattr(parameter, "rich_help_panel", None) or "", []).append(parameter)
    for title, parameters in panels.items():
        if title:
            yield f".SS {_text(title)}\n"
        for parameter in parameters:
            record = parameter.get_help_record(context)
            if record is not None:
                names, about = record
                yield f".TP\n.B {_text(names)}\n{_text(' '.join(about.split()))}\n"


def _context(path: tuple[str, ...], command: Any) -> Any:
    return typer.Context(command, info_name=" ".join(("rnntui", *path)))


def _examples(examples: tuple[Example, ...]) -> str:
    shown = (
        f"{_text(about.capitalize())}:\n.PP\n.RS 4\n.nf\n{_text(line)}\n.fi\n.RE\n"
        for line, about in examples
    )
    return ".SH EXAMPLES\n" + ".PP\n".join(shown)


def _text(plain: str) -> str:
    """`plain` for roff: nothing in it is a request, an escape or outside ASCII."""
    escaped = plain.replace("\\", "\\e").replace("-", "\\-")
    ascii_only = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    return f"\\&{ascii_only}" if ascii_only.startswith((".", "'")) else ascii_only


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="ascii")
