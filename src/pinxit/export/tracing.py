"""A picture as SVG: flat colours, outlines as curves, clear where the picture is clear."""

import io
import re
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pinxit.errors import MissingExtra, UsageError
from pinxit.export.flat import flatten, painted

SIDE = 768
"""Pictures are traced at about this size, so that outlines run between pixels."""
BORDER = 8
LEVELS = ((4, 4.0), (8, 5.0), (14, 6.0), (24, 8.0), (40, 10.0))
"""From fine to coarse: spots below so many pixels (of `SIDE`) across are left out, curves have no shorter pieces."""
_PATH = re.compile(r'<path d="([^"]*)" fill="#([0-9A-Fa-f]{6})" transform="translate\(([-\d.]+),([-\d.]+)\)"/>')
_NODE = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Traced:
    """A drawing: `paths` are (data, (r, g, b), x, y) from behind to front, seen through `box` (left, top, width, height)."""

    paths: list[tuple[str, tuple[int, int, int], str, str]]
    box: tuple[float, float, float, float]
    size: tuple[int, int]

    @property
    def nodes(self) -> int:
        """How many points and curves it has."""
        return sum(len(_NODE.findall(data)) for data, *_ in self.paths)

    @property
    def view(self) -> str:
        """The box as SVG writes it."""
        return " ".join(f"{side:g}" for side in self.box)

    def inside(self) -> str:
        """The paths, without the drawing around them."""
        return "".join(
            f'<path fill="#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}" transform="translate({x} {y})" d="{data}"/>\n'
            for data, colour, x, y in self.paths
        )

    def to_svg(self, about: str = "") -> str:
        """A whole SVG file; `about` goes into its metadata (XML)."""
        told = f"<metadata>{about}</metadata>\n" if about else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.size[0]}" height="{self.size[1]}" '
            f'viewBox="{self.view}">\n{told}{self.inside()}</svg>\n'
        )


def trace(picture: Image.Image, palette: np.ndarray, nodes: int | None = None) -> Traced:
    """Outline each flat place of a picture in the colours of `palette` (N, 3), and in no others.

    nodes  at most so many points and curves: small spots are left out until it fits
    Pixels less than half opaque are clear. Raises UsageError when it cannot be done with so few nodes, MissingExtra
    without vtracer.
    """
    times = max(1, min(8, SIDE // max(picture.size)))
    image = painted(flatten(picture, palette, times), palette)
    least = 0
    for spot, length in LEVELS:
        traced = outlines(image, picture.size, palette, spot, length)
        if nodes is None or traced.nodes <= nodes:
            return traced
        least = traced.nodes
    raise UsageError(
        f"This picture cannot be drawn with {nodes} nodes: without its small spots it still has {least}. Allow more, or "
        "give it fewer colours."
    )


def outlines(image: Image.Image, size: tuple[int, int], palette: np.ndarray, spot: int, length: float) -> Traced:
    """One tracing by vtracer (VTracer, Visioncortex 2020: clusters of colour, stacked, splines around them)."""
    try:
        import vtracer
    except ImportError:
        raise MissingExtra("Writing SVG", "svg") from None
    clear = image.getchannel("A").getextrema()[0] == 0
    border = BORDER if clear else 0  # vtracer looks for clear places in some rows only: so there are always some
    framed = Image.new("RGBA", (image.width + 2 * border, image.height + 2 * border))
    framed.paste(image, (border, border))
    buffer = io.BytesIO()
    framed.save(buffer, "PNG", compress_level=1)
    drawn = vtracer.convert_raw_image_to_svg(
        buffer.getvalue(), img_format="png", colormode="color", hierarchical="stacked", mode="spline",
        filter_speckle=spot, color_precision=8, layer_difference=0, corner_threshold=60, length_threshold=length,
        max_iterations=10, splice_threshold=45, path_precision=1,
    )  # fmt: skip
    paths = []
    for data, colour, x, y in _PATH.findall(drawn):
        apart = np.square(palette.astype(int) - list(bytes.fromhex(colour))).sum(axis=1)
        red, green, blue = map(int, palette[apart.argmin()])  # what vtracer averages becomes exact again
        paths.append((data.strip(), (red, green, blue), f"{float(x) - border:g}", f"{float(y) - border:g}"))
    return Traced(paths, (0, 0, *image.size), size)
