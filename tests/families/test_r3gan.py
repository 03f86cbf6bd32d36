import pytest
import torch

from pinxit.families.contract import Canvas
from pinxit.families.r3gan.entry import FAMILY, R3ganSettings
from pinxit.families.r3gan.networks import Critic
from pinxit.families.r3gan.pytorch import R3gan
from pinxit.families.r3gan.schedules import cosine, schedule
from pinxit.networks.dice import Dice
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

SMALL = {"size": (32, 32), "width": 16, "widest": 32, "batch": 8}


def some_batch(canvas, count=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    pictures = torch.rand(count, canvas.channels, canvas.height, canvas.width, generator=generator) * 2 - 1
    labels = torch.zeros(count, len(canvas.classes), dtype=torch.int64)
    return Batch(pictures.to(memory_format=torch.channels_last), labels)


def begun(canvas, dice=None, **values):
    torch.manual_seed(0)
    recipe = R3gan(R3ganSettings(**SMALL | values), canvas, dice or Dice(0))
    with torch.no_grad():  # blocks add nothing at first; here they should count
        for name, weight in [*recipe.generator.named_parameters(), *recipe.critic.named_parameters()]:
            if "widen" in name:
                weight.normal_(0, 0.1)
    return recipe


def test_schedules_are_pure_functions_of_pictures_seen():
    settings = R3ganSettings(burn_in=1000)
    start, middle, end = schedule(settings, 0), schedule(settings, 500), schedule(settings, 5000)
    assert start.learning_rate == settings.learning_rate
    assert start.augment == start.ema_half_life == 0
    assert middle.gamma == pytest.approx((settings.gamma + settings.gamma_end) / 2)
    assert end.learning_rate == settings.learning_rate_end
    assert end.beta2 == settings.beta2_end
    assert end.ema_half_life == settings.ema_half_life
    assert cosine(1, 0, 250, 1000) == pytest.approx((1 + 0.5**0.5) / 2)


def test_penalties_come_every_few_steps_and_weigh_as_much_more():
    canvas = Canvas(32, 32, 3)
    rare, often = begun(canvas, penalty_every=4), begun(canvas, penalty_every=1)
    batch = some_batch(canvas)
    taken = []
    for step in range(8):
        rare.follow_schedule(step * 8)
        taken.append(rare.penalise)
    assert taken == [True, False, False, False] * 2
    rare.follow_schedule(0)
    often.follow_schedule(0)
    rare_loss, news = rare.critic_loss(batch)
    often_loss, _ = often.critic_loss(batch)
    torch.testing.assert_close(
        rare_loss - news["critic_loss"], 4 * (often_loss - news["critic_loss"]), rtol=1e-3, atol=1e-5
    )


def test_two_processes_see_what_one_sees():
    """Float32, half the batch each, gradients averaged by hand: the losses and weights of one process."""
    canvas = Canvas(32, 32, 4)
    settings = {"precision": "float32", "augment": 0.5, "burn_in": 32, "penalty_every": 2}
    alone = begun(canvas, **settings)
    pair = [begun(canvas, Dice(0, rank=rank, world=2), **settings) for rank in (0, 1)]
    for step in range(3):
        batch = some_batch(canvas, seed=step)
        alone.follow_schedule(step * 8)
        whole, _ = alone.critic_loss(batch)
        halves = []
        for rank, recipe in enumerate(pair):
            recipe.follow_schedule(step * 8)
            halves.append(recipe.critic_loss(batch.parts(2)[rank])[0])
        torch.testing.assert_close(sum(halves) / 2, whole, rtol=1e-5, atol=1e-5)
        ours = torch.autograd.grad(whole, list(alone.critic.parameters()))
        theirs = [
            torch.autograd.grad(half, list(recipe.critic.parameters()))
            for half, recipe in zip(halves, pair, strict=True)
        ]
        for one, first, second in zip(ours, *theirs, strict=True):
            torch.testing.assert_close((first + second) / 2, one, rtol=1e-4, atol=1e-5)
        whole, _ = alone.generator_loss(batch)
        halves = [recipe.generator_loss(batch.parts(2)[rank])[0] for rank, recipe in enumerate(pair)]
        torch.testing.assert_close(sum(halves) / 2, whole, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seamless, axes", [("y", (2,)), ("both", (2, 3))])
def test_seamless_pictures_have_no_edge(seamless, axes):
    recipe = begun(Canvas(32, 32, 3), seamless=seamless)
    grid = torch.randn(2, recipe.generator.basis.shape[0], 4, 4)
    paint = torch.nn.Sequential(recipe.generator.layers, recipe.generator.paint)
    painted = paint(grid)
    turned = paint(torch.roll(grid, [1] * len(axes), axes))
    way = painted.shape[2] // 4
    torch.testing.assert_close(turned, torch.roll(painted, [way] * len(axes), axes), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("values", [{"group": 8, "patch": 1, "expansion": 2.0, "blocks": 2}, {"patch": 4}])
def test_other_shapes_train(values):
    canvas = Canvas(32, 48, 1, {"mood": ("calm", "wild")})
    recipe = R3gan(R3ganSettings(**SMALL | values | {"size": (32, 48)}), canvas, Dice(0))
    news = recipe.step(some_batch(canvas), 0, Update(bf16=True))
    assert all(value.isfinite() for value in news.values())


def test_paper_networks_have_the_papers_shapes():
    with torch.device("meta"):
        settings = FAMILY.presets["paper-ffhq-256"]
        generator = R3gan.build_generator(settings, Canvas(256, 256, 3))
        critic = Critic(settings, Canvas(256, 256, 3))
    sizes = [sum(weight.numel() for weight in network.parameters()) / 1e6 for network in (generator, critic)]
    # About 23 M each, as the paper reports for its last configuration at 256 px.
    assert sizes == pytest.approx([23.1, 23.1], rel=0.05)


def test_blocks_begin_by_adding_nothing():
    recipe = R3gan(R3ganSettings(**SMALL), Canvas(32, 32, 3), Dice(0))
    features = torch.randn(2, recipe.generator.basis.shape[0], 4, 4)
    torch.testing.assert_close(recipe.generator.layers[0](features), features)
