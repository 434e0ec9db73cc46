"""`--log wandb`: a run for Weights & Biases, offline unless the user's own settings say otherwise.

The mode is wandb's, from `WANDB_MODE` or its settings file; without one the run is online for
whoever has logged in, and else it stays in files, which `wandb sync` uploads when that is wanted.
Nothing is asked or printed, and neither code, console output, machine nor errors are reported.
"""

import html
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from rnntui.extras import import_extra
from rnntui.training.events import Evaluated, Failed, Finished, Sampled, TrainEvent
from rnntui.training.loggers.logger import LoggedRun
from rnntui.training.loggers.scalars import Scalars

PROJECT: Final = "rnntui"
"""The project of runs, unless the user's settings name another."""

STEP_S: Final = 0.1
"""Training seconds between two steps that are logged, each of which takes half a millisecond."""

_QUIET: Final = {"WANDB_SILENT": "true", "WANDB_ERROR_REPORTING": "false"}
"""Variables that wandb's other process reads, too; the user's own values stay."""


class WandbLogger:
    """Logs scalars, settings and samples."""

    def __init__(self, step_seconds: float = STEP_S) -> None:
        """Import wandb. Raises `MissingExtraError`."""
        for name, value in _QUIET.items():
            os.environ.setdefault(name, value)
        self._wandb = import_extra("wandb", "--log wandb")
        self._scalars = Scalars(step_seconds)
        self._run: Any = None
        self._failed = False

    def start(self, run: LoggedRun) -> None:
        """Begin a run with all that the record has.

        Files of it that were never uploaded are deleted then; a run that is online is resumed, and
        keeps the points that it has, which are the same ones.
        """
        run.folder.mkdir(parents=True, exist_ok=True)
        before = sorted((run.folder / "wandb").glob("*run-*-*"))
        waiting = [path for path in before if _is_waiting(path)]
        settings = self._wandb.setup(self._wandb.Settings(**_settings())).settings
        mode = self._mode(settings)
        # One whose offline files were uploaded stays there, and goes on as another of that name.
        known = [path for path in before if path in waiting or not path.name.startswith("offline")]
        ids = [file.stem.removeprefix("run-") for path in known for file in path.glob("*.wandb")]
        run_id = ids[-1] if ids else None
        self._run = self._wandb.init(
            project=settings.project or PROJECT,
            name=run.name,
            id=run_id,
            dir=str(run.folder),
            mode=mode,
            resume="allow" if run_id and mode == "online" else None,
            reinit="create_new",
            config=dict(run.settings),
            settings=self._wandb.Settings(**_settings()),
        )
        reached = self._run.step
        for event in run.earlier():
            if event.step >= reached:
                self._add(event)
        for path in waiting:
            shutil.rmtree(path, ignore_errors=True)

    def event(self, event: TrainEvent) -> None:
        """Log an event."""
        self._add(event)
        self._failed = isinstance(event, Failed)

    def close(self) -> None:
        """End the run, which waits for what is being uploaded."""
        if self._run is not None:
            self._run.finish(exit_code=int(self._failed))
            self._run = None

    def _mode(self, settings: Any) -> str:
        if "mode" in settings.model_fields_set:
            return str(settings.mode)
        has_login = settings.identity_token_file or self._wandb.api.api_key
        return "online" if has_login else "offline"

    def _add(self, event: TrainEvent) -> None:
        values: dict[str, Any] = dict(self._scalars.of(event))
        if isinstance(event, Sampled):
            text = html.escape(event.prime + event.text).encode("utf-8", "backslashreplace")
            values["sample"] = self._wandb.Html(f"<pre>{text.decode()}</pre>", inject=False)
        if isinstance(event, Finished):
            self._run.summary.update({"best_step": event.best_step, "ended": event.reason})
        if not values:
            return
        if isinstance(event, Evaluated) and event.step < self._run.step:
            # Steps only rise there; and what the best network reached is one number.
            self._run.summary.update(values)
        else:
            self._run.log({**values, "elapsed_s": event.elapsed_s}, step=event.step)


def _settings() -> Mapping[str, Any]:
    return {
        "silent": True,
        "console": "off",
        "save_code": False,
        "disable_git": True,
        "disable_job_creation": True,
        "x_disable_meta": True,
        "x_disable_stats": True,
        "x_disable_machine_info": True,
    }


def _is_waiting(path: Path) -> bool:
    """Whether a folder has a run that was never uploaded."""
    with suppress(OSError):
        return path.name.startswith("offline") and not any(path.glob("*.synced"))
    return False
