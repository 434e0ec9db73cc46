"""Labelled texts that can't be used: each an error, or left out, counted and named if told so."""

from typing import Final

from rnntui.errors import CorpusError
from rnntui.text.labelled.layout import natural_key

_NAMED: Final = 5


class Faults:
    """The texts of one corpus that have no text, no label, or another number of fields."""

    def __init__(self, name: str, *, skip: bool) -> None:
        """Begin with none in the file or folder called `name`; `skip` leaves them out."""
        self._name, self._skip = name, skip
        self._found: list[str] = []

    def add(self, place: str, fault: str) -> None:
        """Leave the text at `place` out. Raises `CorpusError` where that isn't wanted."""
        if not self._skip:
            raise CorpusError(
                f"{self._name}, {place}, {fault}; fix it, or skip such texts with --skip-bad."
            )
        self._found.append(f"{place} {fault}")

    def restart(self) -> None:
        """Forget all, as the texts are read anew."""
        self._found = []

    def notices(self, kept: int) -> tuple[str, ...]:
        """Say how many were left out, and name the first.

        Raises `CorpusError` where they are more than the `kept` ones: such a file
        isn't read as it was meant.
        """
        number = len(self._found)
        if not number:
            return ()
        found = sorted(self._found, key=natural_key)
        named = "; ".join(found[:_NAMED])
        if number > kept:
            raise CorpusError(
                f"{number:,} of the {number + kept:,} texts of {self._name} can't be used"
                f" ({found[0]}); the file seems to have another format."
            )
        more = f"; and {number - _NAMED:,} more" if number > _NAMED else ""
        return (f"Left out of {self._name}: {number:,} of {number + kept:,} texts: {named}{more}.",)
