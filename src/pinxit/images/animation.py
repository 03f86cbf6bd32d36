"""Frames to a moving picture: GIF, APNG, WebP, MP4, or a folder of numbered PNGs; each with text that it carries along.

APNG, WebP and PNGs keep alpha. GIF knows only all or nothing: a pixel shows from half coverage on. MP4 has no alpha and
is painted on a background.
"""

import io
import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import GifImagePlugin, Image, PngImagePlugin, WebPImagePlugin

from pinxit.errors import MissingExtra, UsageError, did_you_mean
from pinxit.images.files import kind_of, read_text, save_png
from pinxit.images.reading import reading
from pinxit.images.writing import write_atomically

KINDS = ("gif", "apng", "webp", "mp4")
MOST_BYTES = 4_000_000_000
SAMPLED = 24
MOST_FPS = {"gif": 50, "apng": 1000, "webp": 1000, "mp4": 240, "": 1000}


def kind_of_animation(path: Path) -> str:
    """ "gif", "apng", "webp", "mp4", or "" for a folder of PNGs. Raises UsageError for a name that says none of these."""
    ending = path.suffix.lower().removeprefix(".")
    if path.is_dir() or not ending:
        return ""
    if ending == "png":
        raise UsageError(f"{path.name} would be one picture. Name it .apng, or name a folder for numbered PNGs.")
    if ending not in KINDS:
        raise UsageError(f"'.{ending}' is no kind of moving picture here.{did_you_mean(ending, KINDS)}")
    return ending


def check_animation(path: Path, fps: float) -> None:
    """Raise UsageError or MissingExtra now for what `save_animation` could not write later."""
    kind = kind_of_animation(path)
    if not 0 < fps <= MOST_FPS[kind]:
        raise UsageError(f"{(kind or 'PNG').upper()} shows up to {MOST_FPS[kind]} pictures a second; {fps:g} came.")
    if kind == "mp4":
        find_av()


def save_animation(
    frames: Iterable[np.ndarray],
    path: Path,
    fps: float,
    *,
    count: int | None = None,
    loop: bool = True,
    text: dict[str, str] | None = None,
    xmp: str | None = None,
    background: str = "#ffffff",
) -> Path:
    """Write frames, uint8 (H, W, 1 | 3 | 4) with straight alpha, whole or not at all. The name's ending says the kind.

    count       how many frames will come: WebP is then written while they come, and never holds them all
    loop        GIF, APNG and WebP then play for ever; without, once
    text        for PNGs as text chunks, for GIF and MP4 the one under "pinxit" as their comment, for WebP see `xmp`
    xmp         for WebP and PNGs
    background  colour below MP4
    Raises UsageError for a kind it does not know, MissingExtra for MP4 without the extra `video`.
    """
    check_animation(path, fps)
    kind, text = kind_of_animation(path), text or {}
    if kind == "":
        return save_numbered(frames, path, text, xmp)
    if kind == "mp4":
        return save_mp4(frames, path, fps, text.get("pinxit", ""), background)
    if kind == "webp" and count is not None:
        times = durations(count, fps, 1)
        write_atomically(path, webp_bytes([Film(frames, count)], times, loop, text, xmp))
        return path
    pictures = [as_picture(frame) for frame in limited(frames)]
    times = durations(len(pictures), fps, 10 if kind == "gif" else 1)
    save = {"gif": gif_bytes, "apng": apng_bytes, "webp": webp_bytes}[kind]
    write_atomically(path, save(pictures, times, loop, text, xmp))
    return path


