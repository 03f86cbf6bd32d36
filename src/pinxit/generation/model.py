"""A trained model: load it, and let it paint."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from PIL import Image
from pydantic import ValidationError
from torch import nn

from pinxit.errors import ModelFileError, PinxitError, UsageError, did_you_mean, pasteable
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.generation.coding import decode, encode, fitted, given_labels, straight
from pinxit.generation.finding import find_model
from pinxit.generation.keras_side import KerasGenerator, check_framework, load_keras_generator
from pinxit.generation.onnx_side import OnnxGenerator
from pinxit.generation.sampling import (
    captions_of,
    check_truncation,
    recipe_text,
    recipe_xmp,
    sheet_recipe,
    starting_points,
)
from pinxit.images.files import save_png, to_png
from pinxit.images.sheets import CAPTION_LINES, contact_sheet
from pinxit.networks.pictures import from_network, to_bytes
from pinxit.runs.model_file import ModelFile, read_model
from pinxit.settings import LARGEST_SIDE, TrainingSettings, from_json
from pinxit.training.checkpoints import load_exactly
from pinxit.training.device import check_torch, choose_device, place_network

DEVICES = ("auto", "cpu", "cuda", "mps")
LARGEST_LABEL_COUNT = 10_000
MOST_PARAMETERS = 1_000_000_000


@dataclass(frozen=True)
class Painting:
    """One generated picture and the recipe that repeats it."""

    image: Image.Image
    recipe: dict[str, Any]

    @property
    def seed(self) -> int:
        """The seed it was painted from."""
        return self.recipe["seed"]

    def save(self, path: Path | str) -> Path:
        """Write a PNG that carries its recipe and says that a model made it."""
        save_png(self.image, Path(path), recipe_text(self.recipe), recipe_xmp())
        return Path(path)

    def to_png(self) -> bytes:
        """The same PNG as bytes."""
        return to_png(self.image, recipe_text(self.recipe), recipe_xmp())


@dataclass(frozen=True)
class Model:
    """A generator that paints. Made by `pinxit.load`.

    `sha256` names the model file in every recipe; `header` is everything the file says of itself.
    """

    path: Path
    family: str
    settings: TrainingSettings
    canvas: Canvas
    header: dict[str, Any]
    sha256: str
    generator: nn.Module
    device: torch.device
    encoder: nn.Module | None = None
    """Of a family that can draw pictures back (`vae`); None in others, and in a file that was stripped of it."""
    in_keras: KerasGenerator | None = None
    """The same generator in Keras, which then paints seeds in its place."""
    in_onnx: OnnxGenerator | None = None
    """The same generator in ONNX Runtime, for batches that it paints sooner (see `pinxit.quicken`)."""

    def make(
        self,
        seeds: Sequence[int] = range(16),
        *,
        text: str | Sequence[str] | None = None,
        labels: Mapping[str, str] | None = None,
        truncation: float = 1.0,
        precision: Literal["float32", "bf16"] = "float32",
        batch: int = 16,
    ) -> list[Painting]:
        """Paint one picture per seed.

        seeds       whole numbers, 0 to 2**32 - 1; the same seed gives the same picture
        text        what to paint, or a text for each seed, for a model trained with captions; without, captions of pictures
                    that were held back from its training are drawn
        labels      column -> class, for a model trained with labels; columns left out are drawn per seed
        truncation  0 (all alike) to 1 (as trained) to 2 (wilder)
        precision   float32 repeats a picture to 1/255; bf16 is quicker on some machines and repeats to 3/255
        batch       pictures computed at once; changes speed and memory, not the pictures
        Raises UsageError for seeds, texts, labels or numbers that make no sense. Warns of words that no caption had.
        """
        how = {"text": text, "labels": labels, "truncation": truncation, "precision": precision, "batch": batch}
        paintings = list(self.paint(seeds, **how))
        for remark in self.remarks_on(text):
            warnings.warn(remark, stacklevel=2)
        return paintings

    def remarks_on(self, text: str | Sequence[str] | None) -> list[str]:
        """What a person should know of a text: words that no caption had, with the nearest known ones; an end not read."""
        if self.canvas.vocabulary is None or text is None:
            return []
        texts = [text] if isinstance(text, str) else dict.fromkeys(text)
        return [remark for one in texts for remark in self.canvas.vocabulary.remarks(one)]

    def paint(
        self,
        seeds: Sequence[int],
        *,
        text: str | Sequence[str] | None = None,
        labels: Mapping[str, str] | None = None,
        truncation: float = 1.0,
        precision: Literal["float32", "bf16"] = "float32",
        batch: int = 16,
    ) -> Iterator[Painting]:
        """Like `make`, one after the other and without warnings: a million pictures need no more memory than `batch`."""
        if batch < 1:
            raise UsageError(f"A batch holds at least one picture; {batch} came.")
        check_truncation(truncation)
        outside, inside = self.truncations(truncation)
        captions = captions_of(seeds, self.canvas, text)
        columns = len(self.canvas.classes)
        for start in range(0, len(seeds), batch):
            some, told = list(seeds[start : start + batch]), captions[start : start + batch]
            latents, classes = starting_points(some, self.canvas, labels or {}, self.latents, outside, told)
            pictures = self.compute(latents, classes, precision, inside)
            for seed, picture, row, caption in zip(some, pictures, classes, told, strict=True):
                named = {
                    column: self.canvas.label_text(column, int(place))
                    for column, place in zip(self.canvas.classes, row[:columns], strict=True)
                }
                yield Painting(to_image(picture), self.recipe(seed, named, truncation, precision, caption))

    def stream(
        self,
        seeds: Sequence[int],
        batch: int = 64,
        captions: Sequence[str] | None = None,
        classes: np.ndarray | None = None,
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Bare numbers for whoever measures: uint8 (n, H, W, C), alpha premultiplied, and their classes (n, columns).

        captions  of each seed, for a model that listens to them; None: its examples
        classes   (N, columns) of each seed, as label tensors have them; None: drawn
        """
        columns = len(self.canvas.classes)
        for start in range(0, len(seeds), batch):
            some = slice(start, start + batch)
            told = None if captions is None else captions[some]
            latents, rows = starting_points(seeds[some], self.canvas, {}, self.latents, 1.0, told)
            if classes is not None:
                rows[:, :columns] = classes[some]
            yield to_bytes(self.generate(latents, rows)), rows[:, :columns]

    @property
    def has_styles(self) -> bool:
        """Whether its generator has the halves `map` and `synthesise`, with styles (W) between them."""
        return find_family(self.family).truncates == "w"

    def truncations(self, truncation: float) -> tuple[float, float]:
        """How much of a truncation scales the latents, and how much is left to the generator, which does it in W."""
        return (1.0, truncation) if self.has_styles else (truncation, 1.0)

    @property
    def about_data(self) -> Mapping[str, Any]:
        """What the file says of the pictures it was trained on; empty when that is not a table (anyone may write a file)."""
        told = self.header.get("data")
        return told if isinstance(told, Mapping) else {}

    @property
    def paints_pictures(self) -> bool:
        """Whether it paints from pictures instead of seeds (`fast_style`)."""
        return find_family(self.family).paints_from == "picture"

    @property
    def manners(self) -> tuple[str, ...]:
        """What it can paint pictures like, by name; nothing for a model that paints from seeds."""
        return tuple(self.generator.manners) if self.paints_pictures else ()  # pyright: ignore[reportArgumentType, reportCallIssue]

    @property
    def latents(self) -> int:
        """Length of a latent vector. Raises UsageError for a model that paints from pictures, which takes none."""
        if self.paints_pictures:
            raise UsageError(
                f"{self.path} paints from pictures, not from seeds: pinxit style PHOTO --with {pasteable(self.path)}"
            )
        return int(self.generator.latents)  # pyright: ignore[reportArgumentType]

    def compute(
        self, latents: np.ndarray, classes: np.ndarray, precision: str = "float32", truncation: float = 1.0
    ) -> np.ndarray:
        """(N, latents) float32 and (N, columns) int64 -> uint8 (N, H, W, C), straight alpha."""
        return from_network(self.generate(latents, classes, precision, truncation))

    @torch.no_grad()
    def generate(
        self, latents: np.ndarray, classes: np.ndarray, precision: str = "float32", truncation: float = 1.0
    ) -> torch.Tensor:
        """(N, latents) float32 and (N, columns) int64 -> (N, C, H, W) in [-1, 1], alpha premultiplied.

        truncation  other than 1 only for a family that truncates inside (`Family.truncates`): others scale `latents`
        """
        if precision == "bf16" and self.in_keras:
            raise UsageError("With TensorFlow pinxit paints in float32; leave --precision away.")
        more = () if truncation == 1 else (truncation,)
        painter = self.in_keras or self.generator
        if self.in_onnx and precision == "float32" and self.in_onnx.quicker(len(latents)):
            painter = self.in_onnx
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=precision == "bf16"):
            start = (torch.from_numpy(latents).to(self.device), torch.from_numpy(classes).to(self.device))
            return painter(*start, *more)

    def encode(
        self, pictures: Sequence[Image.Image], *, labels: Mapping[str, str] | None = None, batch: int = 64
    ) -> np.ndarray:
        """Squeeze pictures to codes: (N, latents) float32 as seeds give them, so that walks and edits can begin there; of a
        `vq` model (N, rows, columns) int64.

        pictures  of any size and kind; brought to the model's as its training pictures were
        labels    column -> class of all of them, for a model trained with labels; without, they are left open
        Raises UsageError for a model that has no encoder, and for labels it does not know.
        """
        return encode(self, fitted(self, pictures), given_labels(self.canvas, labels or {}, len(pictures)), batch)

    def decode(
        self, codes: np.ndarray, *, labels: Mapping[str, str] | None = None, batch: int = 64
    ) -> list[Image.Image]:
        """Draw codes, as `encode` gives them, back to pictures. Raises UsageError for codes of another shape."""
        classes = given_labels(self.canvas, labels or {}, len(codes))
        return [to_image(picture) for picture in straight(decode(self, codes, classes, batch))]

    def reconstruct(
        self, pictures: Sequence[Image.Image], *, labels: Mapping[str, str] | None = None
    ) -> list[Image.Image]:
        """Squeeze pictures and draw them back: what the model takes them for."""
        return self.decode(self.encode(pictures, labels=labels), labels=labels)

    def recipe(
        self, seed: int, labels: Mapping[str, str], truncation: float, precision: str, caption: str = ""
    ) -> dict[str, Any]:
        """All that is needed to paint this picture again."""
        told = {} if self.canvas.vocabulary is None else {"text": caption}
        return {
            **told,
            "format": 1,
            "model": self.sha256,
            "family": self.family,
            "seed": int(seed),
            "labels": dict(labels),
            "truncation": truncation,
            "precision": precision,
            "size": f"{self.canvas.width}x{self.canvas.height}",
        }

    def sheet(self, paintings: Sequence[Painting], columns: int | None = None) -> Image.Image:
        """One picture that shows them all, with their captions where these differ."""
        captions = [str(painting.recipe.get("text", "")) for painting in paintings]
        told = captions if len(set(captions)) > 1 else None
        return contact_sheet([painting.image for painting in paintings], columns, captions=told, lines=CAPTION_LINES)

    def sheet_recipe(self, paintings: Sequence[Painting]) -> dict[str, Any]:
        """What a sheet of these paintings carries: their seeds, and what they have in common."""
        return sheet_recipe([painting.recipe for painting in paintings])

    def save_sheet(self, paintings: Sequence[Painting], path: Path, sheet: Image.Image | None = None) -> Path:
        """Write a contact sheet (or `sheet`, if it was drawn already) that carries the recipe of all its pictures."""
        save_png(sheet or self.sheet(paintings), path, recipe_text(self.sheet_recipe(paintings)), recipe_xmp())
        return path


