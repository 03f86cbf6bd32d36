"""Fast style: a network learns to paint any picture as optimising it for a long time would have.

Johnson et al. 2016, "Perceptual losses for real-time style transfer and super-resolution", eq. 5, with the distances that
`pinxit style` optimises (`objectives/style.py`): shares of what is wanted, by EfficientNet-Lite0 or a VGG.
"""

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.fast_style.entry import CELL, MOST_NAMED, FastStyleSettings, names_of
from pinxit.families.fast_style.networks import AnyRepainter, Repainter
from pinxit.images.files import open_picture
from pinxit.images.recolour import brought_to, flattened
from pinxit.networks.dice import Dice
from pinxit.networks.pictures import on_background, over, to_network
from pinxit.networks.style_features import load_style_features, moments_in
from pinxit.objectives.style import Statistic, content_distance, gather, settle, style_distance, total_variation
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow_young
from pinxit.training.recipe import Batch, Update

EXAMPLES = 6
"""Pictures of the first batch that previews show, at most."""
MOST_VIEWS, ENOUGH_VIEWS, PART = 24, 512, 0.7
"""With any style: other views of a painting at most, of all together about, and how much of a side each shows."""
CONTENT = 4.0
"""How much more content counts than where one picture is optimised: a network finds the strokes of a manner long before it
finds those that also show what is there, and at equal weights it gives up the content (docs/results.md)."""
OF_A_MANNER = 5.0
"""Step sizes of scales and shifts, beside those of all other weights."""
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
            "generator": torch.optim.Adam(paces(self.generator), settings.learning_rate, fused=True)
        }
        self.state: dict[str, Tensor | float] = {}

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Repainter:
        """The generator alone, as a model file holds it. It paints in RGB whatever the canvas has."""
        assert isinstance(settings, FastStyleSettings)
        how = settings.width, settings.blocks, names_of(settings.style), settings.seamless
        return AnyRepainter(*how, settings.brush) if settings.any_style else Repainter(*how)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """One step of the network, each picture in a manner drawn for it."""
        settings, optimizer = self.settings, self.optimizers["generator"]
        if not self.state:
            self.begin(batch)
        share = min(1.0, seen / settings.seen)
        rate = settings.learning_rate * (AT_REST + (1 - AT_REST) * (1 + math.cos(math.pi * share)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate * group["pace"]
        news = update(optimizer, self.loss, batch)
        follow_young(self.parts["average"], self.generator, settings.ema_half_life, seen, len(batch))
        return news

    def begin(self, batch: Batch) -> None:
        """Look at the paintings, and keep pictures for previews. Both go into checkpoints: resume needs no other file."""
        self.state["examples"] = batch.pictures[:EXAMPLES].detach().clone().contiguous()
        views = [self.look_at(Path(painting)) for painting in self.settings.style]
        if isinstance(self.generator, AnyRepainter):
            views += self.other_views(views)
            described = moments_in(views)
            for part in self.parts.values():
                assert isinstance(part, AnyRepainter)
                part.settle_in(described)
            self.state["described"] = described
        looked = [self.statistics_of(view) for view in views]
        for layer, statistics in enumerate(zip(*looked, strict=True)):
            self.state[f"wanted{layer}"] = torch.stack(statistics)  # (views, C, C) or (views, 2, C)

    def look_at(self, path: Path) -> Tensor:
        """A painting as it is looked at: (1, 3, h, w), sides multiples of `CELL`."""
        painting = brought_to(flattened(open_picture(path), (255, 255, 255))[0], self.settings.brush, CELL)
        return to_network(np.asarray(painting)[None].copy(), self.dice.device)

    def other_views(self, views: list[Tensor]) -> list[Tensor]:
        """Parts of paintings, mirrored, their colours exchanged: some hundred manners from a few paintings."""
        found = []
        for view in views * min(MOST_VIEWS, ENOUGH_VIEWS // len(views)):
            height, width = (max(CELL, int(side * PART) // CELL * CELL) for side in view.shape[-2:])
            top, left = (
                int(self.dice.integers(0, 1 + over, 1)) for over in (view.shape[-2] - height, view.shape[-1] - width)
            )
            part = view[..., top : top + height, left : left + width]
            part = part[:, self.dice.uniform(1, 3)[0].argsort()]
            found.append(part.flip(3) if int(self.dice.integers(0, 2, 1)) else part)
        return found

    @torch.no_grad()
    def statistics_of(self, painting: Tensor) -> list[Tensor]:
        """What is wanted of each layer of features: the Gram matrix (C, C) of a painting, or for any style moments (2, C)."""
        return [self.statistic_of(layer)[0] for layer in self.features.describe(painting).style]

    def statistic_of(self, features: Tensor) -> list[Tensor]:
        """(N, C, h, w) -> N statistics. Any style: moments, as in Huang and Belongie 2017, eq. 13; matrices of hundreds of
        paintings would fill the memory."""
        which: Statistic = "moments" if self.settings.any_style else "gram"
        cells = features.shape[-2] * features.shape[-1]
        return [settle(gather(one[None], which), cells, which) for one in features]

    def manners_of(self, network: Repainter, chosen: Tensor) -> Tensor:
        """Numbers of paintings (N,) -> what the network takes."""
        if isinstance(network, AnyRepainter):
            return network.read(self.tensor("described")[chosen])
        return one_of(chosen, len(self.settings.style))

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Distance in manner, distance in content, and steps between neighbours; all of them shares (see `objectives`)."""
        pictures = on_background(batch.pictures, self.dice)
        chosen = self.dice.integers(0, len(self.tensor("wanted0")), len(batch))
        painted = self.generator(pictures, self.manners_of(self.generator, chosen)).float()
        with torch.no_grad():
            wanted = self.features.describe(pictures).content
        found = self.features.describe(painted)
        style = torch.zeros((), device=painted.device)
        for layer, (features, share) in enumerate(zip(found.style, self.features.shares, strict=True)):
            manners = self.tensor(f"wanted{layer}")
            for found_in, manner in zip(self.statistic_of(features), chosen.tolist(), strict=True):
                style = style + share * style_distance(found_in, manners[manner]) / len(batch)
        content = content_distance(found.content, wanted, wanted.float().square().sum())
        smooth = total_variation(painted)
        settings = self.settings
        loss = settings.strength * style + CONTENT * self.features.content * content + settings.smooth * smooth
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
        count, manners = len(latents), min(len(self.settings.style), MOST_NAMED)
        examples = self.tensor("examples")
        order = torch.arange(count, device=examples.device)
        pictures = over(examples, 1.0)[order % len(examples)]
        average = self.parts["average"]
        assert isinstance(average, Repainter)
        return average(pictures, self.manners_of(average, order // len(examples) % manners)).float()


def paces(generator: nn.Module) -> list[dict]:
    """Parameters, and their step sizes as shares of the usual: what belongs to one manner is seen in few steps, and takes
    larger ones. With any style nothing does; larger steps drove colours to their ends there."""
    if isinstance(generator, AnyRepainter):
        return [{"params": list(generator.parameters()), "pace": 1.0}]
    parts: dict[float, list[nn.Parameter]] = {1.0: [], OF_A_MANNER: []}
    for name, parameter in generator.named_parameters():
        parts[OF_A_MANNER if name.endswith((".scales", ".shifts")) else 1.0].append(parameter)
    return [{"params": found, "pace": pace} for pace, found in parts.items()]


def one_of(chosen: Tensor, manners: int) -> Tensor:
    """(N,) numbers of manners -> shares (N, manners), all of one."""
    return torch.nn.functional.one_hot(chosen, manners).float()
