"""Matching a regular expression that may take for ever: in a process that can be ended.

Python's `re` can't be interrupted, and holds all threads of a process while it matches; nested
repeats such as `(a+)+b` may take longer than anybody waits.
"""

import json
import subprocess
import sys
from functools import lru_cache
from typing import Final

import numpy as np

from rnntui.errors import ConfigError, quoted
from rnntui.lenses.forward_trace import Floats

SECONDS: Final = 2.0
"""How long an expression may take."""

START_S: Final = 60.0
"""How long a busy machine may take to start a process, over and above."""

GIVEN_UP: Final = "Timeout ("
"""What the clock that ends the process says, in a thread that needs no turn among Python's."""

_CHILD: Final = """
import faulthandler, json, re, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
except (ImportError, OSError, ValueError):
    pass
asked = json.load(sys.stdin)
faulthandler.dump_traceback_later(asked["seconds"], exit=True)
try:
    compiled = re.compile(asked["pattern"], re.MULTILINE)
    found = {"spans": [one.span() for one in compiled.finditer(asked["text"])]}
except (re.error, RecursionError, OverflowError, MemoryError) as error:
    found = {"error": str(error) or type(error).__name__}
faulthandler.cancel_dump_traceback_later()
json.dump(found, sys.stdout)
"""


@lru_cache(maxsize=2)
def matched_in_time(text: str, pattern: str, seconds: float | None = None) -> Floats:
    """As `matched` of `lenses/text_features.py`, 1 at the characters that `pattern` matches.

    Raises `ConfigError` for an expression that is not valid or takes longer than `seconds`, by
    default `SECONDS`; the start of the process is not counted.
    """
    seconds = SECONDS if seconds is None else seconds
    shown = quoted(pattern)
    asked = json.dumps({"text": text, "pattern": pattern, "seconds": seconds})
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _CHILD],
            input=asked,
            capture_output=True,
            text=True,
            timeout=START_S + seconds,
            check=True,
        )
        found = json.loads(child.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        if GIVEN_UP in (getattr(error, "stderr", None) or ""):
            raise ConfigError(
                f"The regular expression {shown} takes more than {seconds:g} s on"
                f" {len(text):,} characters; make it simpler."
            ) from None
        raise ConfigError(f"The regular expression {shown} can't be matched.") from error
    if "error" in found:
        raise ConfigError(f"The regular expression {shown} is not valid: {found['error']}.")
    values = np.zeros(len(text))
    for start, stop in found["spans"]:
        values[start:stop] = 1.0
    return values
