"""Mixtures of pictures: weighted averages, styles of some layers from another, labels in between, and children of parents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pinxit.errors import UsageError, did_you_mean
from pinxit.generation.points import Points, joined, lifted

if TYPE_CHECKING:
    from pinxit.generation.model import Model

BANDS = ("coarse", "middle", "fine")
GENES = 8
"""Latents are inherited in so many runs of neighbours, so that a child is like its parents and not a fog of both."""


def average(model: Model, parents: Points, weights: Sequence[float] | None = None) -> Points:
    """One point between several. `weights` count relatively; without, all count the same.

    Labels and captions are blended by the same weights. A weight below 0 leads away from a parent.
    Raises UsageError for weights that make no mixture.
    """
    shares = shares_of(weights, len(parents))
    parents = joined([parents], model)
    return Points(
        mean_latent(parents.latents, shares)[None],
        *blended_labels(parents, shares),
        *(
            None if part is None else np.tensordot(shares, part, 1)[None].astype(np.float32)
            for part in parents.parts[3:]
        ),
    )


def mean_latent(latents: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """(P, D) latents, (P,) shares that sum to 1 -> (D,) float32: their weighted sum, as long as they are on average.

    Latents of many numbers lie near a sphere; a plain sum would fall inside it, where no picture was learned.
    """
    if len(latents) == 1:
        return latents[0].astype(np.float32)
    latents, weights = latents.astype(np.float64), np.abs(shares)
    added = shares @ latents
    wanted = weights @ np.linalg.norm(latents, axis=1) / weights.sum()
    return (added * (wanted / max(np.linalg.norm(added), 1e-9))).astype(np.float32)


def shares_of(weights: Sequence[float] | None, count: int) -> np.ndarray:
    """(count,) float32 that sum to 1. Raises UsageError."""
    found = np.ones(count) if weights is None else np.asarray(weights, np.float64)
    if len(found) != count:
        raise UsageError(f"{len(found)} weights came for {count} pictures. Give one for each, such as --weights 2,1,1.")
    if not np.isfinite(found).all() or abs(found.sum()) < 1e-6 * max(1.0, np.abs(found).max()):
        raise UsageError("Weights are numbers whose sum is not zero, such as 2,1,1 or 1.5,-0.5.")
    return (found / found.sum()).astype(np.float32)


def blended_labels(parents: Points, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The labels of all parents in one blend: classes (1, N P, columns) and shares (1, N P), equal ones put together."""
    counted: dict[bytes, tuple[np.ndarray, float]] = {}
    for parent, weight in enumerate(shares):
        for row, share in zip(parents.classes[parent], parents.shares[parent], strict=True):
            _, before = counted.get(row.tobytes(), (row, 0.0))
            counted[row.tobytes()] = (row, before + float(weight * share))
    rows, summed = zip(*counted.values(), strict=True)
    return np.stack(rows)[None], np.array([summed], np.float32)


def style_mix(model: Model, base: Points, source: Points, layers: str = "coarse") -> Points:
    """`base` painted with the styles of `source` in some layers: its shape from one picture, its colours from another.

    layers  "coarse" (pose and shape), "middle" (parts), "fine" (colours), or numbers such as "0-3,6"
    Both are stacks of the same length, or one of them is a single point. Labels, grain and all else are those of `base`.
    Source: Karras et al. 2018, "A style-based generator architecture for generative adversarial networks", section 3.1.
    """
    some = layers_in(model, layers)
    base, source = lifted(model, base), lifted(model, source)
    assert source.styles is not None
    count = max(len(base), len(source))
    base = base if len(base) == count else base[[0] * count]
    assert base.styles is not None
    mixed = base.styles.copy()
    mixed[:, some] = source.styles[:, some]
    return replace(base, styles=mixed)


def layers_in(model: Model, text: str) -> list[int]:
    """`layers_of` a model. Raises UsageError for one without styles."""
    if not model.has_styles:
        raise UsageError(
            f"Only models with a style for each layer can change some layers (family stylegan), and this is a {model.family}. "
            "Leave the layers away: all of it changes then."
        )
    return layers_of(text, int(model.generator.layers))  # pyright: ignore[reportArgumentType]


