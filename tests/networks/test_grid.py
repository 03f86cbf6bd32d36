import pytest

from pinxit.errors import UsageError
from pinxit.networks.grid import base_grid


@pytest.mark.parametrize(
    "size, grid",
    [
        ((64, 64), (4, 4, 4)),
        ((96, 64), (6, 4, 4)),
        ((64, 128), (4, 8, 4)),
        ((32, 32), (4, 4, 3)),
        ((256, 256), (4, 4, 6)),
        ((48, 48), (6, 6, 3)),
        ((16, 16), (4, 4, 2)),
    ],
)
def test_grows_to_the_size(size, grid):
    assert base_grid(*size) == grid


@pytest.mark.parametrize("size, nearest", [((65, 64), "64x64 or 80x64"), ((100, 100), "96x96 or 112x112")])
def test_names_the_nearest_sizes(size, nearest):
    with pytest.raises(UsageError, match=nearest):
        base_grid(*size)


def test_refuses_tiny_pictures():
    with pytest.raises(UsageError, match="too small"):
        base_grid(8, 4)


def named_instead(width, height):
    try:
        base_grid(width, height)
    except UsageError as error:
        return str(error).partition("--size ")[2].rstrip(".").split(" or ")
    return []


def test_every_named_size_works():
    for width in range(8, 300):
        for height in (8, 33, 64, 127, 200):
            for size in named_instead(width, height):
                base_grid(*map(int, size.split("x")))
