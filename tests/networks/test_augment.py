import pytest
import torch

from pinxit.networks.augment import adapt, augment, cut_out, roll, shift
from pinxit.networks.dice import Dice


def pictures(channels=4, count=6, size=(16, 24)):
    """Premultiplied pictures in [-1, 1]."""
    made = torch.rand(count, channels, size[1], size[0], generator=torch.Generator().manual_seed(1))
    if channels == 4:
        made[:, 3] = (made[:, 3] > 0.5).float()
        made[:, :3] *= made[:, 3:]
    return (made * 2 - 1).to(memory_format=torch.channels_last)


def test_strength_zero_is_the_input_itself():
    made = pictures()
    assert augment(made, 0.0, Dice(0)) is made


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("seamless", ["no", "x", "both"])
def test_every_kind_of_picture(channels, seamless):
    made = pictures(channels).requires_grad_()
    changed = augment(made, 1.0, Dice(0), seamless=seamless)
    assert changed.shape == made.shape
    assert changed.is_contiguous(memory_format=torch.channels_last)
    assert not torch.equal(changed, made)
    changed.square().sum().backward()
    assert made.grad is not None
    assert made.grad.isfinite().all()
    again = augment(made, 1.0, Dice(0), seamless=seamless)
    assert torch.equal(changed, again)


def test_transparent_cells_stay_transparent_black():
    changed = augment(pictures(4), 1.0, Dice(3))
    clear = changed[:, 3] == -1
    assert clear.any()
    assert torch.allclose(changed[:, :3].permute(1, 0, 2, 3)[:, clear], torch.tensor(-1.0))


def test_strength_is_the_share_that_changes():
    made = pictures(3, count=400, size=(8, 8))
    changed = augment(made, 0.2, Dice(0))
    share = ((changed - made).abs() > 1e-5).flatten(1).any(dim=1).float().mean().item()
    assert share == pytest.approx(1 - 0.8**3, abs=0.08)


def test_two_processes_see_the_same_as_one():
    made = pictures(4, count=8)
    whole = augment(made, 0.5, Dice(0))
    halves = [augment(made[4 * rank : 4 * rank + 4], 0.5, Dice(0, rank=rank, world=2)) for rank in (0, 1)]
    torch.testing.assert_close(torch.cat(halves), whole)


def test_shift_moves_and_empties():
    made = pictures(4, count=2)
    moved = shift(made, torch.tensor([3, -2]), torch.tensor([0, 1]), "no")
    torch.testing.assert_close(moved[0, :, :, 3:], made[0, :, :, :-3])
    assert (moved[0, :, :, :3] == -1).all()
    torch.testing.assert_close(moved[1, :, 1:, :-2], made[1, :, :-1, 2:])


def test_roll_turns_only_seamless_axes():
    made = pictures(3, count=5)
    assert roll(made, "no", Dice(0)) is made
    turned = roll(made, "x", Dice(0))
    assert not torch.equal(turned, made)
    torch.testing.assert_close(turned.sum(dim=3), made.sum(dim=3))


def test_a_seamless_hole_wraps():
    made = pictures(3, count=64)
    whole = cut_out(made, torch.ones(64, dtype=torch.bool), Dice(0), "both")
    assert ((whole == 0).flatten(1).sum(dim=1) // 3).unique().numel() == 1


def test_the_dial_turns_towards_the_target():
    assert adapt(0.5, 0.9, 0.6, 1_000, 100_000) == pytest.approx(0.51)
    assert adapt(0.005, 0.1, 0.6, 1_000, 100_000) == 0
    assert adapt(0.5, 0.6, 0.6, 1_000) == 0.5
