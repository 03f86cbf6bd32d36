"""Fast style: a network learns to paint any picture as optimising it for a long time would have.

Johnson et al. 2016, "Perceptual losses for real-time style transfer and super-resolution", eq. 5, with the distances that
`pinxit style` optimises (`objectives/style.py`): shares of what is wanted, by EfficientNet-Lite0 or a VGG.
"""

import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.fast_style.entry import CELL, FastStyleSettings, names_of
from pinxit.families.fast_style.networks import Repainter
from pinxit.images.files import open_picture
from pinxit.images.recolour import flattened
from pinxit.networks.dice import Dice
from pinxit.networks.pictures import on_background, over, to_network
from pinxit.networks.style_features import load_style_features
from pinxit.objectives.style import content_distance, gather, settle, style_distance, total_variation
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow_young
from pinxit.training.recipe import Batch, Update

EXAMPLES = 6
"""Pictures of the first batch that previews show, at most."""
AT_REST = 0.02
"""Step sizes end at this share, along a cosine."""


class FastStyle:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, FastStyleSettings)
        self.settings, self.dice = settings, dice
        dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
        self.features = load_style_features(Path(settings.features) if settings.features else None, dtype, dice.device)
        self.generator = self.build_generator(settings, canvas)
        self.parts: dict[str, nn.Module] = {"generator": self.generator, "average": averaged_copy(self.generator)}
        self.seeing = None
        self.optimizers: dict[str, Optimizer] = {
            "generator": torch.optim.Adam(self.generator.parameters(), settings.learning_rate, fused=True)
        }
        self.state: dict[str, Tensor | float] = {}

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Repainter:
        """The generator alone, as a model file holds it. It paints in RGB whatever the canvas has."""
        assert isinstance(settings, FastStyleSettings)
        return Repainter(settings.width, settings.blocks, names_of(settings.style), settings.seamless)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """One step of the network, each picture in a manner drawn for it."""
        settings, optimizer = self.settings, self.optimizers["generator"]
        if not self.state:
            self.begin(batch)
        share = min(1.0, seen / settings.seen)
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * (AT_REST + (1 - AT_REST) * (1 + math.cos(math.pi * share)) / 2)
        news = update(optimizer, self.loss, batch)
        follow_young(self.parts["average"], self.generator, settings.ema_half_life, seen, len(batch))
        return news

    def begin(self, batch: Batch) -> None:
        """Look at the paintings, and keep pictures for previews. Both go into checkpoints: resume needs no other file."""
        self.state["examples"] = batch.pictures[:EXAMPLES].detach().clone().contiguous()
        described = [self.describe(Path(painting)) for painting in self.settings.style]
        for layer, statistics in enumerate(zip(*described, strict=True)):
            self.state[f"wanted{layer}"] = torch.stack(statistics)  # (manners, C, C)

    @torch.no_grad()
    def describe(self, path: Path) -> list[Tensor]:
        """The Gram matrix (C, C) of each layer of features of a painting."""
        painting = flattened(open_picture(path), (255, 255, 255))[0]
        scale = self.settings.brush / max(painting.size)
        width, height = (max(CELL, round(side * scale / CELL) * CELL) for side in painting.size)
        pixels = np.asarray(painting.resize((width, height), Image.Resampling.LANCZOS))
        found = self.features.describe(to_network(pixels[None].copy(), self.dice.device)).style
        return [grams(layer)[0] for layer in found]

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Distance in manner, distance in content, and steps between neighbours; all of them shares (see `objectives`)."""
        pictures = on_background(batch.pictures, self.dice)
        chosen = self.dice.integers(0, len(self.settings.style), len(batch))
        painted = self.generator(pictures, one_of(chosen, len(self.settings.style))).float()
        with torch.no_grad():
            wanted = self.features.describe(pictures).content
        found = self.features.describe(painted)
        style = torch.zeros((), device=painted.device)
        for layer, (features, share) in enumerate(zip(found.style, self.features.shares, strict=True)):
            manners = self.tensor(f"wanted{layer}")
            for gram, manner in zip(grams(features), chosen.tolist(), strict=True):
                style = style + share * style_distance(gram, manners[manner]) / len(batch)
        content = content_distance(found.content, wanted, wanted.float().square().sum())
        smooth = total_variation(painted)
        settings = self.settings
        loss = settings.strength * style + self.features.content * content + settings.smooth * smooth
        return loss, {"loss": loss, "style": style, "content": content, "steps": smooth}

    def tensor(self, name: str) -> Tensor:
        """A tensor of the state where it is needed: checkpoints bring it back to the processor."""
        value = self.state[name]
        assert isinstance(value, Tensor)
        if value.device != self.dice.device:
            value = self.state[name] = value.to(self.dice.device)
        return value

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """The examples by the averaged generator, in one manner after the other. Latents have length 0: only their number
        counts."""
        count, manners = len(latents), len(self.settings.style)
        examples = self.tensor("examples")
        order = torch.arange(count, device=examples.device)
        pictures = over(examples, 1.0)[order % len(examples)]
        return self.parts["average"](pictures, one_of(order // len(examples) % manners, manners)).float()


def grams(features: Tensor) -> list[Tensor]:
    """(N, C, h, w) -> N Gram matrices (C, C)."""
    cells = features.shape[-2] * features.shape[-1]
    return [settle(gather(one[None], "gram"), cells, "gram") for one in features]


def one_of(chosen: Tensor, manners: int) -> Tensor:
    """(N,) numbers of manners -> shares (N, manners), all of one."""
    return torch.nn.functional.one_hot(chosen, manners).float()
