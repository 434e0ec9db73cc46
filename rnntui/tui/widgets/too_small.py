"""The sentence that covers every screen while the terminal is too small.

The cover is an overlay and leaves the stack of screens, the focus and everything below
unchanged; when there is room again it is hidden. While it is shown, keys and mouse don't
act on the hidden screen; only the app's priority keys (quit) act.
"""

from typing import Any, Final, Generic, TypeVar

from textual import events, on
from textual.app import App, ComposeResult, ReturnType
from textual.content import Content
from textual.css.query import NoMatches
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

LEAST: Final = Size(80, 24)
"""The smallest supported terminal, in cells."""


def is_too_small(size: Size) -> bool:
    """Whether a terminal of `size` cells is too small."""
    return size.width < LEAST.width or size.height < LEAST.height


def sentence_for(size: Size) -> str:
    """A request for a larger terminal, in the longest form that fits into `size`."""
    needed, given = f"{LEAST.width}×{LEAST.height}", f"{size.width}×{size.height}"
    sentences = (
        f"rnntui needs a terminal of at least {needed}; this one is {given}."
        " Make it larger, or its font smaller.",
        f"rnntui needs {needed} cells; here are {given}.",
        f"rnntui needs {needed}.",
    )
    return next(
        (
            sentence
            for sentence in sentences
            if len(Content(sentence).wrap(max(size.width, 1))) <= size.height
        ),
        needed,
    )


class TooSmall(Widget, can_focus=False):
    """The cover of one screen; hidden until `fit` is called with too small a size."""

    ALLOW_SELECT = False
    # It stays when a widget is maximised or the screen is recomposed.
    DEFAULT_CLASSES = "-textual-system"
    # Overlays are above everything else. Among them, one without children (an open list)
    # may win over the cover itself, and its children over that; hence the sentence fills
    # the cover, on a layer above theirs.
    DEFAULT_CSS = """
    TooSmall {
        display: none;
        overlay: screen;
        position: absolute;
        width: 100vw;
        height: 100vh;
        layers: others sentence;

        & > Static {
            layer: sentence;
            width: 100%;
            height: 100%;
            content-align: center middle;
            text-align: center;
            background: $background;
            color: $foreground;
        }
    }
    """

    def compose(self) -> ComposeResult:
        """The sentence."""
        yield Static(markup=False)

    def on_mount(self) -> None:
        """Fit the current size."""
        self.fit(self.app.size)

    def fit(self, size: Size) -> None:
        """Cover or uncover the screen."""
        self.display = is_too_small(size)
        if self.display:
            self.query_one(Static).update(sentence_for(size))

    def on_event_from_mouse(self, event: events.MouseEvent) -> None:
        """Keep the mouse from the covered screen."""
        event.stop()

    on_click = on_mouse_down = on_mouse_up = on_mouse_move = on_event_from_mouse
    on_mouse_scroll_down = on_mouse_scroll_up = on_event_from_mouse


S = TypeVar("S", bound=Screen[Any])


class SizedApp(App[ReturnType], Generic[ReturnType]):
    """An app whose screens have the layout for the terminal's size from their first render on.

    While the terminal is too small, the top screen is covered.
    """

    @property
    def is_covered(self) -> bool:
        """Whether the screens are covered."""
        return is_too_small(self.size)

    @on(events.Mount)
    def _watch_screens(self) -> None:
        self.screen_change_signal.subscribe(self, self._fit, immediate=True)
        for screen in self.screen_stack:
            self._fit(screen)

    @on(events.Resize)
    def _fit_all(self, event: events.Resize) -> None:
        for screen in self.screen_stack:
            self._fit(screen, event.size)

    def laid_out(self, screen: S, size: Size | None = None) -> S:
        """Return the screen with the classes of its breakpoints set.

        Textual sets them only after a first render in the wrong layout, and not at all for
        the screens below the top one.
        """
        width = (size or self.size).width
        breakpoints = screen.HORIZONTAL_BREAKPOINTS or self.HORIZONTAL_BREAKPOINTS or []
        held = [name for least, name in sorted(breakpoints) if width >= least]
        return screen.update_classes(
            {name: name in held[-1:] for _, name in breakpoints},
            update=screen.is_running,
            animate=False,
        )

    def _fit(self, screen: Screen[object], size: Size | None = None) -> None:
        self.laid_out(screen, size)
        try:
            screen.get_child_by_type(TooSmall).fit(size or self.size)
        except NoMatches:
            screen.call_later(screen.mount, TooSmall())

    async def on_event(self, event: events.Event) -> None:
        """Keep keys from the covered screen, except the app's priority keys."""
        if self.is_covered and isinstance(event, events.Key | events.Paste):
            if isinstance(event, events.Key):
                await self._check_bindings(event.key, priority=True)
            return
        await super().on_event(event)