def to_image(picture: np.ndarray) -> Image.Image:
    """uint8 (H, W, C) -> Pillow picture; C is 1, 3 or 4."""
    return Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)


def open_model(model: str | Path | Model, device: str = "cpu") -> Model:
    """A model file, a run folder or the name of a shipped model, loaded; a model that is loaded already, as it is."""
    return model if isinstance(model, Model) else load_model(find_model(model), device)


def load_model(path: Path, device: str = "cpu", framework: str = "pytorch") -> Model:
    """Load a model file. Raises ModelFileError for a damaged, foreign or unreasonable one, before big allocations."""
    check_torch()
    if device not in DEVICES:
        raise UsageError(f"There is no device '{device}'.{did_you_mean(device, DEVICES)}")
    check_framework(framework, device)
    device = choose_device(device) if framework == "pytorch" else "cpu"
    file = read_model(path)
    header = file.header
    try:
        family = find_family(str(header["family"]))
        settings = from_json(header["settings"], family.settings, family.name)
        canvas = Canvas.from_json(header["canvas"])
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
        reason = (
            str(error) if isinstance(error, PinxitError) else "its header lacks or garbles family, settings or canvas."
        )
        raise ModelFileError(f"{path} cannot be used: {reason}") from None
    check_canvas(path, canvas)
    recipe = family.load_recipe()
    generator = load_part(file, "generator", recipe.build_generator, settings, canvas, path, torch.device(device))
    in_keras = encoder = None
    if framework == "tensorflow":  # after the other, which refuses a senseless file before anything large is made
        weights = {name: values.numpy(force=True) for name, values in generator.state_dict().items()}
        in_keras = load_keras_generator(family, settings, canvas, weights, path)
    if family.encodes and any(name.startswith("encoder.") for name in file.tensors):
        encoder = load_part(file, "encoder", recipe.build_encoder, settings, canvas, path, torch.device(device))
    return Model(
        path, family.name, settings, canvas, header, file.sha256, generator, torch.device(device), encoder, in_keras
    )


