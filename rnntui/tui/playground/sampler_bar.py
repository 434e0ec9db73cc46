"""The line above the stream: the sampling settings, each of them clickable."""

from functools import lru_cache

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from rnntui.sampling.choice import SamplingSpec

_MODES = (("1", "argmax"), ("2", "random"), ("3", "hybrid"))


class SamplerBar(Static):
    """Mode, temperature, filters, seed and pace."""

    spec: reactive[SamplingSpec] = reactive(SamplingSpec())
    seed: reactive[int] = reactive(1)
    pace: reactive[float] = reactive(0.0)
    """Characters a second, 0 for full speed."""
    held: reactive[bool] = reactive(False)
    """Whether the stream is paused."""

    def __init__(self) -> None:
        """Show the default settings."""
        super().__init__(id="sampler")

    def render(self) -> Content:
        """The line, with the current mode in reverse."""
        spec = self.spec
        line = Content("")
        for key, mode in _MODES:
            style = "reverse bold" if mode == spec.mode else "dim"
            line += _link(f" {key} {mode} ", f"mode('{mode}')", style) + Content(" ")
        line += Content(" temp ") + _link("◂", "temperature('down')")
        line += Content.styled(f" {spec.temperature:.2f} ", "bold")
        line += _link("▸", "temperature('up')")
        top_k = f"{spec.top_k}" if spec.top_k else "all"
        top_p = f"{spec.top_p:g}" if spec.top_p < 1 else "all"
        pace = f"{self.pace:g} characters/s" if self.pace else "full speed"
        for words, action in (
            (f"top-k {top_k}", "top_k"),
            (f"top-p {top_p}", "top_p"),
            (f"seed {self.seed}", "reseed"),
            ("paused" if self.held else pace, "hold" if self.held else "pace"),
        ):
            part = Content("  ") + _link(words, action, "bold" if self.held else "")
            if len(line) + len(part) > self.size.width:
                break
            line += part
        return line


@lru_cache(maxsize=64)
def _link(words: str, action: str, style: str = "") -> Content:
    """A clickable label; cached, as most stay the same from key to key."""
    call = action if "(" in action else f"{action}()"
    place = Content.from_markup(f"[@click=screen.{call}]$words[/]", words=words)
    return place.stylize(style) if style else place
