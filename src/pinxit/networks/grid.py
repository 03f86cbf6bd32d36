"""The small grid a picture grows from: 64x64 from 4x4 by four doublings, 96x64 from 6x4. No torch."""

from pinxit.errors import UsageError

SHORTEST_BASE = 4
"""The shorter side of the base grid is 4 to 7 cells, so that its features span a fair part of the picture."""


def base_grid(width: int, height: int) -> tuple[int, int, int]:
    """(columns, rows, doublings): `columns` x `rows` doubled so many times is `width` x `height`.

    Raises UsageError that names the nearest sizes when both sides cannot be halved often enough, which the shorter side
    decides: 32 to 63 pixels are halved three times, 64 to 127 four times, 128 to 255 five times, and so on.
    """
    doublings = (min(width, height) // SHORTEST_BASE).bit_length() - 1
    if doublings < 1:
        raise UsageError(f"A picture of {width}x{height} is too small to grow by doubling. Try a size of 16 or more.")
    cell = 2**doublings
    if width % cell or height % cell:
        nearest = " or ".join(f"{side[0]}x{side[1]}" for side in neighbours(width, height, cell))
        raise UsageError(
            f"A picture of {width}x{height} cannot be grown by doubling a small grid: with a shorter side of "
            f"{min(width, height)}, both sides must be multiples of {cell}. Try --size {nearest}."
        )
    return width // cell, height // cell, doublings


def neighbours(width: int, height: int, cell: int) -> list[tuple[int, int]]:
    """The sizes just below and just above that are multiples of `cell` and can be grown."""
    below = (max(1, width // cell) * cell, max(1, height // cell) * cell)
    above = (-(-width // cell) * cell, -(-height // cell) * cell)
    return [size for size in dict.fromkeys((below, above)) if can_grow(*size)]


def can_grow(width: int, height: int) -> bool:
    """Whether `base_grid` accepts this size."""
    doublings = (min(width, height) // SHORTEST_BASE).bit_length() - 1
    return doublings >= 1 and width % 2**doublings == 0 and height % 2**doublings == 0
