"""How good is a generator, honestly: every figure with what it was measured on, and a plain word.

Painted pictures are compared with real ones that were never trained on. Two figures give the scale: the floor, which is
half of the real pictures against the other half, and the far end, which is the same real pictures seen through a few
large squares. Between the two lie all generators worth a name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.data.packed import Packed
from pinxit.errors import DataError
from pinxit.networks.pictures import to_network
from pinxit.scoring.classifier import balanced_accuracy, train_reader
from pinxit.scoring.distances import compare_supports, fid, kid
from pinxit.scoring.novelty import Novelty, novelty, thumbnails
from pinxit.scoring.stream import FeatureSpace, describe, described_once, file_name, reading_space
from pinxit.scoring.verdict import SQUARES, LabelScore, Score, Spread

BATCH = 64
FEWEST = 20
MOST_READ = 3000
"""So many pictures a reader of labels learns from, at most: their descriptions are long."""


@dataclass(frozen=True)
class Painted:
    """Pictures by a model: uint8 (n, H, W, C) at a time, alpha premultiplied, and the classes (n, columns) asked for."""

    batches: Sequence[np.ndarray]
    classes: np.ndarray
    seeds: str


def score(
    packed: Packed,
    painted: Painted,
    space: FeatureSpace,
    *,
    columns: Sequence[str] = (),
    held_back_only: bool = True,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Score, Novelty]:
    """Compare `painted` with the pictures of `packed`.

    columns         label columns the model was asked by, in the order of `painted.classes`
    held_back_only  compare with pictures that were never trained on; False: with all, for pictures of another source
    Raises DataError when there are fewer pictures than figures can be made of.
    """
    training, real, against = choose_real(packed, held_back_only=held_back_only)
    check_enough(len(real), len(painted.classes))
    say(f"Describing {len(packed)} real pictures (once) and {len(painted.classes)} painted ones.")
    kept = packed.folder / file_name(space)
    everything = described_once(kept, lambda: in_batches(packed, np.arange(len(packed))), space)
    real_features, training_features = everything[real], everything[training]
    features = describe(painted.batches, space)
    count = min(len(real), len(features))  # equal on both sides: these figures depend on the counts
    far_features = describe((through_squares(batch) for batch in in_batches(packed, real)), space)
    never_seen = held_back_only and len(packed.held_back) > 0
    in_features = novelty(training_features, real_features if never_seen else None, features)
    in_pixels = novelty(
        small(in_batches(packed, training)),
        small(in_batches(packed, real)) if never_seen else None,
        small(painted.batches),
    )
    labels = {}
    if columns:
        both, split = (everything, features), (training, real)
        labels = score_labels(packed, columns, painted, both, split, space.device, seed)
    found = Score(
        kid=kid(real_features, features, seed=seed),
        floor=floor(real_features, seed),
        far=kid(real_features, far_features, seed=seed).mean,
        fid=fid(real_features[:count], features[:count]),
        support=compare_supports(real_features[:count], features[:count]),
        copied=in_features.rate,
        copied_of_real=in_features.rate_of_real,
        copied_pixels=in_pixels.rate,
        copied_pixels_of_real=in_pixels.rate_of_real,
        labels=labels,
        real=len(real),
        painted=len(features),
        against=against,
        seeds=painted.seeds,
        subset_seed=seed,
        features=space.name,
        resizer=space.resizer,
        backgrounds=space.backgrounds(packed.channels),
        of_papers=space.of_papers,
    )
    return found, in_features


def check_enough(real: int, painted: int) -> None:
    """Raise DataError when there are fewer pictures than figures can be made of."""
    if min(real, painted) < FEWEST:
        raise DataError(
            f"A score needs at least {FEWEST} real and {FEWEST} painted pictures; {real} and {painted} came. "
            "Train on more pictures, or name others with --against."
        )


def closest_pairs(
    packed: Packed, painted: Painted, found: Novelty, *, held_back_only: bool = True, count: int = 24
) -> np.ndarray:
    """The painted pictures most like a training picture, each followed by that one: uint8 (2 count, H, W, C)."""
    training = choose_real(packed, held_back_only=held_back_only)[0]
    pictures = np.concatenate(painted.batches)
    rows = []
    for one, other in found.closest(count):
        rows += [pictures[one], packed.pictures([training[other]])[0]]
    return np.stack(rows)


def check_same_kind(channels: int, packed: Packed) -> None:
    """Raises DataError when a model that paints so many channels cannot be compared with these pictures."""
    kinds = {1: "grey", 3: "coloured", 4: "transparent"}
    if channels != packed.channels:
        raise DataError(
            f"The model paints {kinds[channels]} pictures, and those to compare with are {kinds[packed.channels]}. "
            "Name others with --against, of the kind it was trained on."
        )


def choose_real(packed: Packed, *, held_back_only: bool) -> tuple[np.ndarray, np.ndarray, str]:
    """(indices trained on, indices to compare with, what to call these)."""
    if not held_back_only:
        everything = np.arange(len(packed))
        return everything, everything, "pictures of another source"
    if len(packed.held_back):
        return packed.train, packed.reporting, "held-back pictures, never trained on nor chosen by"
    return packed.train, packed.train, "pictures it was TRAINED ON (too few to hold any back): copying would look good"


def floor(real: Tensor, seed: int) -> Spread:
    """KID of a random half of the real pictures against the other half."""
    order = torch.randperm(len(real), generator=torch.Generator().manual_seed(seed))
    half = len(real) // 2
    return kid(real[order[:half]], real[order[half:]], seed=seed)


def in_batches(packed: Packed, indices: np.ndarray) -> Iterable[np.ndarray]:
    """Pictures of `packed`, `BATCH` at a time."""
    for start in range(0, len(indices), BATCH):
        yield packed.pictures(indices[start : start + BATCH])


def through_squares(pictures: np.ndarray) -> np.ndarray:
    """uint8 (n, H, W, C) -> the same with each of 8 x 8 squares in its mean colour."""
    values = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    coarse = F.interpolate(F.adaptive_avg_pool2d(values, SQUARES), values.shape[-2:])
    return coarse.round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def small(batches: Iterable[np.ndarray]) -> Tensor:
    """uint8 batches -> (N, P), to be compared as pictures."""
    return torch.cat([thumbnails(to_network(batch)) for batch in batches])


def score_labels(
    packed: Packed,
    columns: Sequence[str],
    painted: Painted,
    features: tuple[Tensor, Tensor],
    split: tuple[np.ndarray, np.ndarray],
    device: torch.device,
    seed: int,
) -> dict[str, LabelScore]:
    """Does each label do what it says? `features`: of all of `packed`, and painted; `split`: (trained on, held back).

    KIDs are by these features; a reader of labels has its own (`reading_space`), which see small marks.
    """
    (everything, of_painted), (training, held) = features, split
    space = reading_space(device)
    learned = training[np.linspace(0, len(training) - 1, min(MOST_READ, len(training))).astype(np.int64)]
    seen = {name: describe(in_batches(packed, rows), space) for name, rows in (("learned", learned), ("held", held))}
    painted_seen = describe(painted.batches, space)
    found = {}
    for place, column in enumerate(columns):
        names: Mapping[int, str] = dict(enumerate(packed.classes[column]))
        labels = torch.from_numpy(packed.labels[column])
        wanted = torch.from_numpy(painted.classes[:, place])
        if not bool(
            (labels[learned] >= 0).any()
        ):  # all that are labelled were held back: nothing to learn to read from
            found[column] = LabelScore(None, None, {})
            continue
        reader = train_reader(seen["learned"], labels[learned], len(names))
        each = {}
        for number, name in names.items():
            real_ones, painted_ones = everything[held][labels[held] == number], of_painted[wanted == number]
            if min(len(real_ones), len(painted_ones)) >= FEWEST:
                each[name] = kid(real_ones, painted_ones, seed=seed).mean
        found[column] = LabelScore(
            balanced_accuracy(reader.read(painted_seen), wanted),
            balanced_accuracy(reader.read(seen["held"]), labels[held]),
            each,
        )
    return found