def layers_of(text: str, count: int) -> list[int]:
    """`"coarse"`, `"middle"`, `"fine"`, `"0-3,6"`, or several with commas -> numbers of layers. Raises UsageError.

    A third of the layers each: with 12 of them (64 px) coarse is 0 to 3, up to 8 x 8 cells.
    """
    bounds = [round(place * count / len(BANDS)) for place in range(len(BANDS) + 1)]
    found: list[int] = []
    for word in (piece.strip() for piece in text.split(",")):
        numbers = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", word)
        if word in BANDS:
            place = BANDS.index(word)
            found += range(bounds[place], bounds[place + 1])
        elif numbers:
            first, last = int(numbers[1]), int(numbers[2] or numbers[1])
            if not first <= last < count:
                raise UsageError(f"This model has the layers 0 to {count - 1}; {word} came.")
            found += range(first, last + 1)
        else:
            raise UsageError(f"'{word}' names no layers.{did_you_mean(word, [*BANDS, '0-3'])}")
    return sorted(set(found))


def breed(model: Model, parents: Points, children: int, *, mutation: float = 0.2, seed: int = 0) -> tuple[Points, list]:
    """Children of the parents: each takes every part from one of two, then chance changes it a little.

    mutation  0: nothing but what the parents have; 1: nothing of them is left
    seed      of chance: the same seed gives the same children
    Returns the children and the places (first, second) of each one's parents. Raises UsageError for fewer than two parents.
    Mutation turns latents on their sphere: cos(m pi / 2) of what was inherited and sin(m pi / 2) of chance.
    """
    if len(parents) < 2:
        raise UsageError(f"Children have two parents or more to choose from; {len(parents)} came.")
    if not 1 <= children <= 10_000:
        raise UsageError(f"1 to 10,000 children can be bred at once; {children} came.")
    if not 0 <= mutation <= 1:
        raise UsageError(f"A mutation goes from 0 (none) to 1 (nothing of the parents is left); {mutation} came.")
    parents = joined([parents], model)
    chance = np.random.RandomState(seed)
    turn = mutation * np.pi / 2
    bred, pairs = [], []
    for _ in range(children):
        pair = chance.choice(len(parents), 2, replace=False)
        length = parents.latents.shape[1]
        genes = min(GENES, length)
        from_second = np.repeat(chance.randint(2, size=genes), -(-length // genes))[:length].astype(bool)
        layers = None if parents.styles is None else chance.randint(2, size=parents.styles.shape[1]).astype(bool)
        one, two = parents[[pair[0]]], parents[[pair[1]]]
        child = two if chance.randint(2) else one  # labels, and what is not told apart by parts
        latents = np.where(from_second, two.latents, one.latents)
        latents = np.cos(turn) * latents + np.sin(turn) * chance.standard_normal(latents.shape)
        child = replace(child, latents=latents.astype(np.float32))
        if layers is not None and one.styles is not None and two.styles is not None:
            styles = np.where(layers[None, :, None], two.styles, one.styles)
            child = replace(child, styles=mutated(styles, parents.styles, turn, chance))
        bred.append(child)
        pairs.append((int(pair[0]), int(pair[1])))
    return joined(bred, model), pairs


def mutated(styles: np.ndarray, parents: np.ndarray | None, turn: float, chance: np.random.RandomState) -> np.ndarray:
    """Styles (1, layers, S) moved by chance, all layers alike, as far as parents (N, layers, S) lie apart."""
    assert parents is not None
    spread = parents.std(axis=(0, 1), keepdims=True)
    middle = parents.mean(axis=(0, 1), keepdims=True)
    moved = middle + np.cos(turn) * (styles - middle)
    return (moved + np.sin(turn) * spread * chance.standard_normal((1, 1, styles.shape[2]))).astype(np.float32)
