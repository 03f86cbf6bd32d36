"""Small untrained models for what directs a generator: their pictures are noise, but smooth in their latents."""

import pytest
import torch

import pinxit
from pinxit.data.catalog import resolve as resolve_pictures
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.generation.labelling import label_readers, read_labels
from pinxit.generation.points import points_of
from pinxit.runs.model_file import write_model
from pinxit.settings import resolve, to_json

KINDS = {"kind": ("disc", "square", "star"), "mood": ("glad", "sad")}
SMALL_STYLEGAN = {"width": 8, "critic_width": 8, "widest": 16, "latents": 16, "styles": 12, "grains": 4, "mapping": 2}


def write(folder, name, family_name, canvas, **settings):
    """A model file with begun networks, and what it takes to tell seeds and labels apart."""
    family = find_family(family_name)
    resolved = resolve(family.settings, {"size": "32", **settings}, family=family_name)
    torch.manual_seed(1)
    generator = family.load_recipe().build_generator(resolved, canvas)
    generator.train()
    with torch.no_grad():
        for key, weight in generator.named_parameters():
            if "grain_strength" in key:
                weight.fill_(0.3)
        for _ in range(3):  # batch norms find their statistics
            labels = torch.zeros(32, len(canvas.classes), dtype=torch.int64)
            if canvas.vocabulary is not None:
                told = torch.from_numpy(canvas.vocabulary.encode(["a red disc", "a blue square"] * 16))
                labels = torch.cat([labels, told], dim=1)
            generator(torch.randn(32, generator.latents), labels)
    tensors = {f"generator.{key}": value.numpy() for key, value in generator.state_dict().items()}
    path = folder / f"{name}.safetensors"
    header = {"family": family_name, "settings": to_json(resolved, family_name), "canvas": canvas.to_json()}
    write_model(path, header, tensors)
    return path


@pytest.fixture(scope="session")
def model_files(tmp_path_factory):
    """plain (dcgan), labelled (projected), styled (stylegan with labels), captioned (stackgan) and completing (projected)."""
    folder = tmp_path_factory.mktemp("models")
    captions = ["a red disc", "a blue square", "a glad red star", "a sad blue disc"] * 8
    stackgan = find_family("stackgan")
    learn = stackgan.vocabulary
    assert learn is not None
    vocabulary = learn(resolve(stackgan.settings, {"size": "64"}, family="stackgan"), captions, captions[:4], ())
    return {
        "plain": write(folder, "plain", "dcgan", Canvas(32, 32, 4), width=8, latents=16),
        "labelled": write(
            folder, "labelled", "projected", Canvas(32, 32, 3, KINDS), width=8, critic_width=8, latents=16,
        ),
        "styled": write(folder, "styled", "stylegan", Canvas(32, 32, 4, KINDS), **SMALL_STYLEGAN),
        "captioned": write(
            folder, "captioned", "stackgan", Canvas(64, 64, 3, {}, vocabulary), size="64", latents=8, width=8,
        ),
        "completing": write(
            folder, "completing", "projected", Canvas(32, 32, 4), width=8, critic_width=8, latents=16, completes=True,
        ),
    }  # fmt: skip


@pytest.fixture(scope="session")
def models(model_files):
    """The same, loaded."""
    return {name: pinxit.load(path) for name, path in model_files.items()}


@pytest.fixture(scope="session")
def peeps():
    """The shipped model of heads."""
    return pinxit.load("peeps")


@pytest.fixture(scope="session")
def peeps_readers(peeps):
    """Readers of glasses, beards and hair, learned from 600 of the built-in peeps."""
    return label_readers(peeps, resolve_pictures("peeps"), ("glasses", "beard", "hair"), most=600)


@pytest.fixture(scope="session")
def peeps_read(peeps, peeps_readers):
    """Points of 700 seeds, and what the readers see in their pictures."""
    points = points_of(peeps, range(700))
    return points, read_labels(peeps, points, peeps_readers)


def begin_repainter(seamless="no"):
    """A network that paints from pictures, begun and never trained, its manners told apart; and its settings."""
    family = find_family("fast_style")
    settings = resolve(
        family.settings, {"style": ("wave", "night", "grid"), "width": 8, "blocks": 2, "seamless": seamless}
    )
    torch.manual_seed(0)
    network = family.load_recipe().build_generator(settings, Canvas(256, 256, 3)).eval()
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if name.endswith(("scales", "shifts")):
                weight.add_(0.5 * torch.randn_like(weight))
    return network, settings


@pytest.fixture(scope="session")
def begun_repainter():
    """How such a network is begun."""
    return begin_repainter


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A model file with one that knows the manners wave, night and grid."""
    network, settings = begin_repainter()
    tensors = {f"generator.{key}": value.numpy() for key, value in network.state_dict().items()}
    header = {
        "family": "fast_style",
        "settings": to_json(settings, "fast_style"),
        "canvas": Canvas(256, 256, 3).to_json(),
    }
    path = tmp_path_factory.mktemp("fast") / "three.safetensors"
    write_model(path, header, tensors)
    return pinxit.load(path)
