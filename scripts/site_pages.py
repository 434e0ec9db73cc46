"""Pages of the documentation's site that don't stand in docs/, and links as a site needs them.

MkDocs calls the functions that begin with `on_` (see `hooks` in mkdocs.yml). The README is the
site's first page, and the reference is made of the names that `import rnntui` offers. In the
sources a link is a path in the project, so that it also works in a checkout and where
projects are shown; in the site it leads to the page, or to a copy of the file.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import rnntui

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "benchmarks/README.md": "benchmarks/README.md",
}
"""Pages outside docs/, by their place in the project, with their place in the site."""

_LINK: Final = re.compile(r"\[([^\]]*)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)]*)?\)")
_FENCE: Final = re.compile(r"^(```.*?^```)", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages outside docs/, the reference, and every other file that a page links to."""
    pages = {f"docs/{file.src_uri}": file for file in files.documentation_pages()}
    for source, place in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, place, content=text))
        pages[source] = files.src_uris[place]
    files.append(File.generated(config, "reference.md", content=reference()))
    for source, file in pages.items():
        for linked in _linked(source, file.content_string):
            place = place_of(linked)
            if place and place not in files.src_uris:
                files.append(File.generated(config, place, abs_src_path=str(ROOT / linked)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links lead to places of the site, and Markdown be read within folded answers."""
    place = page.file.src_uri
    text = with_links(markdown, source_of(place), place)
    return text.replace("<details>", '<details markdown="1">')


def source_of(place: str) -> str:
    """Where a page of the site stands in the project."""
    return {to: source for source, to in PAGES.items()}.get(place, f"docs/{place}")


def place_of(path: str) -> str:
    """Where a path of the project stands in the site; empty for a folder without a page."""
    if (ROOT / path).is_dir():
        path = f"{path}/README.md"
        if not (ROOT / path).exists() or path.startswith("docs/lessons/source/"):
            return ""
    if path in PAGES:
        return PAGES[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else f"files/{path}"


def with_links(text: str, source: str, place: str) -> str:
    """A page's text with its links as the site has them. Code stays as it is.

    `source` is the page's place in the project, `place` that in the site.
    """

    def moved(link: re.Match[str]) -> str:
        target = place_of(_path(source, link[2]))
        if not target:
            return link[1]  # a folder: there is nothing to be read
        return f"[{link[1]}]({os.path.relpath(target, PurePosixPath(place).parent)}{link[3] or ''})"

    return _outside_code(text, lambda part: _LINK.sub(moved, part))


def reference() -> str:
    """The page on each name that `import rnntui` offers, by the module that it comes from."""
    parts = [
        "# Reference",
        "What `import rnntui` offers, by its docstrings. [From Python](api.md) tells it in order.",
    ]
    for title, homes in _GROUPS.items():
        parts.append(f"## {title}")
        parts += [f"::: {home}.{name}" for home in homes for name in rnntui._NAMES[home]]
    return "\n\n".join(parts) + "\n"


_GROUPS: Final = {
    "Training and generating": ("rnntui.api",),
    "Looking inside": ("rnntui.api_lenses",),
    "Values": tuple(
        home
        for home in rnntui._NAMES
        if home
        not in ("rnntui.api", "rnntui.api_lenses", "rnntui.errors", "rnntui.training.events")
    ),
    "Events": ("rnntui.training.events",),
    "Errors": ("rnntui.errors",),
}


def _linked(source: str, text: str) -> list[str]:
    """The paths in the project that a page links to."""
    found: list[str] = []
    for part in _FENCE.split(text)[::2]:
        found += [_path(source, link[2]) for link in _LINK.finditer(part)]
    return found


def _path(source: str, link: str) -> str:
    """A link of a page as a path in the project."""
    return os.path.normpath(PurePosixPath(source).parent / link)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with what stands outside fenced blocks changed."""
    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else change(part) for part in parts)
