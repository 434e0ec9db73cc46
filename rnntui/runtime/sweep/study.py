"""A study in Optuna's own storage, and what this program adds: who works on which trial.

A trial that runs is claimed by a lock beside the runs, so that one whose process was killed or
interrupted can be told from one that another process trains, and is gone on with.
"""

import contextlib
import json
import os
import socket
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import psutil

from rnntui.errors import CheckpointError, ConfigError, reason
from rnntui.extras import import_extra
from rnntui.file_locks import take_lock
from rnntui.runtime.sweep.space import Choices, Space, Value

PURPOSE: Final = "rnntui sweep"
SAMPLERS: Final = ("tpe", "random", "grid")
PRUNERS: Final = ("median", "hyperband", "none")
SQLITE_ENDINGS: Final = (".db", ".sqlite", ".sqlite3")
JOURNAL_ENDINGS: Final = (".journal", ".log")

_HEARTBEAT_S: Final = 60
_GRACE_S: Final = 600
_RETRIES: Final = 3
_WAIT_S: Final = 0.02
_MOST_CLAIM_BYTES: Final = 100
_RUN, _HOST, _BEGUN = "run", "host", "begun"


class Claim:
    """The right to train a trial, held until it is released or the process dies."""

    def __init__(self, path: Path) -> None:
        """Lock the file `path` and write into it which process has it.

        Raises `BlockingIOError` where another process has it.
        """
        self._path, self._file = path, path.open("a+b")
        try:
            take_lock(self._file.fileno(), "alone")
            # Where there are no locks, this tells that its process lives.
            self._file.seek(0)
            if _is_alive(self._file.read(_MOST_CLAIM_BYTES)):
                raise BlockingIOError
        except BlockingIOError:
            self._file.close()
            raise
        self._file.truncate(0)
        self._file.write(_identity(os.getpid()))
        self._file.flush()

    def release(self, ended: bool) -> None:
        """Give it back; the file goes with a trial that has `ended`."""
        self._file.truncate(0)
        self._file.close()
        if ended:
            with contextlib.suppress(OSError):
                self._path.unlink()


