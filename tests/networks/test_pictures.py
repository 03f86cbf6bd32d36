"""Between picture bytes and what networks see."""

import torch

from pinxit.networks.dice import Dice
from pinxit.networks.pictures import on_background


def test_backgrounds_show_only_through_what_is_transparent() -> None:
    pictures = torch.full((2, 4, 2, 2), -1.0)
    pictures[0] = 1.0  # opaque white
    shown = on_background(pictures, Dice(0))
    assert torch.equal(shown[0], torch.ones(3, 2, 2))
    assert torch.equal(shown[1], shown[1][:, :1, :1].expand(-1, 2, 2))
    assert shown[1].abs().max() <= 1
    assert torch.equal(on_background(pictures[:, :1], Dice(0))[:, 2], pictures[:, 0])