def limited(frames: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    """The frames; raises UsageError when together they are more than memory should hold."""
    size = 0
    for frame in frames:
        size += frame.nbytes
        if size > MOST_BYTES:
            raise UsageError(
                f"These frames take over {MOST_BYTES // 10**9} GB. Make fewer or smaller ones, or name a folder: "
                "numbered PNGs and MP4 are written one by one."
            )
        yield frame


def as_picture(frame: np.ndarray) -> Image.Image:
    """uint8 (H, W, C) -> Pillow picture."""
    return Image.fromarray(frame[..., 0] if frame.shape[-1] == 1 else frame)


class Film(Image.Image):
    """Frames that come one after the other, as one picture of many: Pillow asks for each when it writes it."""

    def __init__(self, frames: Iterable[np.ndarray], count: int):
        super().__init__()
        self.frames, self.n_frames, self.place = iter(frames), count, -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Show the next frame. One that is over stays over: asked for it, the picture shows what it showed."""
        if frame <= self.place:
            return
        shown = as_picture(next(self.frames))
        self.im, self._mode, self._size, self.place = shown.im, shown.mode, shown.size, frame

    def tell(self) -> int:
        """The number of the frame that it shows."""
        return self.place


def durations(count: int, fps: float, step: int) -> list[int]:
    """Milliseconds of each frame, in multiples of `step`, that stay in time with `fps` all the way."""
    ends = [round((place + 1) * 1000 / fps / step) * step for place in range(count)]
    return [max(step, end - begin) for begin, end in itertools.pairwise([0, *ends])]


def save_numbered(frames: Iterable[np.ndarray], folder: Path, text: dict[str, str], xmp: str | None) -> Path:
    """00000.png and so on, into `folder`. Raises UsageError when it cannot be one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(f"Pictures cannot go to {folder}: {problem.strerror}. Choose another -o.") from None
    for number, frame in enumerate(frames):
        save_png(frame, folder / f"{number:05d}.png", {**text, "Frame": str(number)}, xmp)
    return folder


def gif_bytes(
    pictures: Sequence[Image.Image], times: Sequence[int], loop: bool, text: dict[str, str], _: str | None
) -> bytes:
    """One palette for all frames, without dithering: what stands still must not flicker."""
    clear = pictures[0].mode == "RGBA"
    palette = common_palette(pictures, 255 if clear else 256)
    frames = [with_palette(picture, palette, clear) for picture in pictures]
    how: dict[str, Any] = {"transparency": 255, "disposal": 2} if clear else {}
    if loop:
        how["loop"] = 0
    stream = io.BytesIO()
    frames[0].save(
        stream, "GIF", save_all=True, append_images=frames[1:], duration=list(times), optimize=False,
        comment=text.get("pinxit", "").encode(), **how,
    )  # fmt: skip
    return stream.getvalue()


def common_palette(pictures: Sequence[Image.Image], colours: int) -> Image.Image:
    """A palette picture of colours that some frames, evenly picked, agree on."""
    some = [pictures[place] for place in np.linspace(0, len(pictures) - 1, min(SAMPLED, len(pictures))).astype(int)]
    pixels = []
    for picture in some:
        values = np.asarray(picture.convert("RGBA")).reshape(-1, 4)
        pixels.append(values[values[:, 3] >= 128][:, :3])
    shown = np.concatenate(pixels)
    shown = shown if len(shown) else np.zeros((1, 3), np.uint8)
    return Image.fromarray(shown[None]).quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def with_palette(picture: Image.Image, palette: Image.Image, clear: bool) -> Image.Image:
    """A frame in these colours; where it is less than half covered, the last colour, which shows nothing."""
    frame = picture.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)
    if clear:
        covered = picture.getchannel("A").point([0] * 128 + [255] * 128)
        frame.paste(255, mask=Image.eval(covered, lambda value: 255 - value))
    return frame


def apng_bytes(
    pictures: Sequence[Image.Image], times: Sequence[int], loop: bool, text: dict[str, str], xmp: str | None
) -> bytes:
    """Lossless, with all of alpha; any viewer of PNGs shows its first frame."""
    chunks = PngImagePlugin.PngInfo()
    for key, value in text.items():
        chunks.add_itxt(key, value)
    if xmp:
        chunks.add_itxt("XML:com.adobe.xmp", xmp)
    stream = io.BytesIO()
    pictures[0].save(
        stream, "PNG", save_all=True, append_images=list(pictures[1:]), duration=list(times), loop=0 if loop else 1,
        disposal=PngImagePlugin.Disposal.OP_NONE, blend=PngImagePlugin.Blend.OP_SOURCE, pnginfo=chunks,
    )  # fmt: skip
    return stream.getvalue()


