"""A lesson's page: paragraphs, `code`, **bold** and blocks indented by four spaces."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

_MARK: Final = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
_INDENT: Final = "    "


def page_content(text: str) -> Content:
    """A page as it is drawn; lines of a paragraph are joined, those of a block kept."""
    return Content("\n\n").join(_blocks(text.strip("\n")))


def marked(text: str) -> Content:
    """A text with its code and its bold parts styled; nothing else in it is markup."""
    parts: list[Content] = []
    end = 0
    for match in _MARK.finditer(text):
        parts.append(Content(text[end : match.start()]))
        code, bold = match.groups()
        parts.append(Content.styled(code or bold, "$text-accent" if code else "bold"))
        end = match.end()
    return Content("").join([*parts, Content(text[end:])])


def _blocks(text: str) -> Iterator[Content]:
    for is_blank, lines in groupby(text.split("\n"), lambda line: not line.strip()):
        if is_blank:
            continue
        for is_code, part in groupby(lines, lambda line: line.startswith(_INDENT)):
            block = list(part)
            if is_code:
                yield Content.styled("\n".join(block), "$text-accent")
            else:
                yield marked(" ".join(line.strip() for line in block))


class PagePane(VerticalScroll, can_focus=False):
    """The page, which scrolls."""

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static(id="page-text", markup=False)

    def show(self, text: str) -> None:
        """Show a page from its beginning."""
        self.query_one("#page-text", Static).update(page_content(text))
        self.scroll_home(animate=False)
