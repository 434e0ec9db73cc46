"""Files of torch: `torch.save` of a state dict, read as weights only, so that no code is run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnntui.errors import CheckpointError, reason, shortened
from rnntui.nets.arrays import Array
from rnntui.plain_files import open_plain
from rnntui.tasks.characters.imports.network import ForeignNetwork, check_room, refused
from rnntui.tasks.characters.imports.state_dict import network_of_state

WRAPPERS = ("state_dict", "model_state_dict", "model_state", "model")
"""Names under which checkpoints of training scripts keep their network's state dict."""

PREFIXES = ("_orig_mod.", "module.")
"""What torch.compile and data parallelism put before every name."""


class TorchFile:
    """A state dict of torch's layers, alone or in a dict with other tensors and numbers."""

    suffixes = (".pt", ".pth", ".bin")

    def read(self, path: Path) -> ForeignNetwork:
        """The network in a file."""
        import torch

        try:
            with open_plain(path, "followed") as file:
                content = torch.load(file, map_location="cpu", weights_only=True)
        except OSError as error:
            raise unreadable(path, error) from error
        except Exception as error:  # whatever a damaged or hostile file makes it raise
            if isinstance(error, MemoryError):
                raise
            raise refused(path, _why(error)) from error
        for wrapper in WRAPPERS:
            if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
                content = content[wrapper]
        return network_of_state(path, arrays_of(path, content))


def arrays_of(path: Path, state: Any) -> dict[str, Array]:
    """The tensors of a state dict in float32, by their names. Raises `CheckpointError`."""
    import torch

    if not isinstance(state, Mapping) or not state:
        raise refused(path, "it is not a state dict: save model.state_dict()")
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor):
            raise refused(path, "it is not a state dict of tensors: save model.state_dict()")
        if not tensor.is_floating_point() or tensor.layout is not torch.strided or tensor.is_meta:
            raise refused(path, f"its tensor {name} is not an ordinary one of real numbers")
    # A tensor may say that it is far larger than what is stored of it.
    check_room(path, [tensor.shape for tensor in state.values()])
    return {_plain(name): tensor.detach().float().numpy() for name, tensor in state.items()}


def unreadable(path: Path, error: OSError) -> CheckpointError:
    """The error for a file that isn't there or can't be opened."""
    return CheckpointError(f"{path} can't be read ({reason(error)}).")


def _plain(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _why(error: Exception) -> str:
    if type(error).__name__ == "UnpicklingError" and "nsupported" in str(error):
        return (
            "it holds more than tensors, and reading that could run code; save"
            " model.state_dict() alone"
        )
    return f"torch can't read it ({shortened(' '.join(str(error).split()), 120)})".rstrip(".")
