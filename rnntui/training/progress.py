"""The progress of a training run, as numbers kept in its checkpoints."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Progress:
    """All that a resume needs besides the tensors.

    `epoch` and `batch` are the position of the next batch. `rate_scale` is the factor set by
    hand on the learning rate. `best_loss` is None before the first evaluation; `stale` counts
    evaluations since the best one. The sums and counts are of the steps' losses in this epoch
    and since the last evaluation, whose mean was `train_loss`. `events` is the number of lines
    of the record. `engine` computed the last step, empty before the first; a resume begins
    with it. `rates_given` counts the learning rates given by resumes.
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
        """Mean loss of this epoch's steps so far."""
        return self.epoch_loss_sum / max(1, self.epoch_loss_count)

    def after_step(self, loss: float, engine: str, batches_per_epoch: int) -> "Progress":
        """The progress after one more step."""
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
        """The progress with `train_loss` set to the mean loss since the last evaluation, if any."""
        if not self.recent_loss_count:
            return self
        mean = self.recent_loss_sum / self.recent_loss_count
        return replace(self, train_loss=mean, recent_loss_sum=0.0, recent_loss_count=0)

    def to_be_timed(self) -> "Progress":
        """The progress with `total_steps` to be measured again."""
        return replace(self, total_steps=0)

    def is_bettered_by(self, loss: float) -> bool:
        """Whether `loss` is lower than the best."""
        return self.best_loss is None or loss < self.best_loss

    def judged(self, loss: float) -> "Progress":
        """The progress after an evaluation with the result `loss`."""
        if self.is_bettered_by(loss):
            return replace(self, best_loss=loss, best_step=self.step, stale=0)
        return replace(self, stale=self.stale + 1)
