"""Flags in groups: where a command has many, each stands under a title in its help.

The settings of a training run bring theirs (`cli/options/setting_options.py`).
"""

from typing import Any, Final

FEW: Final = 8
"""A command with no more options than this needs no groups."""

_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "Run": ("recipe", "name", "resume", "init_from", "old_text", "force", "storage", "replay"),
    "Network": ("checkpoint", "at_step", "cell", "engine"),
    "Text": (
        *("corpus", "text_encoding", "text_column", "label_column", "no_header", "skip_bad"),
        *("file", "mark", "place", "pattern"),
    ),
    "Lanes": ("equal_parameters", "slice_chars"),
    "Trials": ("trials", "sampler", "pruner", "sampler_seed"),
    "Sampling": (
        *("prime", "prime_file", "length", "mode", "temperature", "top_k", "top_p", "seed"),
        *("until", "count", "unique", "streams", "no_prime", "sample"),
    ),
    "Lens": (
        *("gradients", "neurons", "influence", "surprise", "embedding_map", "over_steps"),
        *("unit", "units", "train_steps", "forget_bias", "recurrent_scale"),
    ),
    "Serving": ("host", "port", "sessions", "public_url", "read_only"),
    "Output": ("as_json", "csv", "csv_file", "svg", "save_best", "copied"),
}

_ELSEWHERE: Final[dict[tuple[str, ...], str]] = {
    ("classify", "stats", "units"): "Text",
    ("classify", "stats", "vocab_size"): "Text",
    ("classify", "stats", "min_count"): "Text",
    ("classify", "stats", "max_length"): "Text",
    ("classify", "stats", "val_fraction"): "Text",
    ("classify", "stats", "seed"): "Text",
}
"""Where a command means another thing by a name than the others do."""

_PANELS: Final = {name: panel for panel, names in _GROUPS.items() for name in names}


def group_options(path: tuple[str, ...], command: Any) -> None:
    """Give each option of a command with many a title, where it has none."""
    options = [one for one in command.params if one.param_type_name == "option"]
    if len(options) <= FEW:
        return
    for option in options:
        panel = _ELSEWHERE.get((*path, option.name)) or _PANELS.get(option.name)
        option.rich_help_panel = option.rich_help_panel or panel
    # Titles in the order of the table, behind which those of settings come.
    order = {panel: place for place, panel in enumerate(_GROUPS)}
    command.params.sort(key=lambda one: order.get(getattr(one, "rich_help_panel", ""), len(order)))
