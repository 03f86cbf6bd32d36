"""Augmentation the gradient passes through, in TensorFlow: see `pinxit.networks.augment`, whose numbers these are."""

from typing import Any

from pinxit.keras_training.backend import tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.layers import Seamless, wraps
from pinxit.networks.dial import HOLE, LARGEST_SHIFT


def as_judged(pictures: Any, seamless: Seamless, strength: Any, dice: Dice, *, augmenting: bool) -> Any:
    """Pictures (N, H, W, C) as a critic sees them: rolled along seamless axes and augmented.

    strength    scalar tensor, so that it can change without another trace of the step
    augmenting  whether it is above zero
    """
    pictures = roll(pictures, seamless, dice)
    return augment(pictures, strength, dice, seamless=seamless) if augmenting else pictures


def augment(pictures: Any, strength: Any, dice: Dice, *, seamless: Seamless = "no") -> Any:
    """(N, H, W, C) in [-1, 1], premultiplied -> the same shape. Each kind of change comes with probability `strength`."""
    happens = dice.uniform(pictures.shape[0], 3) < strength
    pictures = change_colours(pictures, tf.cast(happens[:, :1], tf.float32), dice)
    pictures = move(pictures, happens[:, 1], dice, seamless)
    return cut_out(pictures, happens[:, 2], dice, seamless)


def roll(pictures: Any, seamless: Seamless, dice: Dice) -> Any:
    """(N, H, W, C) -> each picture turned round by a random way along the seamless axes; the others stay."""
    if seamless == "no":
        return pictures
    count, height, width = pictures.shape[:3]
    right = dice.integers(0, width, count) * int(wraps(seamless, "x"))
    down = dice.integers(0, height, count) * int(wraps(seamless, "y"))
    return shift(pictures, right, down, seamless)


def change_colours(pictures: Any, amount: Any, dice: Dice) -> Any:
    """Brightness, saturation and contrast. `amount` (N, 1): 1 change, 0 leave. Alpha stays; still premultiplied."""
    random = dice.uniform(pictures.shape[0], 3)
    brightness = each((random[:, :1] - 0.5) * amount)
    saturation = each(1 + (2 * random[:, 1:2] - 1) * amount)
    contrast = each(1 + (random[:, 2:] - 0.5) * amount)
    colours, alpha = split(pictures)
    if colours.shape[-1] == 3:
        grey = tf.reduce_mean(colours, axis=3, keepdims=True)
        colours = grey + (colours - grey) * saturation
    there = tf.reduce_mean(alpha, axis=(1, 2, 3), keepdims=True)
    mean = tf.reduce_mean(colours, axis=(1, 2, 3), keepdims=True) / tf.maximum(there, 1e-3)
    colours = (colours - mean * alpha) * contrast + (mean + brightness) * alpha
    return join(colours, alpha, pictures.shape[-1])


def move(pictures: Any, happens: Any, dice: Dice, seamless: Seamless) -> Any:
    """Shift by up to an eighth of the sides. `happens` (N,) bool."""
    count, height, width = pictures.shape[:3]
    reach_x, reach_y = max(1, round(width * LARGEST_SHIFT)), max(1, round(height * LARGEST_SHIFT))
    happens = tf.cast(happens, tf.int64)
    right = dice.integers(-reach_x, reach_x + 1, count) * happens
    down = dice.integers(-reach_y, reach_y + 1, count) * happens
    return shift(pictures, right, down, seamless)


def shift(pictures: Any, right: Any, down: Any, seamless: Seamless) -> Any:
    """(N, H, W, C), moved by `right` and `down` (N,) cells each. Wraps along seamless axes, else moves in emptiness."""
    height, width = pictures.shape[1:3]
    from_x = tf.range(width, dtype=tf.int64) - right[:, None]  # (N, W)
    from_y = tf.range(height, dtype=tf.int64) - down[:, None]  # (N, H)
    inside_x, inside_y = from_x % width, from_y % height
    moved = tf.gather(tf.gather(pictures, inside_y, axis=1, batch_dims=1), inside_x, axis=2, batch_dims=1)
    outside_x = tf.zeros_like(from_x, tf.bool) if wraps(seamless, "x") else from_x != inside_x
    outside_y = tf.zeros_like(from_y, tf.bool) if wraps(seamless, "y") else from_y != inside_y
    return tf.where((outside_y[:, :, None] | outside_x[:, None, :])[..., None], emptiness(pictures), moved)


def cut_out(pictures: Any, happens: Any, dice: Dice, seamless: Seamless) -> Any:
    """Empty a rectangle of half the sides about a random cell. `happens` (N,) bool."""
    count, height, width = pictures.shape[:3]
    centre = dice.uniform(count, 2)
    near_x = near(centre[:, 0], width, wraps(seamless, "x"))  # (N, W)
    near_y = near(centre[:, 1], height, wraps(seamless, "y"))  # (N, H)
    hole = (near_y[:, :, None] & near_x[:, None, :])[..., None] & each(happens)
    return tf.where(hole, emptiness(pictures), pictures)


def near(centre: Any, length: int, circular: bool) -> Any:
    """(N,) centres in [0, 1) -> (N, length) bool: cells within half a hole of the centre."""
    away = tf.abs(tf.range(length, dtype=tf.float32) - tf.floor(centre[:, None] * length))
    if circular:
        away = tf.minimum(away, length - away)
    return away < length * HOLE / 2


def emptiness(pictures: Any) -> float:
    """What there is where there is no picture: transparent (premultiplied: all -1), or mid-grey without alpha."""
    return -1.0 if pictures.shape[-1] == 4 else 0.0


def split(pictures: Any) -> tuple[Any, Any]:
    """[-1, 1] -> colours (N, H, W, 1 or 3) premultiplied and alpha (N, H, W, 1), both in [0, 1]."""
    parts = (pictures + 1) / 2
    if pictures.shape[-1] == 4:
        return parts[..., :3], parts[..., 3:]
    return parts, tf.ones_like(parts[..., :1])


def join(colours: Any, alpha: Any, channels: int) -> Any:
    """The opposite of `split`."""
    parts = tf.concat([colours, alpha], axis=-1) if channels == 4 else colours
    return parts * 2 - 1


def each(values: Any) -> Any:
    """(N,) or (N, 1) -> (N, 1, 1, 1): one value for each picture."""
    return tf.reshape(values, (-1, 1, 1, 1))
