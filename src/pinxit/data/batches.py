"""Endless seeded batches of a packed set, shuffled anew each epoch, resumable to the exact picture."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pinxit.data.packed import Packed
from pinxit.errors import DataError, UsageError, did_you_mean


class Batches:
    """The pictures of `indices` (default: the training share) in an endless stream, cut into batches.

    `batch_size` counts over all `world` processes: rank r gets its rows of the same global batch, so two processes
    together see what one would. Epochs follow each other without a gap; a set smaller than a batch comes round more
    than once in it. The order depends on `seed` and the number of pictures alone. `words` (count, T) are the captions of
    all pictures as numbers: they come as further columns of the labels. `steps` says, for label columns that are numbers,
    what stands in the labels for each class of the packed set.
    """

    def __init__(
        self,
        packed: Packed,
        batch_size: int,
        seed: int,
        *,
        label_columns: Sequence[str] = (),
        words: np.ndarray | None = None,
        steps: Mapping[str, np.ndarray] | None = None,
        mirror: bool = False,
        rank: int = 0,
        world: int = 1,
        indices: np.ndarray | None = None,
    ):
        assert 0 <= rank < world
        if batch_size < 1 or batch_size % world:
            raise UsageError(
                f"The batch size {batch_size} cannot be shared evenly by {world} processes. "
                f"Try {max(1, round(batch_size / world)) * world}."
            )
        for column in label_columns:
            if column not in packed.labels:
                hint = did_you_mean(column, packed.labels) or " This set has no labels."
                raise UsageError(f"These pictures have no label column '{column}'.{hint}")
        self.packed = packed
        self.batch_size = batch_size
        self.seed = seed
        self.mirror = mirror
        self.indices = np.asarray(packed.train if indices is None else indices, dtype=np.int64)
        if not len(self.indices):
            raise DataError("There is no picture to make batches of.")
        share = batch_size // world
        self._first, self._share = rank * share, share
        labels = [translated(packed.labels[column], (steps or {}).get(column)) for column in label_columns]
        self._labels = np.stack(labels, axis=1) if labels else np.zeros((len(packed), 0), np.int64)
        if words is not None:
            self._labels = np.concatenate([self._labels, words], axis=1)
        self._position = 0  # pictures handed out so far, over all processes
        self._epochs: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def next_batch(self) -> tuple[np.ndarray, np.ndarray]:
        """The next pictures and labels of this process.

        Returns uint8 (batch / world, H, W, C), RGBA premultiplied, and int64 (batch / world, columns), -1 = missing.
        """
        start = self._position + self._first
        rows, flips = self._draw(start, start + self._share)
        self._position += self.batch_size
        pictures = self.packed.pictures(rows)
        if self.mirror:
            pictures[flips] = pictures[flips, :, ::-1]
        return pictures, self._labels[rows]

    def read(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pictures and labels of those very `indices`, in the form of a batch, outside the stream."""
        return self.packed.pictures(indices), self.labels(indices)

    def labels(self, indices: np.ndarray) -> np.ndarray:
        """The labels alone of those `indices`: int64 (n, columns), -1 = missing."""
        return self._labels[indices]

    def _draw(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Entries start..stop of the endless stream: picture indices, and whether each is mirrored."""
        count = len(self.indices)
        rows, flips = [], []
        for epoch in range(start // count, (stop - 1) // count + 1):
            order, mirrored = self._epoch(epoch)
            part = slice(max(start - epoch * count, 0), min(stop - epoch * count, count))
            rows.append(order[part])
            flips.append(mirrored[part])
        self._epochs = {epoch: drawn for epoch, drawn in self._epochs.items() if epoch >= start // count}
        return np.concatenate(rows), np.concatenate(flips)

    def _epoch(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        if epoch not in self._epochs:
            # RandomState, because NumPy has frozen its stream: a run resumes the same under a later NumPy.
            chance = np.random.RandomState([self.seed & 0xFFFFFFFF, self.seed >> 32 & 0xFFFFFFFF, epoch])
            order = self.indices[chance.permutation(len(self.indices))]
            self._epochs[epoch] = order, chance.randint(0, 2, size=len(order)).astype(bool)
        return self._epochs[epoch]

    def state(self) -> dict[str, Any]:
        """All that `restore` needs, ready for JSON."""
        return {
            "position": self._position,
            "seed": self.seed,
            "count": len(self.indices),
            "fingerprint": self.packed.fingerprint,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on exactly where `state` was taken. Raises DataError if the pictures or the seed are others now."""
        for key, mine in self.state().items():
            if key != "position" and state[key] != mine:
                raise DataError(
                    f"These are not the pictures this run began with ({key} was {state[key]}, is {mine}). "
                    "Bring the old pictures back, or start a new run."
                )
        self._position = int(state["position"])
        self._epochs = {}


def translated(places: np.ndarray, meanings: np.ndarray | None) -> np.ndarray:
    """Class places (count,), -1 where missing -> what each class means, where that is told."""
    return places if meanings is None else np.where(places >= 0, meanings[np.maximum(places, 0)], -1)
