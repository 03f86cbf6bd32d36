"""StyleGAN: the parts that are its own. What every family must do is in test_every_family.py."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import pinxit
from pinxit.errors import UsageError
from pinxit.families.contract import Canvas
from pinxit.families.stylegan.entry import StyleganSettings
from pinxit.families.stylegan.generator import Generator, Grain, Modulated
from pinxit.families.stylegan.pytorch import Stylegan
from pinxit.networks.dice import Dice
from pinxit.networks.seeds import latents_of
from pinxit.training import checkpoints
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

SMALL = {
    "size": (32, 32), "batch": 8, "width": 8, "critic_width": 8, "pixel_width": 8, "widest": 16, "latents": 16, "styles": 12,
    "grains": 4, "mapping": 2, "features_at": 32,
}  # fmt: skip
LABELLED = Canvas(32, 32, 4, {"kind": ("a", "b", "c"), "mood": ("d", "e")})


def begun(canvas=LABELLED, **values):
    torch.manual_seed(0)
    recipe = Stylegan(StyleganSettings(**SMALL | values), canvas, Dice(0))
    place_parts(recipe.parts, torch.device("cpu"))
    return recipe


def batch_of(canvas, count=8):
    chance = torch.Generator().manual_seed(0)
    labels = [torch.randint(-1, classes, (count,), generator=chance) for classes in canvas.class_counts]
    pictures = torch.rand(count, canvas.channels, canvas.height, canvas.width, generator=chance) * 2 - 1
    return Batch(pictures, torch.stack(labels, dim=1) if labels else torch.zeros(count, 0, dtype=torch.int64))


def with_grain(generator):
    """What training does: noise counts."""
    with torch.no_grad():
        for name, weight in generator.named_parameters():
            if "grain_strength" in name:
                weight.fill_(0.5)
    return generator.eval()


@pytest.mark.parametrize("seamless", ["no", "both"])
def test_modulation_is_a_convolution_with_weights_of_each_pictures_own(seamless):
    layer = Modulated(6, 10, 3, 5, demodulate=True, seamless=seamless)
    features, style = torch.randn(4, 6, 8, 8), torch.randn(4, 5)
    gains = layer.weigh(style)
    weight = layer.weight * layer.scale * gains[:, None, :, None, None]  # (N, outputs, inputs, 3, 3): eq. 1
    weight = weight / (weight.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8).sqrt()  # eq. 3
    margin = F.pad(features, (1, 1, 1, 1), mode="constant" if seamless == "no" else "circular")
    expected = torch.cat([F.conv2d(one, own) for one, own in zip(margin.split(1), weight, strict=True)])
    torch.testing.assert_close(layer(features, style), expected, rtol=1e-4, atol=1e-5)


def test_grain_is_white_noise_that_follows_from_a_pictures_own_numbers():
    grain = Grain(64, 16, 8, place=3)
    shares = torch.randn(500, 64)
    noise = grain(shares)
    assert noise.shape == (500, 1, 8, 16)
    assert noise.std() == pytest.approx(1, abs=0.05)
    cells = noise.flatten(1)
    assert (cells.mT @ cells / 500 - torch.eye(128)).abs().mean() < 0.15  # neighbours know nothing of each other
    torch.testing.assert_close(grain(shares[7:8])[0], noise[7])
    assert torch.equal(Grain(64, 16, 8, place=3).maps, grain.maps)
    assert not torch.equal(Grain(64, 16, 8, place=2).maps, grain.maps)


def test_the_halves_of_the_generator_are_the_whole():
    generator = with_grain(begun().generator)
    latents = torch.from_numpy(latents_of(range(4), generator.latents))
    labels = torch.zeros(4, 2, dtype=torch.int64)
    whole = generator(latents, labels)
    styles, grains = generator.map(latents, labels), latents[:, 16:]
    assert (styles.shape, grains.shape) == ((4, 12), (4, 4))
    assert torch.equal(generator.synthesise(styles, grains), whole)
    every_layer = styles[:, None].expand(-1, generator.layers, -1)
    assert torch.equal(generator.synthesise(every_layer, grains), whole)
    without = generator.synthesise(styles)
    assert without.shape == whole.shape
    assert not torch.equal(without, whole)


def test_coarse_and_fine_layers_have_styles_of_their_own():
    generator = with_grain(begun(Canvas(32, 32, 3)).generator)
    styles = generator.map(torch.randn(2, generator.latents), torch.zeros(2, 0, dtype=torch.int64))
    one, two = (style.expand(1, generator.layers, -1).clone() for style in styles.split(1))
    for layer in range(generator.layers):
        mixed = one.clone()
        mixed[:, layer] = two[:, layer]
        assert not torch.equal(generator.synthesise(mixed), generator.synthesise(one)), f"layer {layer} does not count"


def test_truncation_leads_to_the_mean_style_of_the_labels():
    recipe = begun()
    generator = recipe.generator.eval()
    latents = torch.from_numpy(latents_of(range(400), generator.latents))
    labels = torch.tensor([[kind, kind % 2] for kind in range(3)]).repeat(134, 1)[:400]
    labels[::5] = -1
    styles = generator.map(latents, labels)
    for _ in range(100):
        generator.remember(styles, labels)
    torch.testing.assert_close(generator.means[0], styles.mean(dim=0), rtol=0, atol=0.02)
    of_b = styles[labels[:, 0] == 1].mean(dim=0)
    torch.testing.assert_close(generator.means[2], of_b, rtol=0, atol=0.02)
    nothing, only_b = torch.tensor([[-1, -1]]), torch.tensor([[1, -1]])
    torch.testing.assert_close(generator.map(latents[:1], nothing, 0.0)[0], generator.means[0])
    torch.testing.assert_close(generator.map(latents[:1], only_b, 0.0)[0], generator.means[2])
    torch.testing.assert_close(
        generator.map(latents, labels, 0.5), (generator.mean_style(labels) + styles) / 2, rtol=1e-4, atol=1e-5
    )


def test_models_truncate_in_w(shapes, tmp_path):
    done = pinxit.train(
        shapes, family="stylegan", out=tmp_path / "run", seen=32, labels=["folder"], threads=1, checkups=False, report=False,
        **SMALL | {"size": "32", "grains": 0},
    )  # fmt: skip
    model = done.load()

    def painted(truncation, **how):
        return [np.asarray(one.image).astype(int) for one in model.make(range(3), truncation=truncation, **how)]

    label = {"folder": "discs"}
    assert model.generator.means.abs().sum() > 0  # the tracked means came along
    middle = painted(0.0, labels=label)
    assert max(abs(one - middle[0]).max() for one in middle) <= 1  # the mean style, whatever the seed
    whole = painted(1.0, labels=label)
    assert any((one != two).any() for one, two in zip(whole, middle, strict=True))
    alone = np.asarray(model.make([2], truncation=0.5, labels=label)[0].image).astype(int)
    assert abs(alone - painted(0.5, labels=label)[2]).max() <= 1
    with pytest.raises(UsageError, match="Truncation"):
        model.make([0], truncation=3.0)


def test_mixing_paints_in_two_styles():
    recipe = begun(Canvas(32, 32, 3), mixing=1.0)
    labels = torch.zeros(16, 0, dtype=torch.int64)
    styles = recipe.styles(torch.randn(16, recipe.generator.latents), labels)
    assert styles.shape == (16, recipe.generator.layers, 12)
    assert not torch.equal(styles[:, 0], styles[:, -1])
    changes = (styles[:, 1:] != styles[:, :-1]).any(dim=2).sum(dim=1)
    assert (changes == 1).all()  # one cut each
    plain = begun(Canvas(32, 32, 3), mixing=0.0).styles(torch.randn(2, 20), labels[:2])
    assert torch.equal(plain[:, 0], plain[:, -1])


def test_path_lengths_are_looked_at_now_and_then_and_kept():
    canvas = Canvas(32, 32, 3)
    recipe = begun(canvas, path_length=2.0, path_every=2)
    first = recipe.step(batch_of(canvas), 0, Update())
    assert first["path_length"] > 0
    assert recipe.state["path_length"] == pytest.approx(0.01 * float(first["path_length"]))
    kept = recipe.state["path_length"]
    assert "path_length" not in recipe.step(batch_of(canvas), 8, Update())
    assert recipe.state["path_length"] == kept
    assert "path_length" in checkpoints.describe(recipe, recipe.dice)[1]["floats"]


@pytest.mark.parametrize("critic", ["features", "pixels"])
def test_a_step_changes_both_players_whoever_judges(critic):
    recipe = begun(critic=critic, augment_target=0.1)
    assert ("pixel_critic" in recipe.parts) == (critic == "features")
    before = {name: [value.clone() for value in part.parameters()] for name, part in recipe.parts.items()}
    news = recipe.step(batch_of(LABELLED), 0, Update())
    assert all(value.isfinite() for value in news.values())
    for name, old in before.items():
        assert any(not torch.equal(one, two) for one, two in zip(old, recipe.parts[name].parameters(), strict=True)), (
            name
        )
    assert recipe.judge(batch_of(LABELLED).pictures, batch_of(LABELLED).labels).shape == (8,)


def test_a_generator_exports_with_any_batch():
    canvas = Canvas(32, 64, 4, {"kind": ("a", "b")})
    generator = with_grain(Generator(StyleganSettings(**SMALL | {"size": (32, 64), "seamless": "x"}), canvas))
    latents, labels = torch.randn(2, generator.latents), torch.zeros(2, 1, dtype=torch.int64)
    batch = torch.export.Dim("batch", min=1, max=1024)
    exported = torch.export.export(generator, (latents, labels), dynamic_shapes=({0: batch}, {0: batch}))
    more = torch.randn(5, generator.latents), torch.ones(5, 1, dtype=torch.int64)
    torch.testing.assert_close(exported.module()(*more), generator(*more), rtol=1e-4, atol=1e-5)
