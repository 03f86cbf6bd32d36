"""Label columns of text -> numbered classes, or numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MAX_CLASSES = 1000
MOST_NAMED_NUMBERS = 20
NUMBER_STEPS = 1000
"""A label that is a number is held as a whole number of steps between its lowest and its highest value."""


@dataclass(frozen=True)
class Column:
    """One label column: sorted class names, and for each picture the index of its class or -1."""

    name: str
    classes: list[str]
    indices: np.ndarray  # int32 (count,)

    def counts(self) -> dict[str, int]:
        """Pictures in each class."""
        found = np.bincount(self.indices[self.indices >= 0], minlength=len(self.classes))
        return dict(zip(self.classes, found.tolist(), strict=True))


def encode_labels(labels: Sequence[dict[str, str]], *, keep_all: bool = False) -> list[Column]:
    """Labels of each picture -> columns, sorted by name.

    Columns that cannot serve as classes (one value only, a value of its own for most pictures, more than 1,000 values)
    are left out, unless `keep_all`: then the user has asked for them.
    """
    columns = []
    for name in sorted({name for row in labels for name in row}):
        values = [row.get(name) for row in labels]
        counts = Counter(value for value in values if value is not None)
        few_enough = 2 <= len(counts) <= min(MAX_CLASSES, max(2, counts.total() // 2))
        if not (keep_all or few_enough):
            continue
        classes = sorted(counts, key=_natural)
        index = {value: place for place, value in enumerate(classes)}
        indices = np.array([-1 if value is None else index[value] for value in values], dtype=np.int32)
        columns.append(Column(name, classes, indices))
    return columns


def as_numbers(classes: Sequence[str]) -> np.ndarray | None:
    """The values of a column whose classes are better read as numbers: float64 (classes,). None where they are names.

    Up to MOST_NAMED_NUMBERS different numbers are names, such as those of digits.
    """
    try:
        values = np.array([float(name) for name in classes])
    except ValueError:
        return None
    return values if len(values) > MOST_NAMED_NUMBERS and np.isfinite(values).all() else None


def label_columns(
    classes: Mapping[str, Sequence[str]], wanted: Sequence[str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[float, float]]]:
    """What a canvas says of the `wanted` label columns: class names of each, none for numbers; and the ends of numbers."""
    names: dict[str, tuple[str, ...]] = {}
    ranges: dict[str, tuple[float, float]] = {}
    for column in wanted:
        values = as_numbers(classes[column])
        names[column] = tuple(classes[column]) if values is None else ()
        if values is not None:
            ranges[column] = (float(values.min()), float(values.max()))
    return names, ranges


def _natural(value: str) -> tuple[int, float, str]:
    """Numbers by size, before words: 2 comes before 10."""
    try:
        return (0, float(value), value)
    except ValueError:
        return (1, 0.0, value)
