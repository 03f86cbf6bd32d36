"""What painted pictures show, told by labels of real ones: a reader learns from these, and marks what a model paints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from pinxit.data.pack import pack
from pinxit.data.packed import Packed
from pinxit.data.picture_folder import PictureSource
from pinxit.errors import UsageError, did_you_mean
from pinxit.generation.points import Points, on_device, paint_tensors
from pinxit.networks.pictures import to_bytes
from pinxit.scoring.classifier import Reader, balanced_accuracy, train_reader
from pinxit.scoring.stream import FeatureSpace, describe, reading_space

if TYPE_CHECKING:
    from pinxit.generation.model import Model

MOST_REAL = 2000
AT_ONCE = 32


@dataclass(frozen=True)
class LabelReader:
    """Reads one label column of pictures.

    accuracy  on every fifth real picture, which it did not learn from: the mean over classes
    """

    column: str
    names: tuple[str, ...]
    reader: Reader
    space: FeatureSpace
    accuracy: float

    def number(self, name: str) -> int:
        """Which class is called so. Raises UsageError."""
        if name not in self.names:
            raise UsageError(f"Label '{self.column}' has no class '{name}'.{did_you_mean(name, self.names)}")
        return self.names.index(name)


def read_labels(model: Model, points: Points, readers: Mapping[str, LabelReader]) -> dict[str, np.ndarray]:
    """What each reader sees in the pictures of points: column -> (N,) class numbers."""
    features = describe(painted(model, points), next(iter(readers.values())).space)
    return {column: one.reader.read(features).numpy() for column, one in readers.items()}


@torch.no_grad()
def painted(model: Model, points: Points) -> Iterator[np.ndarray]:
    """Pictures of points for whoever measures: uint8 (n, H, W, C), alpha premultiplied."""
    for start in range(0, len(points), AT_ONCE):
        yield to_bytes(paint_tensors(model, *on_device(model, points[start : start + AT_ONCE])))  # pyright: ignore[reportArgumentType]


def label_readers(
    model: Model,
    source: PictureSource,
    columns: tuple[str, ...],
    say: Callable[[str], None] = lambda _: None,
    most: int = MOST_REAL,
) -> dict[str, LabelReader]:
    """A reader for each of these label columns of pictures, the first `most` of which it learns from.

    Raises UsageError for columns that they do not have.
    """
    canvas = model.canvas
    fit = "crop" if model.settings.fit == "patches" else model.settings.fit
    packed = pack(source, size=(canvas.width, canvas.height), fit=fit, alpha=canvas.channels == 4, labels=columns)
    space = reading_space(model.device)
    count = min(len(packed), most)
    say(f"Learning from {count:,} pictures of {source.name} what {', '.join(columns)} look like.")
    features = describe(stacks(packed, count), space)
    test = torch.arange(count) % 5 == 0
    found = {}
    for column in columns:
        if column not in packed.classes:
            raise UsageError(f"The pictures have no classes of '{column}'.{did_you_mean(column, packed.classes)}")
        names = packed.classes[column]
        labels = torch.from_numpy(packed.labels[column][:count])
        reader = train_reader(features[~test], labels[~test], len(names))
        accuracy = balanced_accuracy(reader.read(features[test]), labels[test])
        found[column] = LabelReader(column, tuple(names), reader, space, accuracy or 0.0)
    return found


def stacks(packed: Packed, count: int) -> Iterator[np.ndarray]:
    """The first `count` pictures, some at a time."""
    for start in range(0, count, 256):
        yield packed.pictures(np.arange(start, min(start + 256, count)))
