"""What a family says of itself before any framework is loaded, and the shape of what it paints."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from pinxit.errors import UsageError, did_you_mean
from pinxit.networks.grid import base_grid
from pinxit.networks.vocabulary import Vocabulary
from pinxit.settings import TrainingSettings


@dataclass(frozen=True)
class Canvas:
    """The shape of what is painted: known once the pictures are packed, written into every model file.

    width, height  pixels
    channels       1 grey, 3 RGB, 4 RGBA (premultiplied)
    classes        label column -> its class names; a label tensor is (N, columns) int64 in this order, -1 = not given
    vocabulary     how captions are read, where the family paints from captions: the pieces of a caption are then further
                   columns of the label tensor, behind the classes, -1 where the caption is over or not given
    """

    width: int
    height: int
    channels: int
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vocabulary: Vocabulary | None = None

    @property
    def class_counts(self) -> tuple[int, ...]:
        """Number of classes of each label column."""
        return tuple(len(names) for names in self.classes.values())

    def to_json(self) -> dict[str, Any]:
        classes = {column: list(names) for column, names in self.classes.items()}
        told = {"width": self.width, "height": self.height, "channels": self.channels, "classes": classes}
        return told if self.vocabulary is None else {**told, "captions": self.vocabulary.to_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Canvas":
        classes = {str(column): tuple(map(str, names)) for column, names in stored["classes"].items()}
        vocabulary = Vocabulary.from_json(stored["captions"]) if "captions" in stored else None
        return cls(int(stored["width"]), int(stored["height"]), int(stored["channels"]), classes, vocabulary)


AVERAGE_OVER = 0.05
"""The averaged generator looks back over at most this share of a run: with 15 % old pictures shine through (results.md)."""


def shorter_average(settings: TrainingSettings, seen: int) -> dict[str, Any]:
    """The schedules every family has: an average that is settled before `seen` pictures are over."""
    return {"ema_half_life": min(settings.ema_half_life, max(1.0, AVERAGE_OVER * seen))}


@dataclass(frozen=True)
class Family:
    """One row of `pinxit families`. `pytorch` and `keras` name the recipe class as "package.module:Class"."""

    name: str
    title: str
    about: str
    settings: type[TrainingSettings]
    presets: Mapping[str, TrainingSettings]
    paints_from: Literal["noise", "captions", "picture"]
    pytorch: str
    keras: str | None = None
    truncates: Literal["latents", "w"] = "latents"
    """What truncation draws to its mean: latents, or a space of the generator's own, whose `forward` then takes it as a
    third argument, `truncation`."""
    helpers: tuple[str, ...] = ()
    """Frozen weights of others that training looks through, with their licence. They are not in the model file."""
    fits: Callable[[int, int], object] = base_grid
    """(width, height) -> raises UsageError, naming the nearest sizes that work, when the networks cannot have this one."""
    schedules: Callable[[TrainingSettings, int], Mapping[str, Any]] = shorter_average
    """(settings of a preset, pictures) -> the settings that make every schedule complete within so many pictures."""
    vocabulary: Callable[[TrainingSettings, Sequence[str | None], Sequence[str], Sequence[str]], Vocabulary] | None = (
        None
    )
    """(settings, captions to learn from, examples to keep, pieces of a model to go on from) -> how captions are read; for
    families that paint from captions."""
    encodes: bool = False
    """Whether pictures can be encoded and drawn back: see `Recipe.build_encoder` in `pinxit.training.recipe`."""
    crisp: int = 150_000
    """Pictures to see until what is painted looks crisp, at the size of the `quick` preset. For plans, from docs/results.md."""

    def preset(self, name: str | None) -> TrainingSettings | None:
        """A row of the preset table; None when no name is given. Raises UsageError for an unknown name."""
        if name is None:
            return None
        if name not in self.presets:
            raise UsageError(f"{self.name} has no preset '{name}'.{did_you_mean(name, self.presets)}")
        return self.presets[name]

    def load_recipe(self) -> Any:
        """Import the PyTorch recipe class (see `pinxit.training.recipe.Recipe`)."""
        module, _, name = self.pytorch.partition(":")
        return getattr(import_module(module), name)
