"""Pictures for whoever measures a model: from seeds nobody has looked at."""

import numpy as np

from pinxit.errors import UsageError
from pinxit.generation.model import Model
from pinxit.scoring.scores import Painted

FIRST_FRESH_SEED, MOST = 1_000_000_000, 100_000


def paint_afresh(model: Model, count: int) -> Painted:
    """`count` pictures, all classes drawn. Raises UsageError for a count that makes no sense."""
    if not 1 <= count <= MOST:
        raise UsageError(f"A score paints 1 to {MOST:,} pictures; {count} came.")
    seeds = range(FIRST_FRESH_SEED, FIRST_FRESH_SEED + count)
    batches = list(model.stream(seeds))
    classes = np.concatenate([classes for _, classes in batches])
    return Painted([pictures for pictures, _ in batches], classes, f"{seeds[0]} to {seeds[-1]}")
