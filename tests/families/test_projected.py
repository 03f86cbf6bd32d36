"""Projected GAN: the parts that are its own. What every family must do is in test_every_family.py."""

import pytest
import torch
import torch.nn.functional as F

from pinxit.families.contract import Canvas
from pinxit.families.projected.entry import FAMILY, ProjectedSettings
from pinxit.families.projected.generator import Generator
from pinxit.families.projected.pytorch import Projected
from pinxit.networks.critics import Critic, Judge, PixelCritic, Projection, SpectralConv
from pinxit.networks.dice import Dice
from pinxit.networks.features import TAP_CHANNELS
from pinxit.networks.pictures import on_background
from pinxit.training.feature_game import liveliness
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

CANVAS = Canvas(32, 32, 4)
SMALL = {"size": (32, 32), "batch": 4, "width": 8, "critic_width": 8, "pixel_width": 8, "latents": 16}


def recipe(**values) -> Projected:
    torch.manual_seed(0)
    built = Projected(ProjectedSettings(**(SMALL | values)), CANVAS, Dice(0))
    place_parts(built.parts, torch.device("cpu"))
    return built


def batch(count: int = 4) -> Batch:
    pictures = torch.rand(count, 4, 32, 32, generator=torch.manual_seed(1)) * 2 - 1
    return Batch(pictures, torch.zeros(count, 0, dtype=torch.int64))


def test_the_defaults_are_the_quick_preset() -> None:
    assert FAMILY.preset("quick") == ProjectedSettings()


@pytest.mark.parametrize("seamless", ["no", "both"])
def test_a_picture_does_not_depend_on_the_others_in_its_batch(seamless: str) -> None:
    generator = Generator(CANVAS, latents=16, width=8, seamless=seamless)
    labels = torch.zeros(8, 0, dtype=torch.int64)
    for _ in range(20):
        generator(torch.randn(8, 16), labels)  # batch statistics
    generator.eval()
    latents = torch.randn(8, 16)
    with torch.no_grad():
        together = generator(latents, labels)
        alone = torch.cat([generator(latents[i : i + 1], labels[i : i + 1]) for i in range(8)])
    assert (together - alone).abs().max() < 2 / 255  # [-1, 1]: one step of 255


def test_projections_come_from_the_seed_and_nothing_else() -> None:
    torch.manual_seed(1)
    first = Projection(TAP_CHANNELS, 8, seed=3).state_dict()
    torch.manual_seed(2)
    again, other = Projection(TAP_CHANNELS, 8, seed=3).state_dict(), Projection(TAP_CHANNELS, 8, seed=4).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


def test_every_scale_reaches_the_shallowest_head() -> None:
    project = Projection(TAP_CHANNELS, 8, seed=0)
    taps = [torch.randn(1, c, 16 >> i, 16 >> i, requires_grad=True) for i, c in enumerate(TAP_CHANNELS)]
    project(taps)[0].sum().backward()
    assert all(tap.grad is not None and tap.grad.abs().max() > 0 for tap in taps)


def test_spectral_convolution_finds_the_largest_singular_value() -> None:
    conv = SpectralConv(3, 6, 3, bias=False)
    torch.nn.init.normal_(conv.weight)
    inputs = torch.randn(1, 3, 5, 5)
    for _ in range(50):
        scaled = conv(inputs)
    largest = torch.linalg.matrix_norm(conv.weight.flatten(1), ord=2)
    torch.testing.assert_close(scaled, F.conv2d(inputs, conv.weight, padding=1) / largest, rtol=1e-3, atol=1e-4)


def test_backgrounds_show_only_through_what_is_transparent() -> None:
    pictures = torch.full((2, 4, 2, 2), -1.0)
    pictures[0] = 1.0  # opaque white
    shown = on_background(pictures, Dice(0))
    assert torch.equal(shown[0], torch.ones(3, 2, 2))
    assert torch.equal(shown[1], shown[1][:, :1, :1].expand(-1, 2, 2))
    assert shown[1].abs().max() <= 1
    assert torch.equal(on_background(pictures[:, :1], Dice(0))[:, 2], pictures[:, 0])


def test_scores_know_how_varied_a_batch_was_before_its_norms() -> None:
    judge, normed = Judge(4, 8, ()), torch.randn(16, 8, 3, 3)
    varied = torch.randn(16, 4, 6, 6)
    same = varied[:1].expand(16, -1, -1, -1)
    labels = torch.zeros(16, 0, dtype=torch.int64)
    assert (judge(varied, normed, labels) - judge(same, normed, labels)).abs().mean() > 0.01


def test_the_critic_has_a_map_of_scores_for_each_tap() -> None:
    taps = [torch.randn(4, c, 8 >> i, 8 >> i) for i, c in enumerate(TAP_CHANNELS)]
    labels = torch.tensor([[0], [1], [-1], [2]])
    scores = Critic(4, 8, class_counts=(3,), seed=0)(taps, labels)
    assert len(scores) == 4
    assert all(len(map_) == 4 and map_.dtype == torch.float32 for map_ in scores)


def test_the_critic_of_pixels_judges_pictures_one_by_one() -> None:
    critic, pictures = PixelCritic(4, 8, (3,)), torch.randn(4, 4, 32, 32)
    labels = torch.tensor([[0], [1], [-1], [2]])
    together = critic(pictures, labels)
    assert together.shape == (4,)
    torch.testing.assert_close(critic(pictures[1:2], labels[1:2]), together[1:2])
    assert (critic(pictures, labels.roll(1, 0)) - together).abs().max() > 0


@pytest.mark.parametrize("accumulate", [1, 2])
def test_a_step_changes_both_players_and_leaves_no_pictures_behind(accumulate: int) -> None:
    built = recipe()
    before = {name: [value.clone() for value in part.parameters()] for name, part in built.parts.items()}
    news = built.step(batch(), 0, Update(accumulate=accumulate))
    assert {"generator_loss", "critic_loss", "sure_of_real", "energy"} <= news.keys()
    assert not built.game.seen_last
    for name, old in before.items():
        assert any(not torch.equal(one, two) for one, two in zip(old, built.parts[name].parameters(), strict=True))


def test_augmentation_adapts_to_how_sure_the_critic_is() -> None:
    built = recipe(augment=0.5, augment_target=0.01)
    built.step(batch(), 0, Update())
    assert built.state["augment"] != 0.5


def test_step_sizes_come_to_rest_in_the_last_share_of_the_run() -> None:
    built = recipe(seen=1000, settle=0.2, learning_rate=1e-3)
    rates = {}
    for seen in (0, 800, 900, 1000):
        built.step(batch(), seen, Update())
        rates[seen] = {group["lr"] for optimizer in built.optimizers.values() for group in optimizer.param_groups}
    assert rates == {0: {1e-3}, 800: {1e-3}, 900: {5e-4}, 1000: {0.0}}
    assert liveliness(ProjectedSettings(settle=0.0), 400_000) == 1.0


def test_one_tap_and_no_pixels_train_too() -> None:
    news = recipe(taps=1, pixel_width=0, features_at=64, energy_share=0).step(batch(), 0, Update())
    assert all(value.isfinite() for value in news.values())
