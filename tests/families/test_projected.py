"""Projected GAN: the parts that are its own. What every family must do is in test_every_family.py."""

import pytest
import torch

from pinxit.families.contract import Canvas
from pinxit.families.projected.entry import FAMILY, ProjectedSettings
from pinxit.families.projected.generator import Generator
from pinxit.families.projected.pytorch import Projected
from pinxit.networks.dice import Dice
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch
from pinxit.training.settling import liveliness
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


def test_one_that_learns_to_complete_is_looked_at_while_it_completes() -> None:
    built = recipe(completes=True)
    news = built.step(batch(), 0, Update())
    assert news["missed"] > 0
    assert built.for_checkup is not None
    real = batch().pictures
    filled = built.for_checkup(torch.randn(4, 16), batch().labels, real)
    same = (filled == real).all(dim=1).flatten(1).float().mean(dim=1)
    assert ((same > 0.05) & (same < 0.99)).any()
    assert recipe().for_checkup is None
