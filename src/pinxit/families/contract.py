"""What a family says of itself before any framework is loaded, and the shape of what it paints."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from pinxit.data.labels import NUMBER_STEPS
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
    ranges         label column -> (lowest, highest), for columns that are numbers: they have no class names, and the tensor
                   holds where between the two a value lies, in steps of 1/NUMBER_STEPS
    vocabulary     how captions are read, where the family paints from captions: the pieces of a caption are then further
                   columns of the label tensor, behind the classes, -1 where the caption is over or not given
    """

    width: int
    height: int
    channels: int
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vocabulary: Vocabulary | None = None
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def label(self, column: str, text: str) -> int:
        """What the label tensor holds for a class name, or for a number. Raises UsageError for what the model cannot know."""
        if column not in self.classes:
            there = "It was trained without labels." if not self.classes else did_you_mean(column, self.classes)
            raise UsageError(f"This model knows no label '{column}'. {there.strip()}")
        if column not in self.ranges:
            if text not in self.classes[column]:
                raise UsageError(f"Label '{column}' has no class '{text}'.{did_you_mean(text, self.classes[column])}")
            return self.classes[column].index(text)
        low, high = self.ranges[column]
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise UsageError(
                f"Label '{column}' is a number from {low:g} to {high:g}; '{text}' came. Try {column}={(low + high) / 2:g}"
            )
        return round((value - low) / (high - low) * NUMBER_STEPS)

    def label_text(self, column: str, place: int) -> str:
        """The class name, or the number as text, for what the label tensor holds."""
        if column not in self.ranges:
            return self.classes[column][place]
        low, high = self.ranges[column]
        return f"{low + (high - low) * place / NUMBER_STEPS:.6g}"

    @property
    def class_counts(self) -> tuple[int, ...]:
        """Number of classes of each label column."""
        return tuple(len(names) for names in self.classes.values())

    def to_json(self) -> dict[str, Any]:
        classes = {column: list(names) for column, names in self.classes.items()}
        told = {"width": self.width, "height": self.height, "channels": self.channels, "classes": classes}
        if self.ranges:
            told["ranges"] = {column: list(ends) for column, ends in self.ranges.items()}
        return told if self.vocabulary is None else {**told, "captions": self.vocabulary.to_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Canvas":
        classes = {str(column): tuple(map(str, names)) for column, names in stored["classes"].items()}
        vocabulary = Vocabulary.from_json(stored["captions"]) if "captions" in stored else None
        ranges = {str(column): (float(low), float(high)) for column, (low, high) in stored.get("ranges", {}).items()}
        if not all(low < high and not classes[column] for column, (low, high) in ranges.items()):
            raise ValueError("senseless ranges of numbers")
        return cls(int(stored["width"]), int(stored["height"]), int(stored["channels"]), classes, vocabulary, ranges)


AVERAGE_OVER = 0.05
"""The averaged generator looks back over at most this share of a run: with 15 % old pictures shine through (results.md)."""


def shorter_average(settings: TrainingSettings, seen: int) -> dict[str, Any]:
    """The schedules every family has: an average that is settled before `seen` pictures are over."""
    return {"ema_half_life": min(settings.ema_half_life, max(1.0, AVERAGE_OVER * seen))}


def nothing(settings: TrainingSettings) -> None:
    """Settings as they stand are enough to train."""


def all_of_it(settings: TrainingSettings) -> None:
    """Whatever the settings ask for is there in both frameworks."""


@dataclass(frozen=True)
class Family:
    """One row of `pinxit families`. `pytorch` and `keras` name the recipe class as "package.module:Class"."""

    name: str
    title: str
    about: str
    settings: type[TrainingSettings]
    presets: Mapping[str, TrainingSettings]
    paints_from: Literal["noise", "captions", "picture"]
    """What its generator takes: latents of a seed; these and a caption; or a picture, which it paints anew (see
    `Recipe.build_generator` in `pinxit.training.recipe`)."""
    pytorch: str
    keras: str | None = None
    only_in_pytorch: Callable[[TrainingSettings], str | None] = all_of_it
    """(settings) -> what they ask for that is not there in TensorFlow, in words ("Completing pictures"); None: nothing."""
    truncates: Literal["latents", "w"] = "latents"
    """What truncation draws to its mean: latents, or a space of the generator's own, whose `forward` then takes it as a
    third argument, `truncation`."""
    helpers: tuple[str, ...] = ()
    """Frozen weights of others that training looks through, with their licence. They are not in the model file."""
    fits: Callable[[int, int], object] = base_grid
    """(width, height) -> raises UsageError, naming the nearest sizes that work, when the networks cannot have this one."""
    needs: Callable[[TrainingSettings], object] = nothing
    """(settings) -> raises PinxitError when something that has no default is missing, or a file named in them is of no use.
    Asked before a new run begins; a run that goes on needs only its folder."""
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

    def check_tensorflow(self, settings: TrainingSettings) -> None:
        """Raise UsageError where settings ask for what only PyTorch has."""
        if what := self.only_in_pytorch(settings):
            raise UsageError(f"{what} is there in PyTorch only. Leave --framework away.")

    def load_recipe(self, framework: str = "pytorch") -> Any:
        """Import the recipe class: of PyTorch, or the one of TensorFlow (see `pinxit.keras_training.recipe`).

        Raises UsageError for a family that is not there in TensorFlow, MissingExtra where TensorFlow is not installed.
        """
        place = self.pytorch if framework == "pytorch" else self.keras
        if place is None:
            raise UsageError(f"The family {self.name} is there in PyTorch only. Leave --framework away.")
        module, _, name = place.partition(":")
        return getattr(import_module(module), name)
