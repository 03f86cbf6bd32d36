"""The variational autoencoder: the parts that are its own. What every family must do is in test_every_family.py."""

import pytest
import torch

from pinxit.families.contract import Canvas
from pinxit.families.vae.coded import Book
from pinxit.families.vae.entry import FAMILY, VaeSettings, schedules
from pinxit.families.vae.prior import Flow
from pinxit.families.vae.pytorch import Vae
from pinxit.families.vae.shape import code_levels
from pinxit.networks.dice import Dice
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch, stored_names
from pinxit.training.update import Update

SMALL = {"size": (32, 32), "batch": 8, "width": 8, "latents": 16, "codes": 32, "beta_warm_up": 0}
NONE = torch.zeros(8, 0, dtype=torch.int64)


def recipe(channels=3, classes=None, seed=0, **values):
    settings = VaeSettings(**(SMALL | values))
    torch.manual_seed(seed)
    built = Vae(settings, Canvas(*settings.size, channels, classes or {}), Dice(seed))
    place_parts(built.parts, torch.device("cpu"))
    return built


def batch(channels=3, count=8, columns=0, seed=1):
    """Smooth pictures, which can be learned."""
    chance = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, channels, 4, 4, generator=chance) * 2 - 1
    return Batch(torch.nn.functional.interpolate(coarse, (32, 32)), torch.zeros(count, columns, dtype=torch.int64))


def test_the_defaults_are_the_quick_preset():
    assert FAMILY.preset("quick") == VaeSettings()


def test_schedules_complete_in_a_short_run():
    assert schedules(VaeSettings(), 10_000)["beta_warm_up"] == 1000
    assert schedules(VaeSettings(), 10_000_000)["beta_warm_up"] == VaeSettings().beta_warm_up


@pytest.mark.parametrize("classes", [(), (3,)])
@pytest.mark.parametrize("length", [2, 7, 16])
def test_the_flow_leads_back_to_where_it_came_from(length, classes):
    torch.manual_seed(0)
    flow = Flow(length, classes)
    latents, labels = torch.randn(5, length), torch.zeros(5, len(classes), dtype=torch.int64)
    torch.testing.assert_close(flow(latents, labels).sort()[0], latents.sort()[0])  # a new flow changes but the order
    for weight in flow.parameters():
        torch.nn.init.normal_(weight, 0, 0.1)
    back, change = flow.inverse(flow(latents, labels), labels)
    torch.testing.assert_close(back, latents, rtol=1e-4, atol=1e-4)
    slope = torch.autograd.functional.jacobian(lambda one: flow.inverse(one[None], labels[:1])[0][0], latents[0])
    _, change = flow.inverse(latents[:1], labels[:1])
    torch.testing.assert_close(torch.linalg.slogdet(slope)[1], change[0], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("values", [{}, {"vq": True}, {"prior": "normal", "likelihood": "gaussian", "perceptual": 0.0}])
def test_it_learns_to_draw_back(values):
    built, update = recipe(learning_rate=5e-3, **values), Update()
    one = batch()
    errors = [float(built.step(one, step * 8, update)["pixel_error"]) for step in range(40)]
    assert errors[-1] < 0.85 * errors[0]


@pytest.mark.parametrize("channels", [1, 4])
def test_vq_trains_paints_and_codes(channels):
    built = recipe(channels, {"kind": ("a", "b")}, vq=True, seamless="x")
    one = batch(channels, columns=1)
    news = built.step(one, 0, Update(accumulate=2))
    assert all(value.isfinite() for value in news.values())
    assert not built.usage
    painter, encoder = built.parts["average"], built.parts["average_encoder"]
    with torch.no_grad():
        codes = painter.to_codes(encoder(one.pictures, one.labels), one.labels)
        assert codes.shape == (8, 8, 8)
        assert codes.dtype == torch.int64
        assert painter.from_codes(codes, one.labels).shape == one.pictures.shape
        assert (painter.bits(codes) > 0).all()
        together = painter(torch.randn(8, 16), one.labels)
    assert together.abs().max() <= 1


def test_latents_of_a_picture_are_those_a_seed_could_have_given():
    built = recipe()
    for step in range(3):
        built.step(batch(), step * 8, Update())
    painter, encoder = built.parts["average"], built.parts["average_encoder"]
    with torch.no_grad():
        said = encoder(batch().pictures, NONE)
        latents = painter.to_codes(said, NONE)
        torch.testing.assert_close(painter(latents, NONE), painter.draw(said, NONE), rtol=1e-3, atol=1e-3)


def test_beta_warms_up_by_pictures_seen():
    built = recipe(beta_warm_up=100, beta=2.0)
    for seen, expected in ((0, 0.0), (50, 1.0), (1000, 2.0)):
        built.step(batch(), seen, Update())
        assert built.beta == expected


def test_a_book_follows_what_it_is_used_for_and_gives_up_dead_codes():
    book, chance = Book(32, 2), torch.Generator().manual_seed(0)
    cells = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]).repeat(64, 1)
    grid = cells.T.reshape(1, 2, 16, 16)
    for _ in range(30):
        codes = book.nearest(grid)
        spare = cells[torch.randint(0, len(cells), (32,), generator=chance)]
        book.learn(*book.usage(grid, codes), spare)
    written = book.look_up(book.nearest(grid))
    torch.testing.assert_close(written, grid, rtol=0, atol=1e-4)
    assert 256 < float(book.bits(book.nearest(grid))[0]) < 5 * 256


def test_codes_never_lie_below_the_smallest_grid():
    levels, further = code_levels(VaeSettings(code_every=8), Canvas(16, 16, 3))
    assert (levels, further) == (2, 0)


def test_a_model_file_keeps_averages_under_the_names_of_what_they_average():
    assert stored_names(recipe().parts) == {"average": "generator", "average_encoder": "encoder"}
    assert stored_names(["generator", "average", "critic"]) == {"average": "generator", "critic": "critic"}


def test_pictures_of_an_old_step_leave_nothing_behind():
    built = recipe(vq=True)
    built.usage.append((torch.zeros(32), torch.zeros(32, 16), torch.zeros(32, 16)))
    built.step(batch(), 0, Update())
    assert not built.usage
