"""The contract of a family in Keras. No base class: a class with these names is a recipe."""

from dataclasses import dataclass
from typing import Any, Protocol

from pinxit.families.contract import Canvas
from pinxit.keras_training.backend import tf
from pinxit.keras_training.dice import Dice
from pinxit.settings import TrainingSettings
from pinxit.training.checkup import NotFinite


@dataclass(frozen=True)
class Batch:
    """What one step learns from.

    pictures  (N, H, W, C) float32 in [-1, 1], alpha premultiplied
    labels    (N, columns) int64, -1 where not given
    """

    pictures: Any
    labels: Any

    def __len__(self) -> int:
        return int(self.pictures.shape[0])


class Recipe(Protocol):
    """What the loop feeds; parts, state and seeing as in `pinxit.training.recipe.Recipe`.

    optimizers  name of the part -> its `pinxit.keras_training.update.Adam`
    """

    settings: TrainingSettings
    parts: dict[str, Any]
    optimizers: dict[str, Any]
    state: dict[str, float]
    seeing: Any

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice) -> None: ...

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Any:
        """The generator alone: `generator(latents (N, latents), labels (N, columns) int64) -> (N, H, W, C)` in [-1, 1]."""
        ...

    def step(self, batch: Batch, seen: int, caution: float) -> dict[str, Any]:
        """One step of every network; every learning rate times `caution`. Raises NotFinite before a network changes."""
        ...

    def judge(self, pictures: Any, labels: Any) -> Any:
        """Only in a recipe with a critic (`seeing` is not None). How real the critic takes pictures to be: (N, H, W, C),
        (N, columns) -> (N,). Not augmented, draws no dice."""
        ...

    def preview(self, latents: Any, labels: Any) -> Any:
        """Pictures by the averaged generator: (N, latents), (N, columns) -> (N, H, W, C) in [-1, 1], premultiplied."""
        ...


def settled(news: dict[str, Any], stepped: Any) -> dict[str, Any]:
    """`news` of a traced step, once it is known that every network `stepped`. Raises NotFinite."""
    if not bool(stepped):
        raise NotFinite(news)
    return news


def rate_of(settings: Any, caution: float) -> Any:
    """The learning rate as a tensor, so that another one is no new trace."""
    return tf.constant(settings.learning_rate * caution, tf.float32)
