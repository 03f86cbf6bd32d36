"""Which pictures of a collection look like this one?"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch.nn.functional as F
from PIL import Image

from pinxit.data.catalog import resolve
from pinxit.data.fitting import fit_picture
from pinxit.errors import PictureError, UsageError
from pinxit.generation.model import to_image
from pinxit.images.files import open_picture, save_png
from pinxit.images.sheets import contact_sheet
from pinxit.scoring.collection import collect
from pinxit.scoring.stream import SIDE, default_space, describe
from pinxit.training.device import check_torch, choose_device


@dataclass(frozen=True)
class LookAlikes:
    """The pictures of a collection most like one picture, the likest first.

    found   (name, likeness) of each: 1 the same to our features, about 0 unrelated
    shown   uint8 (1 + count, 128, 128, C): the picture, then those found
    """

    found: list[tuple[str, float]]
    shown: np.ndarray

    def save_sheet(self, path: Path | str) -> Path:
        """Write a sheet: the picture first, then what was found, with names and likeness."""
        captions = ["looked for", *(f"{likeness:.2f} {Path(name).name}" for name, likeness in self.found)]
        save_png(contact_sheet([to_image(picture) for picture in self.shown], gap=6, captions=captions), Path(path))
        return Path(path)


def look_alikes(picture: Path | Image.Image, pictures: str | Path, count: int, device: str) -> LookAlikes:
    """See `pinxit.find`."""
    if count < 1:
        raise UsageError(f"At least one look-alike has to be asked for; {count} came.")
    check_torch()
    try:
        image = picture if isinstance(picture, Image.Image) else open_picture(picture)
    except PictureError as error:
        raise PictureError(f"The picture {picture} cannot be used: {error}.") from None
    image = image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGBA")
    collection = collect(resolve(pictures))
    space = default_space(choose_device(device))
    channels = collection.packed.channels
    wanted = np.stack(fit_picture(image, (SIDE, SIDE), "pad", channels))
    likeness = F.cosine_similarity(collection.described(space), describe([wanted], space))
    best = likeness.argsort(descending=True)[:count].tolist()
    found = [(collection.names[place], float(likeness[place])) for place in best]
    return LookAlikes(found, np.concatenate([wanted, collection.packed.pictures(best)]))