def webp_bytes(
    pictures: Sequence[Image.Image], times: Sequence[int], loop: bool, _: dict[str, str], xmp: str | None
) -> bytes:
    """Small, with all of alpha, lossless.

    Up to `kmax` frames tell only what changed since the one before. From `kmin` on each is written both ways and the shorter
    kept: beginning there late makes files by a ten-thousandth longer, and takes 30 % less time than from 9 on.
    """
    stream = io.BytesIO()
    pictures[0].save(
        stream, "WebP", save_all=True, append_images=list(pictures[1:]), duration=list(times), loop=0 if loop else 1,
        lossless=True, quality=60, method=3, kmin=15, kmax=17, xmp=(xmp or "").encode(),
    )  # fmt: skip
    return stream.getvalue()


def save_mp4(frames: Iterable[np.ndarray], path: Path, fps: float, comment: str, background: str) -> Path:
    """H.264 that every browser plays; odd sides get a line more, because colours are stored for two by two pixels."""
    av = find_av()
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as film:
        film.metadata["comment"] = comment
        track = None
        for frame in frames:
            shown = on_colour(frame, background)
            if track is None:
                track = film.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
                track.width, track.height = shown.shape[1], shown.shape[0]
                track.pix_fmt = "yuv420p"
                track.options = {"crf": "16", "preset": "medium"}
            for packet in track.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")):
                film.mux(packet)
        if track is not None:
            for packet in track.encode():
                film.mux(packet)
    write_atomically(path, stream.getvalue())
    return path


def on_colour(frame: np.ndarray, colour: str) -> np.ndarray:
    """uint8 (H, W, C), straight alpha -> uint8 (H, W, 3) on a colour, with even sides."""
    picture = as_picture(frame).convert("RGBA")
    try:
        below = Image.new("RGBA", picture.size, colour)
    except ValueError:
        raise UsageError(f"'{colour}' is no colour. Write a name or #rrggbb.") from None
    shown = np.asarray(Image.alpha_composite(below, picture).convert("RGB"))
    odd = (shown.shape[0] % 2, shown.shape[1] % 2)
    return np.ascontiguousarray(np.pad(shown, ((0, odd[0]), (0, odd[1]), (0, 0)), mode="edge"))


def find_av() -> Any:
    """PyAV. Raises MissingExtra when it is not installed."""
    try:
        import av
    except ImportError:
        raise MissingExtra("Writing MP4", "video") from None
    return av


def read_carried(path: Path | bytes) -> dict[str, str]:
    """The texts that a picture or moving picture carries: of PNG and APNG its chunks, of GIF and MP4 {"pinxit": comment},
    of WebP {"XML:com.adobe.xmp": xmp}. Decodes no frame. Raises PictureError for other files.
    """
    with reading(path) as (stream, _name):
        head = stream.read(64)
        stream.seek(0)
        kind = kind_of(head)
        if kind == "GIF":
            comment = GifImagePlugin.GifImageFile(stream).info.get("comment", b"")
            return {"pinxit": comment.decode("utf-8", "replace") if isinstance(comment, bytes) else str(comment)}
        if kind == "WebP":
            xmp = WebPImagePlugin.WebPImageFile(stream).info.get("xmp", b"")
            return {"XML:com.adobe.xmp": xmp.decode("utf-8", "replace")}
        if head[4:8] == b"ftyp" and kind is None:
            return {"pinxit": comment_in(stream.read())}
    return read_text(path)


def comment_in(film: bytes) -> str:
    """The comment of an MP4: the box moov/udta/meta/ilst/©cmt/data, found without a decoder; empty where there is none.

    Source: ISO/IEC 14496-12, section 4.2 (boxes: a length, a name, what is inside), and Apple's QuickTime file format.
    """
    inside = film
    for name, skipped in ((b"moov", 0), (b"udta", 0), (b"meta", 4), (b"ilst", 0), (b"\xa9cmt", 0), (b"data", 8)):
        place, found = 0, None
        while found is None and place + 8 <= len(inside):
            length = int.from_bytes(inside[place : place + 4], "big")
            if length < 8:  # 0 and 1 are for boxes of gigabytes, which ours are not
                return ""
            if inside[place + 4 : place + 8] == name:
                found = inside[place + 8 + skipped : place + length]
            place += length
        if found is None:
            return ""
        inside = found
    return inside.decode("utf-8", "replace")
