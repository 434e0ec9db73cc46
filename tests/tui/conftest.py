"""What tests of the screen leave out, so that they are fast: frames that nobody looks at.

Headless, Textual draws every frame and throws it away, which takes a third of a test's time.
Here a screen is drawn when a test looks at it (a picture, `render_strips`), and once, whole, as
the test ends. A test of drawing itself has the mark `drawn`, and every frame.
"""

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.app import App
from textual.css import parse as css
from textual.css import stylesheet
from textual.css.model import RuleSet
from textual.css.tokenizer import Token

_parsed: dict[object, list[RuleSet]] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that open an app, which `make test-fast` leaves out."""
    for item in items:
        here = isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent
        if here and (inspect.iscoroutinefunction(item.obj) or "snap_compare" in item.fixturenames):
            item.add_marker("screen")


def _parsed_once(
    scope: str,
    text: str,
    read_from: tuple[str, str],
    *,
    variable_tokens: Mapping[str, Sequence[Token]],
    **how: Any,
) -> list[RuleSet]:
    """The rules of a style sheet, parsed once for all apps: each would parse all of them anew."""
    values = {name: [token.value for token in tokens] for name, tokens in variable_tokens.items()}
    key = (scope, text, read_from, str(values), str(how))
    if key not in _parsed:
        rules = css.parse(scope, text, read_from, variable_tokens=variable_tokens, **how)
        _parsed[key] = list(rules)
    return _parsed[key]


@pytest.fixture(autouse=True)
def toasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let them stand until the test ends: on a busy machine, 5 s are over before one is read."""
    monkeypatch.setattr(App, "NOTIFICATION_TIMEOUT", 3600.0)


@pytest.fixture(autouse=True)
def frames(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw none but those that a test looks at, and the last."""
    monkeypatch.setattr(stylesheet, "parse", _parsed_once)
    # Rules are looked up by identity, some 200 for each widget that is styled.
    monkeypatch.setattr(RuleSet, "__hash__", object.__hash__)
    if request.node.get_closest_marker("drawn"):
        return
    draw, shut_down = Compositor.render_update, App._shutdown

    def render_update(self: Compositor, full: bool = False, **how: Any) -> Any:
        if full:
            return draw(self, full, **how)
        self._dirty_regions.clear()
        return None

    pictured = "snap_compare" in request.fixturenames

    async def drawn_at_last(self: App[Any]) -> None:
        if self._running and self._screen_stack and self.screen.size and not pictured:
            with self._context():
                self.screen._compositor.render_strips()
        await shut_down(self)

    monkeypatch.setattr(Compositor, "render_update", render_update)
    monkeypatch.setattr(App, "_shutdown", drawn_at_last)
