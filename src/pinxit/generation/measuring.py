"""Measure a model once, and keep all that came of it: its figures, and the painted pictures nearest to training pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pinxit.data.packed import Packed
from pinxit.errors import DataError, UsageError
from pinxit.families.contract import Canvas
from pinxit.generation.model import Model, to_image
from pinxit.images.colour import from_premultiplied
from pinxit.images.files import save_png
from pinxit.images.sheets import contact_sheet, shrunk
from pinxit.scoring.scores import Painted, check_enough, check_same_kind, choose_real, closest_pairs, score
from pinxit.scoring.stream import FeatureSpace, default_space
from pinxit.scoring.verdict import FEWEST_TO_TRUST, Score

FIRST_FRESH_SEED, MOST = 1_000_000_000, 100_000
USUAL = 2000
PAIRS = "painted pictures, each beside the training picture nearest to it"
ROOM = 1_000_000_000
"""Bytes that the pictures of a score may take where nobody chose their count."""


@dataclass(frozen=True)
class Measured:
    """`closest` (K, 2, H, W, C) uint8, straight alpha: a painted picture and the training picture nearest to it."""

    score: Score
    closest: np.ndarray

    def save_pairs(self, path: Path, largest: int | None = None) -> None:
        """Write a sheet of `closest`: painted on the left, its nearest training picture on the right.

        largest  pixels that a side of a picture has at most; None: as painted
        """
        joined = [to_image(np.concatenate([painted, known], axis=1)) for painted, known in self.closest]
        if largest is not None:
            joined = [shrunk(pair, 2 * largest, largest) for pair in joined]
        save_png(contact_sheet(joined, columns=4, gap=8), path, {"Comment": PAIRS})


def paint_afresh(model: Model, count: int, captions: Sequence[str] = (), classes: np.ndarray | None = None) -> Painted:
    """`count` pictures from seeds nobody has looked at. Raises UsageError for a senseless count.

    captions  of real pictures, to paint from in turn, where the model listens to them; none: its own examples
    classes   (M, columns) of real pictures, to paint in turn: as many of each kind as there are; None: all drawn
    """
    check_count(count)
    seeds = range(FIRST_FRESH_SEED, FIRST_FRESH_SEED + count)
    told = [captions[place % len(captions)] for place in range(count)] if captions else None
    asked = None if classes is None else classes[np.arange(count) % len(classes)]
    batches = list(model.stream(seeds, captions=told, classes=asked))
    given = np.concatenate([given for _, given in batches])
    return Painted([pictures for pictures, _ in batches], given, f"{seeds[0]} to {seeds[-1]}")


def measure(
    model: Model,
    packed: Packed,
    count: int | None = None,
    *,
    space: FeatureSpace | None = None,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> Measured:
    """Paint once, score once, and find the closest pairs among the same pictures.

    count  how many are painted; None: as many as are worth it for these pictures (`usual_count`)
    space  the features that pictures are compared by; None: the default ones
    seed   of the random subsets
    Raises DataError for pictures of another kind, or too few to compare.
    """
    check_same_kind(model.canvas.channels, packed)
    own = packed.fingerprint == model.about_data.get("fingerprint")
    if own:
        check_split(model, packed)
    real = len(choose_real(packed, held_back_only=own)[1])
    count = usual_count(model.canvas, real) if count is None else count
    check_count(count)
    check_enough(real, count)
    there, everything = choose_real(packed, held_back_only=own)[1], packed.captions or []
    captions = [caption for place in there if everything and (caption := everything[place])]
    painted = paint_afresh(model, count, captions, classes_of(model.canvas, packed, there) if own else None)
    columns = [column for column in model.canvas.classes if column not in model.canvas.ranges] if own else []
    asked = [list(model.canvas.classes).index(column) for column in columns]
    painted = replace(painted, classes=painted.classes[:, asked])
    space = space or default_space(model.device)
    found, novelty = score(packed, painted, space, columns=columns, held_back_only=own, seed=seed, say=say)
    closest = closest_pairs(packed, painted, novelty, held_back_only=own)  # (2 K, H, W, C)
    if packed.channels == 4:
        closest = from_premultiplied(closest)
    return Measured(found, closest.reshape(-1, 2, *closest.shape[1:]))


def classes_of(canvas: Canvas, packed: Packed, rows: np.ndarray) -> np.ndarray | None:
    """The label tensor (n, columns) of those of these pictures that have every label; None where none has."""
    if not canvas.classes:
        return None
    steps = {
        column: np.array([canvas.label(column, name) for name in packed.classes[column]]) for column in canvas.classes
    }
    whole = [row for row in rows if all(packed.labels[column][row] >= 0 for column in steps)]
    if not whole:
        return None
    return np.stack([steps[column][packed.labels[column][whole]] for column in steps], axis=1)


def check_split(model: Model, packed: Packed) -> None:
    """Raise DataError when other pictures are held back now than were when the model learned: it has seen some of them."""
    then = model.about_data.get("held_back")
    if isinstance(then, int) and then != len(packed.held_back):
        raise DataError(
            f"When {model.path.name} was trained, {then} of its pictures were held back, and this pinxit holds back "
            f"{len(packed.held_back)}: some of these it has learned from. Name others with --against."
        )


def usual_count(canvas: Canvas, real: int) -> int:
    """Five painted for each real one to compare with, between 500 and 2,000, and fewer where pictures are huge."""
    wanted = min(max(FEWEST_TO_TRUST, 5 * real), USUAL)
    return max(min(wanted, ROOM // (canvas.width * canvas.height * canvas.channels)), 1)


def check_count(count: int) -> None:
    """Raise UsageError for a number of pictures that makes no sense."""
    if not 1 <= count <= MOST:
        raise UsageError(f"A score paints 1 to {MOST:,} pictures; {count} came.")
