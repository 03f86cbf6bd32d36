"""Walks between pictures: numbers on the way from one to the next, along arcs, lines or splines, in loops that close."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from pinxit.errors import UsageError, did_you_mean
from pinxit.generation.points import Points, padded

Way = Literal["spherical", "linear", "spline"]
WAYS: tuple[str, ...] = get_args(Way)
EASINGS = {
    "even": lambda share: share,
    "smooth": lambda share: share * share * (3 - 2 * share),
    "in": lambda share: share * share,
    "out": lambda share: share * (2 - share),
}
"""Share of the time -> share of the way: at an even pace; from rest to rest; from rest; to rest."""


def slerp(one: np.ndarray, two: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Along the arc from latents `one` (D,) to `two` (D,) -> (N, D) float32; `shares` (N,) from 0 to 1.

    Latents of many numbers all lie near a sphere. A straight line between two of them leads through its inside, where
    no picture was ever learned; the arc stays outside. Length goes over evenly. Latents that are
    zero, point the same way, or against each other, have no single arc between them: a straight line joins these.
    Source: Shoemake 1985, "Animating rotation with quaternion curves"; White 2016, "Sampling generative networks".
    """
    one, two = one.astype(np.float64), two.astype(np.float64)
    first, last = np.linalg.norm(one), np.linalg.norm(two)
    shares = np.asarray(shares, np.float64)[:, None]  # (N, 1)
    near, far = one / max(first, 1e-12), two / max(last, 1e-12)
    angle = np.arccos(np.clip(near @ far, -1, 1))
    if min(first, last) == 0 or np.sin(angle) < 1e-4:
        return ((1 - shares) * one + shares * two).astype(np.float32)
    arc = (np.sin((1 - shares) * angle) * near + np.sin(shares * angle) * far) / np.sin(angle)
    return (arc * ((1 - shares) * first + shares * last)).astype(np.float32)


