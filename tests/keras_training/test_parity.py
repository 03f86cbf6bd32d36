"""One model, two frameworks: the same picture, weights there and back, training that goes on: a matrix, printed at the end."""

import numpy as np
import pytest
import torch

import pinxit
from pinxit import api
from pinxit.errors import ModelFileError
from pinxit.families.catalog import families
from pinxit.families.contract import Canvas
from pinxit.generation.keras_side import KerasGenerator
from pinxit.keras_training import starting as keras_starting
from pinxit.keras_training.backend import tf
from pinxit.keras_training.dice import Dice as KerasDice
from pinxit.keras_training.losses import OBJECTIVES as KERAS_OBJECTIVES
from pinxit.keras_training.recipe import Batch as KerasBatch
from pinxit.keras_training.weights import load_exactly, to_arrays
from pinxit.networks.dice import Dice
from pinxit.networks.seeds import latents_of
from pinxit.objectives.adversarial import OBJECTIVES
from pinxit.settings import resolve
from pinxit.training.averaging import averaged_copy
from pinxit.training.recipe import stored_names
from pinxit.training.starting import begin_from

VARIANTS = {"vae with vq": ("vae", {"vq": True, "codes": 32, "code_length": 4})}
"""Settings of a family that are networks of their own."""
BOTH = sorted([*(name for name, family in families().items() if family.keras), *VARIANTS])
CLOSE = 2e-3
CANVASES = [
    (1, "32", "no", {}),
    (3, "64x32", "x", {"kind": ("a", "b", "c"), "time": ()}),
    (4, "32x64", "both", {"kind": ("a", "b"), "mood": ("c", "d", "e")}),
]
GIVEN = {  # small; a progressive that stays at the stage that `recipes` brings it to
    "progressive": {"width": 8, "widest": 32, "settle": 10**7},
    "stackgan": {
        "width": 4, "sketch_width": 4, "critic_width": 8, "pixel_width": 4, "latents": 8, "condition": 6, "sentence": 10,
        "sketching": 0,
    },
    "stylegan": {"width": 8, "widest": 32, "critic_width": 8, "pixel_width": 8},
}  # fmt: skip
CAPTIONS = ["a red disc", "a blue square", "two green discs on a hill", None]


@pytest.fixture
def told(record_property):
    """(family, column, how far apart) -> a cell of the matrix that `conftest.py` prints at the end of the run."""

    def tell(name: str, column: str, apart: float) -> None:
        record_property("parity", (name, column, apart))

    return tell


def recipes(name, channels=4, size="32", seamless="no", classes=None, **values):
    """(PyTorch's, Keras') with weights of their own; every weight and statistic of the first is stirred."""
    name, more = VARIANTS.get(name, (name, {}))
    family = families()[name]
    given = {"batch": 4, "size": size, "seamless": seamless, **GIVEN.get(name, {}), **more}
    settings = resolve(family.settings, given, values, family=name)
    vocabulary = family.vocabulary(settings, CAPTIONS, CAPTIONS[:2], ()) if family.vocabulary else None
    canvas = Canvas(*settings.size, channels, classes or {}, vocabulary)
    torch.manual_seed(0)
    mine = family.load_recipe()(settings, canvas, Dice(0))
    generator = mine.parts["generator"]
    with torch.no_grad():
        for value in generator.state_dict().values():
            if value.is_floating_point():
                value.mul_(0.9 + 0.2 * torch.rand_like(value)).add_(0.01 * torch.randn_like(value))
        for _ in range(30):  # so that the statistics of batch norms are those of what comes through
            generator(torch.randn(4, generator.latents), torch.from_numpy(labels_of(canvas)))
    if name == "progressive":
        generator.grow_to(1.25)
    mine.parts["average"] = averaged_copy(mine.parts["generator"])
    return mine, family.load_recipe("tensorflow")(settings, canvas, KerasDice(0)), settings, canvas


def labels_of(canvas, rows=((), (), (), ())):
    """(4, columns) int64: `rows` of classes, none given where they are empty, and the captions behind them."""
    classes = np.array([[*row, *[-1] * len(canvas.classes)][: len(canvas.classes)] for row in rows], np.int64)
    words = [] if canvas.vocabulary is None else [canvas.vocabulary.encode(CAPTIONS)]
    return np.concatenate([classes.reshape(4, -1), *words], axis=1)


def arrays(network):
    return {name: value.numpy(force=True) for name, value in network.state_dict().items()}


def painted(recipe, canvas):
    latents = torch.from_numpy(latents_of(range(4), recipe.parts["average"].latents))
    labels = torch.from_numpy(labels_of(canvas, ((0, -1), (1, 0), (0, 1), (-1, 1))))
    if isinstance(recipe.parts["average"], torch.nn.Module):
        return recipe.preview(latents, labels).numpy()
    return KerasGenerator(recipe.parts["average"])(latents, labels).numpy()


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(("channels", "size", "seamless", "classes"), CANVASES)
def test_the_same_picture(name, channels, size, seamless, classes, told):
    mine, theirs, _, canvas = recipes(name, channels, size, seamless, classes)
    load_exactly(theirs.parts["average"], arrays(mine.parts["average"]), "memory")
    one, other = (painted(side, canvas) for side in (mine, theirs))
    assert one.shape == other.shape == (4, channels, canvas.height, canvas.width)
    assert one.std() > 0.01
    furthest = float(np.abs(one - other).max())
    assert furthest <= CLOSE
    told(name, "same picture", furthest)


