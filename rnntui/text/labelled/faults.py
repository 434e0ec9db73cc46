"""Unusable labelled texts: each an error, or left out and reported on request."""

from typing import Final

from rnntui.errors import CorpusError
from rnntui.text.labelled.layout import natural_key

_NAMED: Final = 5


class Faults:
    """The unusable texts of one corpus: without text or label, or with a wrong number of fields."""

    def __init__(self, name: str, *, skip: bool) -> None:
        """Start with none in the file or folder called `name`; `skip` leaves them out."""
        self._name, self._skip = name, skip
        self._found: list[str] = []

    def add(self, place: str, fault: str) -> None:
        """Leave out the text at `place`. Raises `CorpusError` without `skip`."""
        if not self._skip:
            raise CorpusError(
                f"{self._name}, {place}, {fault}; fix it, or skip such texts with --skip-bad."
            )
        self._found.append(f"{place} {fault}")

    def restart(self) -> None:
        """Forget all, when the texts are read anew."""
        self._found = []

    def notices(self, kept: int) -> tuple[str, ...]:
        """A sentence with the number of texts left out, and the first of them.

        Raises `CorpusError` if they are more than the `kept` ones: such a file probably has another
        format.
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
