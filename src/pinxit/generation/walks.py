"""Walks between pictures: numbers on the way from one seed's latents to another's."""

import numpy as np


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
