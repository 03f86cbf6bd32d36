"""Seeds are for ever: a seed gives the same latents in PyTorch, Keras, ONNX and the browser, today and in ten years.

`numpy.random.RandomState` has a frozen stream. One generator per seed, drawn in float32 on the CPU, so a picture never
depends on which other pictures were asked for beside it. No framework is imported here.
"""

from collections.abc import Sequence

import numpy as np

from pinxit.errors import UsageError

LARGEST_SEED = 2**32 - 1
MOST_SEEDS = 1_000_000


def latents_of(seeds: Sequence[int], length: int) -> np.ndarray:
    """(N, length) float32 standard normal, row i from seed i alone."""
    for seed in seeds:
        if not 0 <= seed <= LARGEST_SEED:
            raise UsageError(f"A seed is a whole number from 0 to {LARGEST_SEED}; {seed} came.")
    rows = [np.random.RandomState(seed).standard_normal(length).astype(np.float32) for seed in seeds]
    return np.stack(rows) if rows else np.empty((0, length), np.float32)


def parse_seeds(text: str) -> list[int]:
    """`"0-63,100"` -> [0, 1, …, 63, 100]. Raises UsageError for what makes no list."""
    seeds: list[int] = []
    for piece in text.split(","):
        first, dash, last = piece.strip().partition("-")
        if not first.strip().isdecimal() or (dash and not last.strip().isdecimal()):
            raise UsageError(f"'{piece.strip()}' is no seed. Seeds are whole numbers and ranges, such as 0-63,100.")
        start, end = int(first), int(last) if dash else int(first)
        if end < start:
            raise UsageError(f"The seed range {piece.strip()} runs backwards. Did you mean {end}-{start}?")
        if end > LARGEST_SEED:
            raise UsageError(f"A seed is a whole number from 0 to {LARGEST_SEED}; {end} came.")
        if end - start + len(seeds) >= MOST_SEEDS:
            raise UsageError(f"The seed list {text[:60]} asks for over a million pictures. Ask for fewer at a time.")
        seeds.extend(range(start, end + 1))
    return seeds
