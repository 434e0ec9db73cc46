"""The formats by name; a new one is a line here and a file beside it."""

from typing import Final

from rnntui.tasks.characters.export.arrays import Npz, Safetensors
from rnntui.tasks.characters.export.html_page import Html
from rnntui.tasks.characters.export.network import Format
from rnntui.tasks.characters.export.onnx_model import Onnx
from rnntui.tasks.characters.export.torch_state import TorchState

FORMATS: Final[dict[str, Format]] = {
    one.name: one for one in (Onnx(), TorchState(), Safetensors(), Npz(), Html())
}
"""Every format that a network is exported to, by its name."""