def load_part(
    file: ModelFile,
    part: str,
    build: Callable[[TrainingSettings, Canvas], nn.Module],
    settings: TrainingSettings,
    canvas: Canvas,
    path: Path,
    device: torch.device,
) -> nn.Module:
    """One network of a model file, ready to use. Raises ModelFileError before anything large is allocated."""
    with torch.device("meta"):  # shapes only: nothing is allocated until the weights are known to fit
        planned = build(settings, canvas)
    if sum(weight.numel() for weight in planned.parameters()) > MOST_PARAMETERS:
        raise ModelFileError(f"{path} asks for over a billion weights. It was not loaded.")
    tensors = {
        name.removeprefix(f"{part}."): torch.from_numpy(values)
        for name, values in file.tensors.items()
        if name.startswith(f"{part}.")
    }
    compare_shapes(planned, tensors, path)
    network = build(settings, canvas)
    ready = {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}
    load_exactly(network, ready, path)
    return prepare_network(network, device)


def prepare_network(network: nn.Module, device: torch.device) -> nn.Module:
    """Ready to use: on the device, in the memory layout convolutions are quickest in, frozen."""
    place_network(network, device)
    return network.eval().requires_grad_(False)


def compare_shapes(planned: nn.Module, tensors: dict[str, torch.Tensor], path: Path) -> None:
    """Raise ModelFileError with every difference, using shapes alone."""
    with torch.device("meta"):
        shapes = {name: torch.empty(value.shape) for name, value in tensors.items()}
    load_exactly(planned, shapes, path)


def check_canvas(path: Path, canvas: Canvas) -> None:
    """Raise ModelFileError for a canvas no sound model has."""
    sides = (canvas.width, canvas.height)
    if not all(1 <= side <= LARGEST_SIDE for side in sides) or canvas.channels not in (1, 3, 4):
        raise ModelFileError(
            f"{path} asks for a canvas of {sides[0]}x{sides[1]} with {canvas.channels} channels: refused."
        )
    if sum(canvas.class_counts) > LARGEST_LABEL_COUNT:
        raise ModelFileError(f"{path} claims {sum(canvas.class_counts)} label classes: refused.")
