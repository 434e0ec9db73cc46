"""A network as one web page, in which it generates: the page's parts are in `page/`.

The page has a policy that lets it load and send nothing at all, and the network's description
and weights as data, never as code.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Final

import numpy as np

from rnntui.nets.cell_program import cell_program
from rnntui.nets.config import parameter_count
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.modes import MAX_TEMPERATURE, MIN_TEMPERATURE
from rnntui.sampling.stream import start_of_text
from rnntui.sampling.unknown import without_unknown
from rnntui.tasks.characters.export.network import ExportedNetwork
from rnntui.text.in_units import require_characters
from rnntui.text.vocabulary import LOOK_ALIKES

_SCRIPTS: Final = ("network.js", "random.js", "sampling.js", "main.js")

_PLACE: Final = re.compile(r"\{\{(\w+)\}\}")


class Html:
    """A page for any browser of the last years; weights in float32, so that it computes the same.

    It draws random numbers as NumPy does, so a seed gives the text that `rnntui sample` gives,
    until rounding parts them.
    """

    name = "html"
    suffix = ".html"
    about = "one web page in which the network generates, without any network access"

    def files(self, network: ExportedNetwork) -> Mapping[str, bytes]:
        """A whole page. Raises `CorpusError` for other units than characters."""
        require_characters(network.vocabulary, "The page (--format html)")
        style = _part("page.css")
        script = "\n" + "\n".join(_part(name) for name in _SCRIPTS)
        able = without_unknown(
            NetworkWeights(network.config, network.weights, network.step), network.vocabulary
        ).arrays
        parts = {
            "policy": (
                f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)};"
                " base-uri 'none'; form-action 'none'"
            ),
            "title": html.escape(network.run),
            "coldest": f"{MIN_TEMPERATURE:g}",
            "hottest": f"{MAX_TEMPERATURE:g}",
            "style": style,
            "script": script,
            "network": _description(network),
            "weights": base64.b64encode(
                b"".join(np.asarray(array, "<f4").tobytes() for array in able.values())
            ).decode("ascii"),
        }
        page = _PLACE.sub(lambda place: parts[place[1]], _part("page.html"))
        return {self.suffix: page.encode("ascii")}


def _description(network: ExportedNetwork) -> str:
    """All but the weights, as JSON that can stand in a page."""
    config, vocabulary = network.config, network.vocabulary
    known = {name: json.loads(value) for name, value in network.metadata().items()}
    program = cell_program(config.cell, config.hidden_size, config.nonlinearity)
    description = {
        **known,
        "parameters": parameter_count(config),
        "program": asdict(program),
        "shapes": [(name, array.shape) for name, array in network.weights.items()],
        "start": vocabulary.index(start_of_text(vocabulary)),
        "unknown": vocabulary.unknown,
        "look_alikes": LOOK_ALIKES,
    }
    # Nothing in it can be taken for the end of its element.
    return json.dumps(description).replace("<", "\\u003c")


def _part(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What a policy calls a script or a style sheet by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
