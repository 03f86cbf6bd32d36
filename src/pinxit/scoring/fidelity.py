"""How like its original a picture is that was squeezed and drawn back: PSNR and SSIM. Numpy only.

Both are of pictures without alpha: transparent ones are laid on white before (`on_white`).
"""

import numpy as np

PEAK = 255.0
WINDOW, SPREAD = 11, 1.5
"""Of the Gaussian window of SSIM, in pixels."""
STABLE = ((0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2)


def on_white(pictures: np.ndarray) -> np.ndarray:
    """uint8 (N, H, W, C), alpha premultiplied -> uint8 (N, H, W, 1 or 3): RGBA over white, others as they are."""
    if pictures.shape[-1] != 4:
        return pictures
    return pictures[..., :3] + (255 - pictures[..., 3:])


def psnr(originals: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio, picture by picture: uint8 (N, H, W, C) twice -> (N,) dB; 99 where they are equal."""
    errors = np.square(originals.astype(np.float64) - drawn).mean(axis=(1, 2, 3))
    return np.minimum(10 * np.log10(PEAK**2 / np.maximum(errors, 1e-12)), 99.0)


def ssim(originals: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Structural similarity, picture by picture: uint8 (N, H, W, C) twice, sides of 11 or more -> (N,), 1 for equal ones.

    The mean over channels and over all places of a Gaussian window that lies inside the picture.
    Source: Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity", eq. 13.
    """
    one, other = originals.astype(np.float64), drawn.astype(np.float64)
    mean_one, mean_other = blurred(one), blurred(other)
    variances = blurred(one**2) - mean_one**2 + blurred(other**2) - mean_other**2
    together = blurred(one * other) - mean_one * mean_other
    first, second = STABLE
    likeness = (2 * mean_one * mean_other + first) * (2 * together + second)
    likeness /= (mean_one**2 + mean_other**2 + first) * (variances + second)
    return likeness.mean(axis=(1, 2, 3))


def blurred(pictures: np.ndarray) -> np.ndarray:
    """(N, H, W, C) -> the same through the Gaussian window, where it lies inside: (N, H - 10, W - 10, C)."""
    places = np.arange(WINDOW) - WINDOW // 2
    weights = np.exp(-0.5 * (places / SPREAD) ** 2)
    weights /= weights.sum()
    for axis in (1, 2):
        kept = pictures.shape[axis] - WINDOW + 1
        pieces = (np.take(pictures, range(shift, shift + kept), axis=axis) for shift in range(WINDOW))
        pictures = sum(weight * piece for weight, piece in zip(weights, pieces, strict=True))  # pyright: ignore[reportAssignmentType]
    return pictures