class Study:
    """A study: trials that several processes ask for, train and report.

    Raises `MissingExtraError` without Optuna, `ConfigError` for an unknown sampler, pruner or
    ending, and for a study that was begun with another space, `CheckpointError` for a storage
    that can't be used.
    """

    def __init__(
        self,
        name: str,
        storage: Path,
        parent: Path,
        space: Space,
        sampler: str,
        pruner: str,
        seed: int,
        text_hash: str,
    ) -> None:
        """Open or begin the study `name` in the file `storage`; its runs are in `parent`."""
        _check_named("sampler", sampler, SAMPLERS)
        _check_named("pruner", pruner, PRUNERS)
        if storage.suffix not in (*SQLITE_ENDINGS, *JOURNAL_ENDINGS):
            raise ConfigError(
                f"The ending of {storage} says no kind of storage; use"
                f" {', '.join(SQLITE_ENDINGS)} for SQLite, or {' or '.join(JOURNAL_ENDINGS)} for a"
                " journal file."
            )
        if sampler == "grid":
            for setting, one in space.swept.items():
                if not one.grid:
                    raise ConfigError(
                        f"The sampler 'grid' can't count the values of {setting}; give it a list of"
                        " choices, or a range with a 'step'."
                    )
        self.name, self.storage = name, storage
        self._parent, self._space, self._sampler, self._seed = parent, space, sampler, seed
        self._optuna = import_extra("sweep", PURPOSE)
        self._optuna.logging.set_verbosity(self._optuna.logging.ERROR)
        self._beaten = 0.0
        with self._told_of_failures(), self.alone():
            self._storage = self._opened()
            self._study = self._optuna.create_study(
                study_name=name,
                storage=self._storage,
                pruner=self._pruner(pruner),
                load_if_exists=True,
            )
            self._check_same(text_hash)

    @property
    def grid_size(self) -> int:
        """Number of combinations where the sampler tries each; 0 for the others."""
        if self._sampler != "grid":
            return 0
        size = 1
        for one in self._space.swept.values():
            size *= len(one.grid)
        return size

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from choosing a trial meanwhile. Raises `CheckpointError`."""
        path = self.storage.parent / f".{self.storage.name}.sweep"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("ab")
        except OSError as error:
            raise CheckpointError(
                f"The study can't be kept in {self.storage} ({reason(error)}); choose a writable"
                " place."
            ) from error
        try:
            while True:
                try:
                    take_lock(file.fileno(), "alone")
                    break
                except BlockingIOError:
                    time.sleep(_WAIT_S)
            yield
        finally:
            file.close()

    def trials(self) -> list[Any]:
        """All trials, as Optuna has them."""
        return list(self._study.get_trials(deepcopy=False))

    def next_trial(self, wanted: int) -> tuple[Any, Claim] | None:
        """A trial to train: an abandoned one, a retried one, or a new one while fewer than
        `wanted` were begun; None where there is none.
        """
        states = self._optuna.trial.TrialState
        with self._told_of_failures(), self.alone():
            for frozen in self.trials():
                if frozen.state == states.RUNNING and (claim := self._claim_abandoned(frozen)):
                    trial = self._optuna.Trial(self._study, frozen._trial_id)
                    self._begin(trial)
                    return trial, claim
            # What other machines have left, which only their silence tells.
            if self._heartbeats:
                self._optuna.storages.fail_stale_trials(self._study)
            trials = self.trials()
            waiting = any(one.state == states.WAITING for one in trials)
            begun = sum(
                one.state != states.WAITING and "failed_trial" not in one.system_attrs
                for one in trials
            )
            if not waiting and begun >= wanted:
                return None
            self._study.sampler = self._sampler_for(len(trials))
            trial = self._study.ask()
            claim = self._claim(trial.number)
            assert claim is not None
            self._begin(trial)
            return trial, claim

    def values(self, trial: Any) -> dict[str, Value]:
        """The values of a trial's settings, chosen by the sampler where they aren't yet."""
        chosen: dict[str, Value] = {}
        for name, one in self._space.swept.items():
            if isinstance(one, Choices):
                chosen[name] = trial.suggest_categorical(name, one.values)
            elif one.whole:
                chosen[name] = trial.suggest_int(
                    name, int(one.low), int(one.high), step=int(one.step or 1), log=one.log
                )
            else:
                step = one.step or None
                chosen[name] = trial.suggest_float(name, one.low, one.high, step=step, log=one.log)
        return chosen

    def report(self, trial: Any, evaluation: int, loss: float) -> bool:
        """Tell the loss of an evaluation, counted from 1; returns whether to prune the trial."""
        with self._told_of_failures():
            if evaluation in self._storage.get_trial(trial._trial_id).intermediate_values:
                return False
            trial.report(loss, evaluation)
            return bool(trial.should_prune())

    def beat(self, trial: Any) -> None:
        """Let other machines know, now and then, that the trial is alive."""
        if self._heartbeats and time.monotonic() - self._beaten > _HEARTBEAT_S:
            self._beaten = time.monotonic()
            with self._told_of_failures():
                self._storage.record_heartbeat(trial._trial_id)

    def tell(self, trial: Any, state: str, loss: float | None, sentence: str) -> None:
        """Tell how a trial ended: `complete` with a loss, `pruned` or `failed`."""
        states = self._optuna.trial.TrialState
        with self._told_of_failures():
            if sentence:
                trial.set_user_attr("failure", sentence)
            if state == "complete":
                # The grid ends Optuna's own loop after its last trial; there is none here.
                with contextlib.suppress(RuntimeError):
                    self._study.tell(trial.number, loss)
            else:
                ended = states.PRUNED if state == "pruned" else states.FAIL
                with contextlib.suppress(RuntimeError):
                    self._study.tell(trial.number, state=ended)

    def best(self) -> tuple[int, float, str] | None:
        """Number, loss and run of the best complete trial; None before the first."""
        complete = [
            one for one in self.trials() if one.state == self._optuna.trial.TrialState.COMPLETE
        ]
        if not complete:
            return None
        best = min(complete, key=lambda one: (one.value, one.number))
        return best.number, float(best.value), Path(best.user_attrs[_RUN]).name

    def params(self, number: int) -> Mapping[str, Value]:
        """The values of the swept settings of a trial."""
        values: Mapping[str, Value] = self.trials()[number].params
        return values

    def run_name(self, trial: Any) -> str:
        """The name of a trial's run."""
        return f"{self.name}-{trial.number}"

    # Below, what only this class needs.

    @property
    def _heartbeats(self) -> bool:
        return self.storage.suffix in SQLITE_ENDINGS

    def _begin(self, trial: Any) -> None:
        """Note where a trial is trained, and choose its values."""
        trial.set_user_attr(_RUN, str((self._parent / self.run_name(trial)).resolve()))
        trial.set_user_attr(_HOST, socket.gethostname())
        self.values(trial)
        self._beaten = -_HEARTBEAT_S - time.monotonic()
        if self._heartbeats:
            self._storage.record_heartbeat(trial._trial_id)

    def _claim_abandoned(self, frozen: Any) -> Claim | None:
        """Claim a trial that was begun here, and that no process trains."""
        own = str((self._parent / f"{self.name}-{frozen.number}").resolve())
        if frozen.user_attrs.get(_RUN, own) != own:
            return None
        if frozen.user_attrs.get(_HOST, socket.gethostname()) != socket.gethostname():
            return None
        claim = self._claim(frozen.number)
        if claim is None:
            return None
        # It may have ended between the look and the claim.
        state = self._storage.get_trial(frozen._trial_id).state
        if state == self._optuna.trial.TrialState.RUNNING:
            return claim
        claim.release(ended=True)
        return None

    def _claim(self, number: int) -> Claim | None:
        path = self._parent / f".{self.name}-{number}.claim"
        self._parent.mkdir(parents=True, exist_ok=True)
        try:
            return Claim(path)
        except BlockingIOError:
            return None

    def _opened(self) -> Any:
        storages = self._optuna.storages
        if not self._heartbeats:
            backend = storages.journal.JournalFileBackend(str(self.storage))
            return storages.JournalStorage(backend)
        import_extra("sweep", PURPOSE, "sqlalchemy")
        return storages.RDBStorage(
            f"sqlite:///{self.storage}",
            engine_kwargs={"connect_args": {"timeout": 60}},
            heartbeat_interval=_HEARTBEAT_S,
            grace_period=_GRACE_S,
            heartbeat_stale_trial_callback=storages.RetryHeartbeatStaleTrialCallback(_RETRIES),
        )

    def _sampler_for(self, number: int) -> Any:
        """The sampler of the trial of that number.

        Its seed is of study and number, so that two processes never draw the same values, and a
        study that was interrupted draws those that it would have drawn.
        """
        samplers, seed = self._optuna.samplers, (self._seed * 1_000_003 + number) % 2**32
        if self._sampler == "grid":
            grid = {name: list(one.grid) for name, one in self._space.swept.items()}
            return samplers.GridSampler(grid, seed=self._seed)
        if self._sampler == "random":
            return samplers.RandomSampler(seed=seed)
        return samplers.TPESampler(seed=seed, constant_liar=True)

    def _pruner(self, name: str) -> Any:
        pruners = self._optuna.pruners
        if name == "none":
            return pruners.NopPruner()
        return pruners.MedianPruner() if name == "median" else pruners.HyperbandPruner()

    def _check_same(self, text_hash: str) -> None:
        """Raise `ConfigError` if the study was begun with another text or other settings."""
        tables = {name: one.as_table() for name, one in self._space.swept.items()}
        begun = {
            **{k: _plain(v) for k, v in self._space.fixed.items()},
            **tables,
            "corpus": text_hash,
        }
        before = self._study.user_attrs.get(_BEGUN)
        if before is None:
            self._study.set_user_attr(_BEGUN, json.dumps(begun))
            return
        was = json.loads(before)
        names = [name for name in {**was, **begun} if was.get(name) != begun.get(name)]
        if names:
            raise ConfigError(
                f"The study '{self.name}' was begun with another {', '.join(names)}; go on with the"
                " file and text it has, or give another --name."
            )

    @contextlib.contextmanager
    def _told_of_failures(self) -> Iterator[None]:
        """Turn what a storage raises into a `CheckpointError`, and keep Optuna's warnings back."""
        failures: tuple[type[Exception], ...] = (
            self._optuna.exceptions.StorageInternalError,
            OSError,
            KeyError,
            json.JSONDecodeError,
        )
        if self._heartbeats:
            failures += (import_extra("sweep", PURPOSE, "sqlalchemy").exc.SQLAlchemyError,)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except failures as error:
            why = (str(error) or type(error).__name__).splitlines()[0]
            raise CheckpointError(
                f"The study's storage {self.storage} can't be used ({why}); restore the file, or"
                " name another with --storage. The runs are in their folders."
            ) from error


def _identity(number: int) -> bytes:
    """A process by its number and the time of its start, as numbers are used again."""
    return f"{number} {psutil.Process(number).create_time()}".encode()


def _is_alive(identity: bytes) -> bool:
    """Whether the process that wrote its `identity` still runs, and is another one."""
    number = identity.partition(b" ")[0]
    if not number.isdigit() or int(number) == os.getpid():
        return False
    with contextlib.suppress(psutil.Error, ValueError, OverflowError):
        return _identity(int(number)) == identity
    return False


def _check_named(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise ConfigError(f"There is no {what} '{name}'; it is one of {', '.join(known)}.")


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
