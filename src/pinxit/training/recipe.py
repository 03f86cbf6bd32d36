"""The contract a family fulfils. No base class: a class with these names is a recipe."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.networks.dice import Dice
from pinxit.runs.model_file import stored_names as stored_names
from pinxit.settings import TrainingSettings


@dataclass(frozen=True)
class Batch:
    """What one step learns from.

    pictures  (N, C, H, W) float32 in [-1, 1], alpha premultiplied, channels_last
    labels    (N, columns) int64, -1 where not given; columns may be 0. Where the canvas has a vocabulary, its last columns
              are the pieces of the caption
    """

    pictures: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.pictures)

    def parts(self, count: int) -> list["Batch"]:
        """`count` parts of nearly equal length, for gradient accumulation."""
        chunks = zip(self.pictures.tensor_split(count), self.labels.tensor_split(count), strict=True)
        return [Batch(pictures, labels) for pictures, labels in chunks if len(pictures)]


LossFunction = Callable[[Batch], tuple[Tensor, dict[str, Tensor]]]
"""A part of a batch -> (scalar float32 loss, what to report). Runs under autocast; see `training/update.py`."""


class Update(Protocol):
    """The one way a step is taken (see `training/update.py`)."""

    def shared(self, value: Tensor) -> Tensor: ...
    def __call__(self, optimizer: Optimizer, loss_function: LossFunction, batch: Batch) -> dict[str, Tensor]: ...


class Recipe(Protocol):
    """What the loop feeds.

    parts       networks a checkpoint holds. "generator" and "average" (its EMA, what a model file keeps) are always
                there; "critic" is what others may continue from; of an "average_encoder" the file keeps that in place of
                the "encoder". Frozen helpers (features) are not parts.
    optimizers  name -> optimizer
    state       everything else that resume needs, as tensors or floats; "augment_extra" is what the loop adds to the
                strength of augmentation when the critic learns pictures by heart
    seeing      the network that looks at pixels, whose first layers `--freeze` keeps as a starting model has them; None in
                a family without a critic
    settings    read anew at every step: schedules in it change when the pace makes a run by the clock longer or shorter
    """

    settings: TrainingSettings

    parts: dict[str, nn.Module]
    optimizers: dict[str, Optimizer]
    state: dict[str, Tensor | float]
    seeing: nn.Module | None

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice) -> None: ...

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> nn.Module:
        """The generator alone, as a model file holds it. `generator.latents` is the length of a latent vector;
        `generator(latents (N, latents), labels (N, columns) int64) -> (N, C, H, W)` in [-1, 1]."""
        ...

    # Of a family that `paints_from="picture"` the generator takes pictures instead of latents:
    #     generator(pictures (N, 3, H, W) in [-1, 1], shares (N, manners)) -> (N, 3, H, W) in [-1, 1]
    #     generator.manners, the names of what it can paint like; generator.cell, of which sides are multiples
    #     generator.unsettled(pictures, shares, known) -> features (N, C, h, w) that it normalises next, and a third argument
    #         `known` of `forward`: how `generation/one_pass.py` paints a picture in parts
    # Its `preview` gets latents of length 0, and paints pictures that the recipe keeps for that.

    # A recipe with a critic (`seeing` is not None) has beside these what `Judging` says.

    # A recipe that checkups should see at another work than painting from seeds (`projected` that learns to complete) has
    #     for_checkup(latents, labels, pictures) -> (N, C, H, W) in [-1, 1], or None: what it makes of real `pictures`

    # A family that declares `encodes` has beside these
    #     build_encoder(settings, canvas) -> nn.Module, a static method, and parts "encoder" and "average_encoder";
    #         encoder(pictures (N, C, H, W), labels) -> what it says of each, (N, …)
    #     generator.to_codes(what an encoder says, labels) -> codes (N, …): float latents as seeds give them, or int64
    #     generator.from_codes(codes, labels) -> pictures
    #     generator.bits(codes) -> (N,) the length of int64 codes in bits; None for latents, which are normal if rounded

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """One step of every network. `seen`: real pictures seen before this batch, the only clock."""
        ...

    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator: (N, latents), (N, columns) -> (N, C, H, W) in [-1, 1], premultiplied."""
        ...


class Judging(Recipe, Protocol):
    """A recipe with a critic."""

    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """How real the critic takes pictures to be: (N, C, H, W), (N, columns) -> (N,). Not augmented, draws no dice."""
        ...
