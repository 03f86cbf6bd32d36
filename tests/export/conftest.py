"""Untrained models of every family: their pictures are noise, but the same noise each time."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

import pinxit
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.generation.model import Model
from pinxit.runs.model_file import write_model
from pinxit.settings import resolve, to_json

CAPTIONS = ["a red square", "a blue disc", "a small red disc, left", "a blue square, right"]


@pytest.fixture(scope="session")
def untrained(tmp_path_factory) -> Callable[..., Model]:
    """(family, channels, classes, **settings) -> a model of it, loaded from a file."""

    def build(
        name: str, channels: int = 4, classes: dict | None = None, ranges: dict | None = None, **values: object
    ) -> Model:
        family = find_family(name)
        settings = resolve(family.settings, {"size": "32", **values}, family=name)
        vocabulary = family.vocabulary and family.vocabulary(settings, CAPTIONS, CAPTIONS, ())
        canvas = Canvas(*settings.size, channels, classes or {}, vocabulary, ranges or {})
        torch.manual_seed(0)
        generator = family.load_recipe().build_generator(settings, canvas)
        with torch.no_grad():  # what only learning would make different from nothing
            for weight in [*generator.parameters(), *generator.buffers()]:
                if weight.is_floating_point() and weight.ndim in (0, 1, 2) and not weight.any():
                    weight.copy_(0.2 * torch.rand_like(weight))
        tensors = {f"generator.{name}": value.numpy().copy() for name, value in generator.state_dict().items()}
        path = tmp_path_factory.mktemp(name) / f"{name}.safetensors"
        write_model(path, {"family": name, "settings": to_json(settings, name), "canvas": canvas.to_json()}, tensors)
        return pinxit.load(path)

    return build


def pixels(painting) -> np.ndarray:
    """A painting as numbers that can be subtracted."""
    return np.asarray(painting.image).astype(int)
