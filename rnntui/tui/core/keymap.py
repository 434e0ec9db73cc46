"""Checks a user's key bindings: existing keys, known bindings, no key twice."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

Scope = Mapping[str, str]
"""Bindings that are active at the same time: the id of each and its own keys, comma-separated."""

_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "meta", "super", "hyper"})
_DEEPEST: Final = 8


def normal_key(key: str) -> str | None:
    """Textual's name for a key, such as `t`, `ctrl+t` or `question_mark` for `?`.

    None for an unknown key.
    """
    if key == ",":
        return "comma"
    if len(key) == 1:
        return _named(key) if key.isprintable() else None
    *modifiers, name = (part.strip() for part in key.split("+"))
    if not name or not _MODIFIERS.issuperset(modifiers):
        return None
    if len(name) == 1 and not name.isprintable():
        return None
    is_key = (
        len(name) == 1
        or name in _key_names()
        or name in KEY_NAME_REPLACEMENTS.values()
        or key_to_character(name) is not None
    )
    return "+".join((*modifiers, name)) if is_key else None


def checked_keymap(
    entries: Mapping[str, object], scopes: Sequence[Scope] = ()
) -> tuple[dict[str, str], list[str]]:
    """Keys by binding id in normal form, and a sentence for each entry left out.

    An entry is a string with a key, or with several separated by commas, or a list of
    keys. Tables in `entries` are ids with unquoted dots. Without `scopes` any id
    passes and only the entries are compared.
    """
    complaints: list[str] = []
    keymap: dict[str, str] = {}
    known = {name for scope in scopes for name in scope}
    for name, value in _flattened(entries).items():
        keys = _keys_of(value)
        if known and name not in known:
            complaints.append(f"keymap: there is no action '{name}' to bind a key to.")
        elif keys is None:
            complaints.append(
                f"keymap: '{name}' needs a key, as in \"ctrl+t\", or several separated by commas."
            )
        else:
            keymap[name] = ",".join(keys)
    for scope in scopes or [dict.fromkeys(keymap, "")]:
        complaints += _without_clashes(keymap, scope)
    return keymap, complaints


def _without_clashes(keymap: dict[str, str], scope: Scope) -> list[str]:
    """Remove entries from `keymap` until no key of a scope is bound twice; return sentences."""
    complaints = []
    while clash := _clash(keymap, scope):
        key, loser, other = clash
        del keymap[loser]
        complaints.append(
            f"keymap: the key '{key}' can't be both '{loser}' and '{other}';"
            f" '{loser}' keeps its own."
        )
    return complaints


def _clash(keymap: Mapping[str, str], scope: Scope) -> tuple[str, str, str] | None:
    """A key bound twice, the entry at fault (the last one in the file), and the other binding."""
    order = {name: number for number, name in enumerate(keymap)}
    holders: dict[str, str] = {}
    # Unchanged bindings first, then the entries in the order of the file.
    for name in sorted(scope, key=lambda name: order.get(name, -1)):
        for key in (keymap.get(name) or _normal_keys(scope[name])).split(","):
            other = holders.setdefault(key, name)
            if key and other != name and name in keymap:
                return key, name, other
    return None


def _flattened(
    entries: Mapping[str, object], prefix: str = "", depth: int = 0
) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in entries.items():
        if isinstance(value, Mapping) and depth < _DEEPEST:
            flat |= _flattened(value, f"{prefix}{name}.", depth + 1)
        else:
            flat[prefix + name] = value
    return flat


def _keys_of(value: object) -> list[str] | None:
    if isinstance(value, str):
        value = [value] if value.strip() in {"", ","} else value.split(",")
    if not isinstance(value, list) or not value:
        return None
    keys = []
    for key in value:
        if not isinstance(key, str):
            return None
        named = normal_key(key if key == " " else key.strip())
        if named is None:
            return None
        keys.append(named)
    return list(dict.fromkeys(keys))


@cache
def _normal_keys(keys: str) -> str:
    return ",".join(_named(key) if len(key) == 1 else key for key in keys.split(","))


def _named(character: str) -> str:
    # Textual doesn't take a space for a key, though it has a name for it.
    return (
        next(iter(Binding.make_bindings([Binding(character, "")]))).key
        if character.strip()
        else "space"
    )


@cache
def _key_names() -> frozenset[str]:
    return frozenset(key.value.rpartition("+")[2] for key in Keys)
