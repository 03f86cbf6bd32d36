"""Paintings that nobody painted: ten manners drawn by rules, for a model that may be given to anyone (CC0).

python -m zoo.manners FOLDER    draws them
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE, FINE = 512, 2
"""Pixels of a side, and how many times as large it is drawn before it is made small, so that edges are smooth."""
LARGE = SIDE * FINE

NIGHT = ("#0b1d51", "#13357a", "#1f5aa6", "#3f86c6", "#8fc1de", "#f2d16b", "#f7e9a8", "#1b3f2f")
GARDEN = ("#2f5d3a", "#5d8c3f", "#a3c065", "#e7d36f", "#e58fa5", "#c0507a", "#7a9fd6", "#f4ecd8")
TILES = ("#1d3557", "#457b9d", "#a8dadc", "#f1faee", "#e9c46a", "#e76f51", "#8a5a44", "#2a9d8f")
GLASS = ("#b3121d", "#e8531f", "#f5b21a", "#1f7a3d", "#0f5fa8", "#3a1d78", "#7fc8e8", "#f3e7b3")
MARBLE = ("#10243e", "#1f5e6b", "#d8c8a0", "#b5442e", "#efe6d0", "#3b7f88", "#7d1f24")
COMIC = ("#fdf3d0", "#f4c20d", "#e03c31", "#2b7bba", "#fdf3d0", "#f7a6a0")


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def noise(chance: np.random.RandomState, cells: int, octaves: int = 1, side: int = LARGE) -> np.ndarray:
    """(side, side) smooth, mean 0, about -1 … 1."""
    found = np.zeros((side, side))
    for octave in range(octaves):
        grid = chance.standard_normal((cells * 2**octave + 3,) * 2).astype(np.float32)
        found += np.asarray(Image.fromarray(grid).resize((side, side), Image.Resampling.BICUBIC)) / 2**octave
    return found / np.abs(found).max()


def ranks(values: np.ndarray, count: int) -> np.ndarray:
    """Values -> whole numbers 0 … count - 1, each as often as the others."""
    return np.searchsorted(np.quantile(values, np.arange(1, count) / count), values)


def strokes(seed: int, palette: tuple[str, ...], length: int, thick: int, count: int, swirl: float) -> Image.Image:
    """Brush strokes along a field of directions, in the colours of their places."""
    chance = np.random.RandomState(seed)
    turn, place = noise(chance, 3, 2) * np.pi * swirl, ranks(noise(chance, 4, 3), len(palette))
    picture = Image.new("RGB", (LARGE, LARGE), palette[1])
    pen = ImageDraw.Draw(picture)
    for _ in range(count):
        x, y = chance.uniform(0, LARGE, 2)
        chosen = (place[int(y), int(x)] + (chance.randint(-1, 2) if chance.rand() < 0.4 else 0)) % len(palette)
        colour = np.clip(np.array(rgb(palette[chosen])) + chance.randint(-24, 25), 0, 255)
        points = [(x, y)]
        for _ in range(length):
            angle = turn[int(y) % LARGE, int(x) % LARGE]
            x, y = x + 6 * np.cos(angle), y + 6 * np.sin(angle)
            points.append((x, y))
        wide = int(thick * chance.uniform(0.6, 1.3))
        pen.line(points, fill=tuple(map(int, colour)), width=wide, joint="curve")
        for end in (points[0], points[-1]):
            pen.ellipse(
                [end[0] - wide / 2, end[1] - wide / 2, end[0] + wide / 2, end[1] + wide / 2], tuple(map(int, colour))
            )
    return picture


def pieces(seed: int, palette: tuple[str, ...], cells: int, gap: float, ground: str, *, shade: float) -> Image.Image:
    """Tiles or panes: every pixel belongs to the nearest of scattered points; between two of them is mortar or lead."""
    chance = np.random.RandomState(seed)
    step = LARGE / cells
    rows, columns = np.indices((cells + 2, cells + 2)) - 1
    centres = (
        np.stack([rows, columns], -1) * step + step / 2 + chance.uniform(-0.42, 0.42, (cells + 2, cells + 2, 2)) * step
    )
    y, x = np.indices((LARGE, LARGE))
    row, column = (y // step).astype(int) + 1, (x // step).astype(int) + 1
    first, second, owner = np.full((LARGE, LARGE), 1e9), np.full((LARGE, LARGE), 1e9), np.zeros((LARGE, LARGE), int)
    for down in (-1, 0, 1):
        for along in (-1, 0, 1):
            r, c = np.clip(row + down, 0, cells + 1), np.clip(column + along, 0, cells + 1)
            far = np.hypot(y - centres[r, c, 0], x - centres[r, c, 1])
            owner = np.where(far < first, r * (cells + 2) + c, owner)
            second = np.where(far < first, first, np.minimum(second, far))
            first = np.minimum(first, far)
    place = ranks(noise(chance, 3, 2, cells + 2), len(palette)).ravel()
    place = np.where(chance.rand(len(place)) < 0.25, chance.randint(0, len(palette), len(place)), place)
    colours = np.array([rgb(one) for one in palette])[place] + chance.randint(-16, 17, (len(place), 1))
    found = colours[owner] * (1 + shade * noise(chance, 40, 2))[..., None]
    found[second - first < gap * step] = rgb(ground)
    return Image.fromarray(found.clip(0, 255).astype(np.uint8))


def waves(seed: int) -> Image.Image:
    """Rows of overlapping fans of arcs (seigaiha), in indigo on paper."""
    chance = np.random.RandomState(seed)
    picture = Image.new("RGB", (LARGE, LARGE), "#efe6d2")
    pen, reach, inks = (
        ImageDraw.Draw(picture),
        92,
        ("#16305c", "#efe6d2", "#2f5f8f", "#efe6d2", "#8fb3c9", "#efe6d2", "#16305c"),
    )
    for row in range(-1, 2 * LARGE // reach + 3):
        for column in range(-1, LARGE // reach + 2):
            x, y = column * 2 * reach * 0.95 + (row % 2) * reach * 0.95, row * reach * 0.48
            for ring, ink in enumerate(inks):
                size = reach * (1 - ring / len(inks)) + chance.uniform(-2, 2)
                pen.ellipse([x - size, y - size, x + size, y + size], fill=ink, outline="#16305c", width=2)
    return picture


def hatching(seed: int) -> Image.Image:
    """Pen and ink: the darker a place, the more layers of lines cross there."""
    chance = np.random.RandomState(seed)
    tone, wobble = ranks(noise(chance, 4, 3), 6), noise(chance, 8, 2) * 9
    y, x = np.indices((LARGE, LARGE))
    paper = np.full((LARGE, LARGE, 3), rgb("#f3ead7"), float)
    for layer, angle in enumerate((0.7, 2.4, 0.1, 1.55, 1.2)):
        across = x * np.cos(angle) + y * np.sin(angle) + wobble
        drawn = (np.mod(across, 13) < 3.6) & (tone > layer) & (noise(chance, 90) > -0.55)
        paper[drawn] = rgb("#22222c")
    return Image.fromarray(paper.astype(np.uint8))


def comic(seed: int) -> Image.Image:
    """Flat colours and screens of dots, with black outlines between them."""
    chance = np.random.RandomState(seed)
    field = noise(chance, 4, 2)
    place, edge = ranks(field, len(COMIC)), np.zeros((LARGE, LARGE), bool)
    y, x = np.indices((LARGE, LARGE))
    colours = np.array([rgb(one) for one in COMIC])
    found = colours[place]
    u, v = (x + y) / 15 * np.pi, (x - y) / 15 * np.pi
    dots = (np.sin(u) * np.sin(v)) > np.choose(place % 3, [2.0, 0.35, 0.0])
    found[dots] = colours[(place[dots] + 2) % len(COMIC)]
    for shift in range(1, 6):
        for axis in (0, 1):
            edge |= place != np.roll(place, shift, axis)
    found[edge] = rgb("#14141c")
    return Image.fromarray(found.astype(np.uint8))


def marble(seed: int) -> Image.Image:
    """Colours floated on water and combed."""
    chance = np.random.RandomState(seed)
    y, x = np.indices((LARGE, LARGE)) / LARGE
    bent = x * 9 + 2.2 * noise(chance, 3, 3) + 0.55 * np.sin(y * 34 + 5 * noise(chance, 3)) + 1.2 * noise(chance, 6, 2)
    return Image.fromarray(
        np.array([rgb(one) for one in MARBLE], np.uint8)[(bent * 2.4 + 40).astype(int) % len(MARBLE)]
    )


def linocut(seed: int) -> Image.Image:
    """Two inks, and the marks of a gouge that follow the shapes."""
    chance = np.random.RandomState(seed)
    field, grain = noise(chance, 4, 2), noise(chance, 5, 2)
    marks = np.sin(field * 95 + grain * 10)
    found = np.full((LARGE, LARGE, 3), rgb("#f0e5cc"))
    found[marks > 0.55 - 1.1 * np.abs(field)] = rgb("#1c1a1e")
    red = (grain > 0.3) & (marks < 0.6)
    found[red] = rgb("#b8352a")
    return Image.fromarray(found.astype(np.uint8))


def shapes(seed: int) -> Image.Image:
    """Circles, triangles, bars and lines in balance on cream."""
    chance = np.random.RandomState(seed)
    picture = Image.new("RGB", (LARGE, LARGE), "#efe5cb")
    inks = ("#d8352b", "#f0b323", "#1f4e8c", "#161616", "#5a9e9a", "#e6a6a0", "#7a5c8e", "#efe5cb")
    for _ in range(150):
        layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        pen, ink = ImageDraw.Draw(layer), (*rgb(inks[chance.randint(len(inks))]), int(chance.choice([255, 255, 170])))
        x, y = chance.uniform(0, LARGE, 2)
        size, angle = chance.gamma(2.0, 34) + 8, chance.uniform(0, 2 * np.pi)
        corners = [(x + size * np.cos(angle + turn), y + size * np.sin(angle + turn)) for turn in (0, 2.1, 4.2)]
        kind = chance.randint(5)
        if kind == 0:
            pen.ellipse([x - size, y - size, x + size, y + size], fill=ink)
        elif kind == 1:
            pen.ellipse([x - size, y - size, x + size, y + size], outline=ink, width=9)
        elif kind == 2:
            pen.polygon(corners, fill=ink)
        else:
            far = 3.5 * size
            pen.line(
                [x, y, x + far * np.cos(angle), y + far * np.sin(angle)], fill=ink, width=int(chance.choice([5, 7, 22]))
            )
        picture.paste(layer, mask=layer)
    return picture


MANNERS: dict[str, Callable[[], Image.Image]] = {
    "night": lambda: strokes(1, NIGHT, 14, 11, 16_000, 1.6),
    "garden": lambda: strokes(2, GARDEN, 1, 17, 30_000, 1.0),
    "mosaic": lambda: pieces(3, TILES, 40, 0.12, "#d9d2c3", shade=0.12),
    "glass": lambda: pieces(4, GLASS, 15, 0.13, "#121016", shade=0.3),
    "waves": lambda: waves(5),
    "ink": lambda: hatching(6),
    "comic": lambda: comic(7),
    "marble": lambda: marble(8),
    "linocut": lambda: linocut(9),
    "shapes": lambda: shapes(10),
}


def draw(folder: Path) -> list[str]:
    """Every manner as a PNG in `folder`, made at the first call; their paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    places = [folder / f"{name}.png" for name in MANNERS]
    for place in places:
        if not place.exists():
            MANNERS[place.stem]().resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(place)
    return [str(place) for place in places]


if __name__ == "__main__":
    print("\n".join(draw(Path(sys.argv[1]))))
