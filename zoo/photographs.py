"""What a network that restyles pictures is shown of the world: crops of the few free photographs there are, and drawn pictures.

Photographs that come with scikit-image (public domain or CC0), 40 crops of each at scales of their own; 160 of the peeps (CC0)
and 160 Fluent Emoji (MIT, needs npm) on coloured grounds, large and small. 256 px, RGB.
"""

import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image

from pinxit.data.catalog import resolve
from zoo.fluent_emoji import fluent_emoji

FOLDER = Path("zoo-runs/photographs")
SIDE = 256
PHOTOGRAPHS = (  # as the docstring of each says in skimage/data/_fetchers.py of scikit-image 0.26.0
    "astronaut.png",  # NASA; "no known copyright restrictions, released into the public domain"
    "brick.png",  # CC0Textures; "licensed under the Creative Commons CC0 License"
    "camera.png",  # Lav Varshney; "CC0 by the photographer"
    "chelsea.png",  # Stefan van der Walt; "CC0 by the photographer"
    "coffee.png",  # Rachel Michetti; "CC0 by the photographer"
    "grass.png",  # linolafett, DeviantArt; "licensed under the Creative Commons CC0 License"
    "gravel.png",  # CC0Textures; "licensed under the Creative Commons CC0 License"
    "hubble_deep_field.jpg",  # NASA; "may be freely used in the public domain"
    "rocket.jpg",  # SpaceX; "released in the public domain"
)
CROPS, DRAWN = 40, 160


def photographs() -> str:
    """The folder, made at the first call."""
    if not FOLDER.exists():
        aside = FOLDER.with_name(f"{FOLDER.name}-aside")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        chance = np.random.RandomState(0)
        for name in PHOTOGRAPHS:
            with Image.open(str(files("skimage.data") / name)) as photograph:
                crops(photograph.convert("RGB"), Path(name).stem, aside, chance)
        for name in ("peeps", fluent_emoji()):
            source = resolve(name).pictures
            for number, picture in enumerate(source[:: max(1, len(source) // DRAWN)][:DRAWN]):
                on_ground(picture.load().convert("RGBA"), chance).save(aside / f"{Path(name).name}-{number:03d}.png")
        aside.rename(FOLDER)
    return str(FOLDER)


def crops(photograph: Image.Image, name: str, folder: Path, chance: np.random.RandomState) -> None:
    """Squares of any size from a third of the photograph's shorter side to all of it, some mirrored."""
    for number in range(CROPS):
        side = int(min(photograph.size) * chance.uniform(0.35, 1.0))
        left, top = (int(chance.uniform(0, whole - side + 1)) for whole in photograph.size)
        crop = photograph.resize((SIDE, SIDE), Image.Resampling.LANCZOS, (left, top, left + side, top + side))
        crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if chance.rand() < 0.5 else crop
        crop.save(folder / f"{name}-{number:03d}.png")


def on_ground(picture: Image.Image, chance: np.random.RandomState) -> Image.Image:
    """A drawn picture, from half as large as the square to once and a half, on a ground of two colours."""
    ends = chance.randint(0, 256, (2, 1, 1, 3))
    run = np.linspace(0, 1, SIDE)[:, None, None]
    ground = np.broadcast_to(ends[0] * (1 - run) + ends[1] * run, (SIDE, SIDE, 3)).astype(np.uint8)
    side = int(SIDE * chance.uniform(0.5, 1.5))
    drawn = picture.resize((side, side), Image.Resampling.LANCZOS)
    whole = Image.fromarray(ground)
    whole.paste(
        drawn, tuple(map(int, chance.uniform(0, SIDE - side, 2) if side < SIDE else ((SIDE - side) // 2,) * 2)), drawn
    )
    return whole
