"""How far a training has come, as numbers that a checkpoint keeps."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Progress:
    """All that must be carried over a resume but the tensors.

    `epoch` and `batch` are the position of the next batch. `rate_scale` is the
    learning rate's factor set by hand. `best_loss` is null before the first
    evaluation; `stale` counts evaluations since the best one. The two sums and
    counts are of the steps' losses in this epoch and since the last
    evaluation, whose own mean was `train_loss`. `events` is the number of lines
    of the record at the time. `engine` is what computed the last step, empty
    before the first: a resume begins with it. `rates_given` counts the learning
    rates that resumes were given.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    elapsed_s: float = 0.0
    total_steps: int = 0
    rate_scale: float = 1.0
    best_loss: float | None = None
    best_step: int = 0
    stale: int = 0
    epoch_loss_sum: float = 0.0
    epoch_loss_count: int = 0
    recent_loss_sum: float = 0.0
    recent_loss_count: int = 0
    train_loss: float = 0.0
    events: int = 0
    engine: str = ""
    rates_given: int = 0

    @property
    def epoch_loss(self) -> float:
        """Mean loss of the steps of this epoch so far, or of the whole one at its end."""
        return self.epoch_loss_sum / max(1, self.epoch_loss_count)

    def after_step(self, loss: float, engine: str, batches_per_epoch: int) -> "Progress":
        """One step further."""
        first_of_epoch, last_of_epoch = self.batch == 0, self.batch + 1 == batches_per_epoch
        return replace(
            self,
            step=self.step + 1,
            epoch=self.epoch + last_of_epoch,
            batch=0 if last_of_epoch else self.batch + 1,
            epoch_loss_sum=(0.0 if first_of_epoch else self.epoch_loss_sum) + loss,
            epoch_loss_count=(0 if first_of_epoch else self.epoch_loss_count) + 1,
            recent_loss_sum=self.recent_loss_sum + loss,
            recent_loss_count=self.recent_loss_count + 1,
            engine=engine,
        )

    def with_train_loss(self) -> "Progress":
        """The mean of the losses since the last evaluation noted as `train_loss`, if there are."""
        if not self.recent_loss_count:
            return self
        mean = self.recent_loss_sum / self.recent_loss_count
        return replace(self, train_loss=mean, recent_loss_sum=0.0, recent_loss_count=0)

    def to_be_timed(self) -> "Progress":
        """Without a number of steps that came of minutes other than those asked for now."""
        return replace(self, total_steps=0)

    def is_bettered_by(self, loss: float) -> bool:
        """Whether `loss` is the lowest so far."""
        return self.best_loss is None or loss < self.best_loss

    def judged(self, loss: float) -> "Progress":
        """After an evaluation that ended in `loss`."""
        if self.is_bettered_by(loss):
            return replace(self, best_loss=loss, best_step=self.step, stale=0)
        return replace(self, stale=self.stale + 1)
