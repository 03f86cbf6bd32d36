"""Colour: any picture mode becomes plain 8-bit sRGB grey, RGB or RGBA; alpha is multiplied in and out."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms


def to_plain(picture: Image.Image) -> Image.Image:
    """Any Pillow picture -> mode "L", "RGB" or "RGBA", 8 bits, sRGB.

    RGBA comes back only where some pixel is not fully opaque. A colour profile that is damaged or does not fit the
    picture is left out, as browsers do.
    """
    profile = picture.info.get("icc_profile")
    picture = _to_eight_bits(picture)
    if profile and picture.mode in ("L", "RGB", "RGBA", "CMYK"):
        picture = _to_srgb(picture, profile)
    if picture.mode == "CMYK":
        picture = picture.convert("RGB")
    if picture.mode == "RGBA" and _opaque(picture):
        picture = picture.convert("RGB")
    picture.info = {}  # what a stranger's file says about itself goes no further
    return picture


def _opaque(picture: Image.Image) -> bool:
    return picture.getchannel("A").getextrema()[0] == 255


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    mode = picture.mode
    if mode in ("L", "RGB") and "transparency" not in picture.info:
        return picture
    if mode in ("RGBA", "CMYK"):
        return picture
    if mode in ("I", "F") or mode.startswith("I;"):
        return Image.fromarray(_stretch(np.asarray(picture), mode))
    if mode == "1":
        return picture.convert("L")
    if mode == "LAB":
        return _through_profiles(picture, ImageCms.createProfile("LAB"), "RGB")
    has_alpha = mode in ("LA", "PA", "La", "RGBa") or "transparency" in picture.info
    if mode == "LA" and _opaque(picture):
        return picture.convert("L")
    if mode == "La":
        picture = picture.convert("LA")
    return picture.convert("RGBA" if has_alpha else "RGB")


def _stretch(values: np.ndarray, mode: str) -> np.ndarray:
    """(H, W) numbers of 16 or 32 bits -> uint8.

    16 bits by their full scale; what already lies in 0..255 as it is; floats in 0..1 times 255; others by their range.
    """
    values = values.astype(np.float32)
    if not np.isfinite(values).all():
        raise ValueError("it holds numbers that are not finite")
    low, high = float(values.min()), float(values.max())
    if mode == "F" and low >= 0 and high <= 1:
        return np.rint(values * 255).astype(np.uint8)
    if mode in ("F", "I") and low >= 0 and high <= 255:
        return np.rint(values).astype(np.uint8)
    if mode != "F" and low >= 0 and high <= 65535:
        return np.rint(values / 257).astype(np.uint8)
    return np.rint((values - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    if b"sRGB" in profile[:4096] or b"s\0R\0G\0B" in profile[:4096]:
        return picture  # most profiles in the world say what is assumed anyway
    try:
        if picture.mode == "RGBA":
            colours = _through_profile_bytes(picture.convert("RGB"), profile, "RGB")
            colours.putalpha(picture.getchannel("A"))
            return colours
        converted = _through_profile_bytes(picture, profile, "RGB")
        return converted.convert("L") if picture.mode == "L" else converted
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture


def _through_profile_bytes(picture: Image.Image, profile: bytes, mode: str) -> Image.Image:
    changed = _transform(profile, picture.mode, mode).apply(picture)
    return changed


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode_in: str, mode_out: str) -> ImageCms.ImageCmsTransform:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode_in, mode_out)


def _through_profiles(picture: Image.Image, source, mode: str) -> Image.Image:
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), picture.mode, mode).apply(picture)


def to_premultiplied(rgba: np.ndarray) -> np.ndarray:
    """Straight RGBA (..., 4) uint8 -> premultiplied RGBA (..., 4) uint8, rounded to nearest."""
    assert (rgba.dtype, rgba.shape[-1]) == (np.uint8, 4)
    colours = rgba[..., :3].astype(np.uint16)
    alpha = rgba[..., 3:].astype(np.uint16)
    result = np.empty_like(rgba)
    result[..., :3] = (colours * alpha + 127) // 255  # 255 * 255 + 127 still fits 16 bits
    result[..., 3:] = rgba[..., 3:]
    return result


def from_premultiplied(rgba: np.ndarray) -> np.ndarray:
    """Premultiplied RGBA (..., 4) uint8 -> straight RGBA (..., 4) uint8, rounded; black where alpha is 0.

    Colours brighter than their alpha (a network may paint them) are held at 255.
    """
    assert (rgba.dtype, rgba.shape[-1]) == (np.uint8, 4)
    colours = rgba[..., :3].astype(np.uint32)
    alpha = rgba[..., 3:].astype(np.uint32)
    result = np.empty_like(rgba)
    safe = np.maximum(alpha, 1)
    straight = np.minimum((colours * 255 + safe // 2) // safe, 255)
    result[..., :3] = np.where(alpha == 0, 0, straight)
    result[..., 3:] = rgba[..., 3:]
    return result


def bled(picture: Image.Image) -> Image.Image:
    """RGBA -> RGB: where it is clear, the colours of what is nearest, so that no foreign colour touches an edge."""
    colours = picture.convert("RGBa")
    whole = Image.new("RGBA", picture.size, (0, 0, 0, 255))
    step = 1 << max(picture.size).bit_length()
    while step > 1:  # from the mean of all to the closest neighbours, each laid over the one before
        width, height = (max(1, -(-side // step)) for side in picture.size)
        small = np.array(colours.resize((width, height), Image.Resampling.BOX).convert("RGBA"))
        small[..., 3] = np.where(small[..., 3], 255, 0)
        layer = Image.fromarray(small).convert("RGBa").resize(picture.size, Image.Resampling.BILINEAR).convert("RGBA")
        whole.alpha_composite(layer)
        step //= 2
    whole.alpha_composite(picture)
    return whole.convert("RGB")
