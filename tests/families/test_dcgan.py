import pytest
import torch

from pinxit.families.contract import Canvas
from pinxit.families.dcgan.entry import FAMILY, DcganSettings
from pinxit.families.dcgan.networks import Critic
from pinxit.families.dcgan.pytorch import Dcgan
from pinxit.networks.dice import Dice
from pinxit.objectives.adversarial import OBJECTIVES
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

SMALL = {"size": (32, 32), "width": 8, "critic_width": 8, "batch": 4}


def parameters(network):
    return sum(weight.numel() for weight in network.parameters())


def some_batch(canvas, count=4):
    pictures = torch.rand(count, canvas.channels, canvas.height, canvas.width) * 2 - 1
    labels = torch.zeros(count, len(canvas.classes), dtype=torch.int64)
    return Batch(pictures.to(memory_format=torch.channels_last), labels)


def test_tutorial_preset_has_the_tutorials_networks():
    settings = FAMILY.presets["tutorial"]
    canvas = Canvas(64, 64, 3)
    generator = Dcgan.build_generator(settings, canvas)
    assert parameters(generator) == 3_576_704
    assert parameters(Critic(canvas, width=settings.critic_width, norm=settings.critic_norm)) == 2_765_568


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_trains(objective):
    canvas = Canvas(32, 32, 3)
    torch.manual_seed(0)
    recipe = Dcgan(DcganSettings(**SMALL, objective=objective), canvas, Dice(0))
    before = {name: value.clone() for name, value in recipe.parts["average"].state_dict().items()}
    for seen in (0, 4):
        news = recipe.step(some_batch(canvas), seen, Update())
    assert all(value.isfinite() for value in news.values())
    changed = recipe.parts["average"].state_dict()
    assert all(not torch.equal(before[name], changed[name]) for name in before)


@pytest.mark.parametrize("norm", ["batch", "spectral", "none"])
def test_every_critic_judges(norm):
    canvas = Canvas(48, 32, 4, {"mood": ("calm", "wild")})
    critic = Critic(canvas, width=8, norm=norm)
    batch = some_batch(canvas)
    scores = critic(batch.pictures, batch.labels)
    assert scores.shape == (4,)
    other = critic(batch.pictures, batch.labels + 1)
    assert not torch.equal(scores, other)


@pytest.mark.parametrize("seamless, axes", [("x", (3,)), ("both", (2, 3))])
def test_seamless_pictures_have_no_edge(seamless, axes):
    """Turning every map inside the generator must turn the picture: then no layer knows where the edge is."""
    torch.manual_seed(0)
    settings = DcganSettings(**SMALL, seamless=seamless)
    generator = Dcgan.build_generator(settings, Canvas(32, 32, 3)).eval()
    grid = torch.randn(2, 32, 4, 4)
    painted = generator.layers(grid)
    turned = generator.layers(torch.roll(grid, [1] * len(axes), axes))
    torch.testing.assert_close(turned, torch.roll(painted, [8] * len(axes), axes))


def test_averaged_pictures_do_not_depend_on_the_batch():
    canvas = Canvas(32, 32, 3)
    recipe = Dcgan(DcganSettings(**SMALL), canvas, Dice(0))
    recipe.step(some_batch(canvas), 0, Update())
    latents, labels = torch.randn(5, 100), torch.zeros(5, 0, dtype=torch.int64)
    torch.testing.assert_close(recipe.preview(latents[2:3], labels[:1]), recipe.preview(latents, labels)[2:3])
