"""The dial of augmentation: how far things move, and how strongly it is turned up. Pure functions, for both frameworks."""

from collections.abc import Mapping, MutableMapping
from typing import Any

LARGEST_SHIFT = 1 / 8
HOLE = 1 / 2
"""Largest shift and side of the hole, as shares of the picture's sides."""


def strength_in(state: Mapping[str, Any]) -> float:
    """Of augmentation, now: what was set or adapted, and what a checkup added."""
    return min(1.0, float(state["augment"]) + float(state["augment_extra"]))


def adapt_to(sure_of_real: Any, target: float | None, pictures: int, state: MutableMapping[str, Any]) -> None:
    """Turn `state["augment"]` after a step, where there is a target; see `adapt`."""
    if target is not None:
        state["augment"] = adapt(float(state["augment"]), float(sure_of_real), target, pictures)


def adapt(strength: float, sign_of_real: float, target: float, pictures: int, horizon: float = 100_000) -> float:
    """The next augmentation strength, in [0, 1]: up while the critic is too sure of real pictures, else down.

    sign_of_real  mean sign of the critic's scores of real pictures; 1 = sure of all, 0 = guessing
    pictures      seen since the last call; `horizon` pictures turn the dial all the way
    Source: Karras et al. 2020, "Training generative adversarial networks with limited data", section 3.1.
    """
    direction = (sign_of_real > target) - (sign_of_real < target)
    return min(1.0, max(0.0, strength + direction * pictures / horizon))