def linear(one: np.ndarray, two: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Straight from `one` (…) to `two` (…) -> (N, …) float32; exact at both ends."""
    shares = np.asarray(shares, np.float32).reshape(-1, *[1] * one.ndim)
    return (1 - shares) * one + shares * two


def spline(
    before: np.ndarray, one: np.ndarray, two: np.ndarray, after: np.ndarray, shares: np.ndarray, spans: Sequence[float]
) -> np.ndarray:
    """A smooth bend from `one` (…) to `two` (…) that knows what came `before` and comes `after` -> (N, …) float32.

    spans  seconds from `before` to `one`, from `one` to `two`, from `two` to `after`: speed goes over smoothly from piece to
           piece also where they differ in length
    Source: Catmull and Rom 1974, "A class of local interpolating splines", as cubic Hermite pieces.
    """
    shares = np.asarray(shares, np.float64).reshape(-1, *[1] * one.ndim)
    leave = (two.astype(np.float64) - before) * (spans[1] / (spans[0] + spans[1]))
    arrive = (after.astype(np.float64) - one) * (spans[1] / (spans[1] + spans[2]))
    square, cube = shares**2, shares**3
    way = (2 * cube - 3 * square + 1) * one + (cube - 2 * square + shares) * leave
    return (way + (3 * square - 2 * cube) * two + (cube - square) * arrive).astype(np.float32)


def lengths_kept(way: np.ndarray, one: np.ndarray, two: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """(N, D) made as long as the ends: lengths go over evenly from that of `one` (D,) to that of `two` (D,)."""
    wanted = linear(np.linalg.norm(one), np.linalg.norm(two), shares)[:, None]  # pyright: ignore[reportArgumentType]
    found = np.linalg.norm(way, axis=1, keepdims=True)
    return np.where(found > 1e-6, way * (wanted / np.maximum(found, 1e-6)), way).astype(np.float32)


@dataclass(frozen=True)
class Walk:
    """Where a walk stops, and how it gets from each to the next.

    keys     N of them; a loop leads from the last back to the first
    seconds  how long each piece takes: N for a loop, else N - 1
    holds    seconds it stands still at each of the N keys
    easings  how each piece begins and ends (`EASINGS`)
    way      "spherical": latents along arcs; "linear": straight; "spline": bends that turn no corner
    Styles, shifts and shares of labels go straight, or along splines, whichever way latents take.
    """

    keys: Points
    seconds: tuple[float, ...]
    holds: tuple[float, ...]
    easings: tuple[str, ...]
    way: Way = "spherical"
    loop: bool = False

    @property
    def length(self) -> float:
        """Seconds from beginning to end."""
        return sum(self.seconds) + sum(self.holds)

    def points(self, frames: int) -> Points:
        """So many frames, evenly over its time. Of a loop the one after the last would be the first again."""
        times = np.arange(frames) * (self.length / (frames if self.loop else max(1, frames - 1)))
        return self.at(times)

    def at(self, times: np.ndarray) -> Points:
        """Points at these moments (N,), in seconds from 0 to `length`."""
        pieces, shares = self.places(times)
        parts = [self.piece(piece, shares[pieces == piece]) for piece in np.unique(pieces).tolist()]
        order = np.argsort(np.argsort(pieces, kind="stable"), kind="stable")
        most = max(part.shares.shape[1] for part in parts)
        columns = zip(*(padded(part, most).parts for part in parts), strict=True)
        return Points(*(None if column[0] is None else np.concatenate(column)[order] for column in columns))  # pyright: ignore[reportArgumentType]

    def places(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which piece each moment lies in, and how far along it is, 0 to 1 and eased."""
        holds = self.holds if self.loop else self.holds[:-1]
        spans = np.array([hold + seconds for hold, seconds in zip(holds, self.seconds, strict=True)])
        begins = np.concatenate([[0.0], np.cumsum(spans)[:-1]])
        pieces = np.clip(np.searchsorted(begins, times, side="right") - 1, 0, len(spans) - 1)
        moving = (times - begins[pieces] - np.array(holds)[pieces]) / np.array(self.seconds)[pieces]
        shares = np.clip(moving, 0.0, 1.0)
        eased = [EASINGS[self.easings[piece]](share) for piece, share in zip(pieces, shares, strict=True)]
        return pieces, np.array(eased)

    def piece(self, piece: int, shares: np.ndarray) -> Points:
        """Points of one piece, `shares` (N,) of the way along it."""
        count, keys = len(self.keys), self.keys
        around = [piece - 1, piece, piece + 1, piece + 2]
        around = [place % count if self.loop else min(max(place, 0), count - 1) for place in around]
        spans = [self.seconds[place % len(self.seconds)] for place in (piece - 1, piece, piece + 1)]

        def along(numbers: np.ndarray) -> np.ndarray:
            before, one, two, after = (numbers[place] for place in around)
            return spline(before, one, two, after, shares, spans) if self.way == "spline" else linear(one, two, shares)

        one, two = (keys.latents[place] for place in around[1:3])
        latents = slerp(one, two, shares) if self.way == "spherical" else along(keys.latents)
        if self.way == "spline":
            latents = lengths_kept(latents, one, two, shares)
        here, there = keys[around[1]], keys[around[2]]
        points = Points(latents, *blend(here, there, shares))
        return replace(
            points,
            styles=None if keys.styles is None else along(keys.styles),
            shifts=None if keys.shifts is None else along(keys.shifts),
        )


def blend(one: Points, two: Points, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels on the way from one point to another: classes (N, P, columns) and their shares (N, P)."""
    count = len(shares)
    if np.array_equal(one.classes, two.classes) and np.array_equal(one.shares, two.shares):
        return np.repeat(one.classes, count, axis=0), np.repeat(one.shares, count, axis=0)
    share = np.asarray(shares, np.float32)[:, None]
    classes = np.concatenate([one.classes, two.classes], axis=1)
    return np.repeat(classes, count, axis=0), np.concatenate([(1 - share) * one.shares, share * two.shares], axis=1)


def plan_walk(
    keys: Points,
    seconds: float,
    *,
    way: str = "spherical",
    loop: bool = False,
    own_seconds: Sequence[float | None] = (),
    holds: Sequence[float] = (),
    easings: Sequence[str | None] = (),
) -> Walk:
    """A walk that takes `seconds` in all: pieces without seconds of their own share what those with some leave.

    Raises UsageError for a walk of one key, for ways and easings that there are not, and for times that make no sense.
    """
    count = len(keys)
    if count < 2:
        raise UsageError(
            f"A walk leads from one picture to another; {count} came. Name two or more, such as --seeds 1,5,9."
        )
    if way not in WAYS:
        raise UsageError(f"There is no way '{way}' to walk.{did_you_mean(way, WAYS)}")
    pieces = count if loop else count - 1
    own = [*own_seconds, *[None] * count][:pieces]
    stays = [*holds, *[0.0] * count][:count]
    named = [easing or "even" for easing in [*easings, *[None] * count][:pieces]]
    for easing in named:
        if easing not in EASINGS:
            raise UsageError(f"There is no easing '{easing}'.{did_you_mean(easing, EASINGS)}")
    told = [span for span in own if span is not None]
    if any(not 0 < span <= 86_400 for span in told) or any(not 0 <= stay <= 86_400 for stay in stays):
        raise UsageError("The seconds of a key go from above 0 to 86400, those it holds from 0.")
    open_ones = pieces - len(told)
    left = seconds - sum(told) - sum(stays)
    if open_ones and left <= 0:
        raise UsageError(
            f"The keys with seconds of their own take {sum(told) + sum(stays):g} seconds, and the walk is {seconds:g} long: "
            "nothing is left for the others. Make it longer, or give every key its seconds."
        )
    spans = tuple(left / open_ones if span is None else span for span in own)
    return Walk(keys, spans, tuple(stays), tuple(named), way, loop)  # pyright: ignore[reportArgumentType]
