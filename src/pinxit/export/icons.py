"""Pictures as icons: one .ico file, or a whole set with the same margins and colours, ready for a page or a program."""

import html
import io
import json
from dataclasses import replace

import numpy as np
from PIL import Image

from pinxit.export.flat import OPAQUE, palette_of, parse_palette
from pinxit.export.printing import resized
from pinxit.export.saving_settings import SavingSettings
from pinxit.export.tracing import Traced, trace
from pinxit.images.files import to_png
from pinxit.images.vector import paint_svg

SIZES = (16, 24, 32, 48, 64, 96, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
SIDE = 512
SPRITE = 64


def as_ico(picture: Image.Image) -> bytes:
    """A Windows icon with seven sizes; a picture that is not square gets clear sides."""
    buffer = io.BytesIO()
    images = [squared(picture, side) for side in ICO_SIZES]
    images[-1].save(buffer, "ICO", sizes=[(side, side) for side in ICO_SIZES], append_images=images[:-1])
    return buffer.getvalue()


def squared(picture: Image.Image, side: int) -> Image.Image:
    """A picture in the middle of a clear square."""
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    canvas = Image.new("RGBA", (side, side))
    canvas.paste(resized(picture.convert("RGBA"), size), ((side - size[0]) // 2, (side - size[1]) // 2))
    return canvas


def trimmed(picture: Image.Image) -> Image.Image:
    """A picture without its clear edges."""
    image = picture.convert("RGBA")
    opaque = Image.fromarray(np.asarray(image)[..., 3] >= OPAQUE)
    return image.crop(opaque.getbbox()) if opaque.getbbox() else image


def framed(traced: Traced, margin: float) -> Traced:
    """A drawing in the middle of a square with this margin."""
    _, _, width, height = traced.box
    side = max(width, height) / (1 - 2 * margin)
    return replace(traced, box=((width - side) / 2, (height - side) / 2, side, side), size=(SIDE, SIDE))


def icon_set(pictures: list[tuple[str, Image.Image]], settings: SavingSettings) -> dict[str, bytes]:
    """name in the folder -> content: NAME.svg, png/SIZE/NAME.png, sprite.svg, sprite.png, sprite.json, index.html.

    All icons share one palette and one margin. Raises MissingExtra without the extra `svg`.
    """
    drawings = [(name, trimmed(picture)) for name, picture in pictures]
    palette = (
        parse_palette(settings.palette)
        if settings.palette
        else palette_of([drawing for _, drawing in drawings], settings.colours)
    )
    files: dict[str, bytes] = {}
    drawn: list[tuple[str, Traced]] = []
    for name, drawing in drawings:
        traced = framed(trace(drawing, palette, settings.nodes), settings.margin)
        drawn.append((name, traced))
        files[f"{name}.svg"] = traced.to_svg().encode()
        for side in SIZES:
            files[f"png/{side}/{name}.png"] = to_png(painted(files[f"{name}.svg"], side))
    files["sprite.svg"] = sprite_svg(drawn)
    files["sprite.png"], files["sprite.json"] = sprite_png([(name, files[f"{name}.svg"]) for name, _ in drawn])
    files["index.html"] = preview([name for name, _ in drawn], palette)
    return files


def painted(svg: bytes, side: int) -> Image.Image:
    """A drawing of our own, painted."""
    return paint_svg(svg, (side, side), SIDE * SIDE)


def sprite_svg(drawn: list[tuple[str, Traced]]) -> bytes:
    """All icons as symbols of one file: `<svg><use href="sprite.svg#NAME"/></svg>`."""
    symbols = "".join(
        f'<symbol id="{html.escape(name)}" viewBox="{one.view}">\n{one.inside()}</symbol>\n' for name, one in drawn
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'.encode()


def sprite_png(drawings: list[tuple[str, bytes]]) -> tuple[bytes, bytes]:
    """All icons at 64 pixels on one sheet, and where each lies on it (JSON)."""
    columns = max(1, round(len(drawings) ** 0.5))
    rows = -(-len(drawings) // columns)
    sheet, places = Image.new("RGBA", (columns * SPRITE, rows * SPRITE)), {}
    for number, (name, svg) in enumerate(drawings):
        corner = (number % columns * SPRITE, number // columns * SPRITE)
        sheet.paste(painted(svg, SPRITE), corner)
        places[name] = {"x": corner[0], "y": corner[1], "width": SPRITE, "height": SPRITE}
    return to_png(sheet), json.dumps(places, indent=1, ensure_ascii=False).encode()


def preview(names: list[str], palette: np.ndarray) -> bytes:
    """A page that shows every icon in four sizes, on light and on dark, and the colours. No scripts, nothing from outside."""

    def row(name: str) -> str:
        told = html.escape(name)
        images = "".join(
            f'<img src="png/{side}/{told}.png" width="{side}" height="{side}" alt="">' for side in (16, 32, 64)
        )
        large = f'<img src="{told}.svg" width="128" height="128" alt="{told}">'
        return f"<figure><div>{large}{images}</div><figcaption>{told}</figcaption></figure>"

    codes = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in palette.tolist()]
    swatches = "".join(
        f'<li><svg width="20" height="20" aria-hidden="true"><rect width="20" height="20" fill="{code}"/></svg> {code}</li>'
        for code in codes
    )
    figures = "\n".join(row(name) for name in names)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{len(names)} icons</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #222; background: #fff }}
section {{ padding: 1.5rem 2rem; display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.5rem }}
h1, ul {{ margin: 1.5rem 2rem 0 }}
ul {{ padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 1rem }}
li svg {{ vertical-align: middle }}
figure {{ margin: 0 }}
figure div {{ display: flex; gap: .75rem; align-items: end }}
.dark {{ background: #1b1b1b; color: #eee }}
</style></head>
<body><h1>{len(names)} icons</h1><ul>{swatches}</ul>
<section aria-label="on light">
{figures}
</section><section class="dark" aria-label="on dark">
{figures}
</section></body></html>
""".encode()
