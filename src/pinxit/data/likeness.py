"""Find pictures that look the same although their files differ: re-saved, resized, re-compressed."""

import numpy as np
from PIL import Image

_SIDE = 16
_MOST_BITS = 10  # of 64 that may differ
_MEAN_DIFFERENCE = 4.0  # of 255, over the thumbnail
_MOST_DIFFERENCE = 48  # of 255, at its worst place: glasses on an otherwise equal face are a difference


def signature(picture: Image.Image) -> tuple[int, np.ndarray]:
    """Picture -> a 64-bit difference hash and a thumbnail, uint8 (16, 16, 4), premultiplied RGBA."""
    small = picture.convert("RGBA").convert("RGBa").resize((_SIDE, _SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    thumbnail = np.asarray(small)
    grey = thumbnail[..., :3].mean(axis=-1) + 255 - thumbnail[..., 3]  # on white
    halves = grey.reshape(8, 2, _SIDE).mean(axis=1)  # (8, 16)
    brighter = halves[:, 1::2] > halves[:, 0::2] + 2  # a margin, so that flat places do not decide by their noise
    return int.from_bytes(np.packbits(brighter).tobytes(), "big"), thumbnail


class Likenesses:
    """Remembers signatures and tells whether a new one looks like an earlier one. 10,000 pictures take a second."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._hashes = np.zeros(1024, np.uint64)
        self._thumbnails = np.zeros((1024, _SIDE, _SIDE, 4), np.uint8)

    def twin(self, name: str, bits: int, thumbnail: np.ndarray) -> str | None:
        """The name of an earlier picture that looks the same; otherwise remember this one and return None."""
        count = len(self._names)
        apart = np.bitwise_count(self._hashes[:count] ^ np.uint64(bits))
        for candidates in np.array_split(np.flatnonzero(apart <= _MOST_BITS), max(1, count // 4096)):
            difference = np.abs(self._thumbnails[candidates].astype(np.int16) - thumbnail)
            mean, most = difference.mean(axis=(1, 2, 3)), difference.max(axis=(1, 2, 3), initial=0)
            same = (mean <= _MEAN_DIFFERENCE) & (most <= _MOST_DIFFERENCE)
            if same.any():
                return self._names[candidates[same.argmax()]]
        if count == len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
            self._thumbnails = np.concatenate([self._thumbnails, np.zeros_like(self._thumbnails)])
        self._names.append(name)
        self._hashes[count], self._thumbnails[count] = bits, thumbnail
        return None