@pytest.mark.parametrize(("size", "seamless"), [("64", "no"), ("128x64", "both")])
def test_a_sketch_that_grows_into_a_picture_is_the_same(size, seamless):
    mine, theirs, _, canvas = recipes("stackgan", 3, size, seamless)
    load_exactly(theirs.parts["average"], arrays(mine.parts["average"]), "memory")
    np.testing.assert_allclose(painted(theirs, canvas), painted(mine, canvas), atol=CLOSE)


def test_truncation_in_styles_is_the_same():
    mine, theirs, _, _ = recipes("stylegan", classes={"kind": ("a", "b"), "time": ()})
    load_exactly(theirs.parts["average"], arrays(mine.parts["average"]), "memory")
    average = mine.parts["average"]
    start = torch.from_numpy(latents_of(range(3), average.latents)), torch.tensor([[0, 5], [1, -1], [-1, 9]])
    for truncation in (0.0, 0.5, 1.5):
        one = average(*start, truncation).detach().numpy()
        np.testing.assert_allclose(KerasGenerator(theirs.parts["average"])(*start, truncation).numpy(), one, atol=CLOSE)


@pytest.mark.parametrize("name", [name for name in api.shipped_models() if families()[pinxit.load(name).family].keras])
def test_shipped_models_paint_the_same(name):
    """By `pinxit.load`, which everything that paints goes through."""
    one, other = (pinxit.load(name, framework=framework) for framework in ("pytorch", "tensorflow"))
    assert other.in_keras
    start = latents_of(range(4), one.generator.latents), labels_of(one.canvas, ((), (0, 1, 0, 1, 0), (1, 0), (-1, 1)))
    painted = [model.generate(*start).numpy() for model in (one, other)]
    assert painted[0].std() > 0.1
    np.testing.assert_allclose(*painted, atol=CLOSE)


@pytest.mark.parametrize("name", BOTH)
def test_weights_there_and_back(name, told):
    mine, theirs, _, _ = recipes(name, classes={"kind": ("a", "b"), "time": ()})
    assert mine.parts.keys() == theirs.parts.keys()
    for part, network in mine.parts.items():
        stored = arrays(network)
        load_exactly(theirs.parts[part], stored, "memory")
        back = to_arrays(theirs.parts[part])
        assert back.keys() == stored.keys()
        for key, values in stored.items():
            assert back[key].dtype == values.dtype, key
            np.testing.assert_array_equal(back[key], values)
    told(name, "weights there and back", 0.0)


@pytest.mark.parametrize("name", BOTH)
def test_critics_give_the_same_scores(name):
    mine, theirs, _, canvas = recipes(name)
    if mine.seeing is None:
        pytest.skip("a family without a critic")
    for part, network in mine.parts.items():
        network.eval()
        load_exactly(theirs.parts[part], arrays(network), "memory")
    pictures = np.random.RandomState(0).uniform(-1, 1, (4, canvas.height, canvas.width, 4)).astype(np.float32)
    labels = labels_of(canvas)
    one = mine.judge(torch.from_numpy(pictures).permute(0, 3, 1, 2), torch.from_numpy(labels)).numpy(force=True)
    other = np.asarray(theirs.judge(tf.constant(pictures), tf.constant(labels)))
    np.testing.assert_allclose(other, one, rtol=1e-3, atol=1e-4)
    fewer = theirs.judge(tf.constant(pictures[:3]), tf.constant(labels[:3])).numpy()  # as at the end of a checkup
    assert fewer.shape == (3,)
    assert np.isfinite(fewer).all()


@pytest.mark.parametrize("name", BOTH)
def test_training_goes_on_in_the_other_framework(name, told):
    """All networks are taken over whole, either way; then a step is taken, and pictures are still what they were."""
    mine, theirs, _, canvas = recipes(name)
    stored = {}
    for part, key in stored_names(mine.parts).items():
        stored |= {f"{key}.{one}": values for one, values in arrays(mine.parts[part]).items()}
    said = keras_starting.begin_from(theirs, stored, "one")
    assert "generator 100 %" in said
    before = painted(mine, canvas)
    np.testing.assert_allclose(painted(theirs, canvas), before, atol=CLOSE)
    pictures = tf.zeros((4, canvas.height, canvas.width, canvas.channels))
    news = theirs.step(KerasBatch(pictures, tf.constant(labels_of(canvas))), 100_000, 1.0)
    assert all(np.isfinite(float(value)) for value in news.values())
    assert np.abs(painted(theirs, canvas) - before).mean() < 0.05

    again, _, _, _ = recipes(name)
    returned = {}
    for part, key in stored_names(theirs.parts).items():
        returned |= {f"{key}.{one}": values for one, values in to_arrays(theirs.parts[part]).items()}
    assert begin_from(again, returned, "two") == said.replace("one", "two")
    furthest = float(np.abs(painted(again, canvas) - painted(theirs, canvas)).max())
    assert furthest <= CLOSE
    told(name, "training goes on", furthest)


def test_the_objectives_have_the_same_names():
    assert list(KERAS_OBJECTIVES) == list(OBJECTIVES)


def test_weights_of_another_make_are_refused_with_every_difference():
    mine, theirs, _, _ = recipes("dcgan")
    stored = arrays(mine.parts["generator"])
    del stored["first.linear.weight"]
    with pytest.raises(ModelFileError, match=r"missing first\.linear\.weight"):
        load_exactly(theirs.parts["generator"], stored, "memory")
