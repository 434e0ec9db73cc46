"""The line above the stream: how the next character is chosen, each part of it a place to click."""

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from rnntui.sampling.choice import SamplingSpec

_MODES = (("1", "argmax"), ("2", "random"), ("3", "hybrid"))


class SamplerBar(Static):
    """Mode, temperature, filters and seed."""

    spec: reactive[SamplingSpec] = reactive(SamplingSpec())
    seed: reactive[int] = reactive(1)

    def __init__(self) -> None:
        """Show the default specification."""
        super().__init__(id="sampler")

    def render(self) -> Content:
        """The line, with the mode in force reversed."""
        spec = self.spec
        line = Content("")
        for key, mode in _MODES:
            style = "reverse bold" if mode == spec.mode else ""
            action = f"@click=screen.mode('{mode}')"
            line += Content.from_markup(f"[{action}][{style or 'dim'}] {key} {mode} [/][/] ")
        line += Content.from_markup(
            " temperature [@click=screen.temperature('down')]◂[/]"
            f" [b]{spec.temperature:.2f}[/] [@click=screen.temperature('up')]▸[/]"
        )
        if spec.top_k:
            line += Content(f"  top-k {spec.top_k}")
        if spec.top_p < 1:
            line += Content(f"  top-p {spec.top_p:g}")
        return line + Content.styled(f"  seed {self.seed}", "dim")
