"""StyleGAN: a generator that is told what to paint by a style, layer by layer.

Karras et al. 2018, arXiv 1812.04948; Karras et al. 2019, arXiv 1912.04958 (StyleGAN2). Its critics see through frozen
features, as in Sauer et al. 2022, "StyleGAN-XL", arXiv 2202.00273; or it is StyleGAN2's own, held by R1, which learns to see
from the pictures alone. Adaptive augmentation, where asked for with `augment_target`: Karras et al. 2020, arXiv 2006.06676.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.stylegan.entry import StyleganSettings
from pinxit.families.stylegan.generator import Generator
from pinxit.families.stylegan.pixels import PixelGame
from pinxit.families.stylegan.shape import PATH_MEMORY
from pinxit.networks.augment import adapt_to
from pinxit.networks.dice import Dice
from pinxit.objectives.penalties import path_lengths
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow_young
from pinxit.training.feature_game import FeatureGame
from pinxit.training.recipe import Batch, Update
from pinxit.training.settling import liveliness


class Stylegan:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, StyleganSettings)
        self.settings, self.dice = settings, dice
        self.state: dict[str, Tensor | float] = {"augment": settings.augment, "augment_extra": 0.0, "path_length": 0.0}
        self.generator = self.build_generator(settings, canvas)
        self.game: FeatureGame | PixelGame = (
            FeatureGame(settings, canvas, dice, self.state)
            if settings.critic == "features"
            else PixelGame(settings, canvas, dice, self.state)
        )
        self.parts: dict[str, nn.Module] = {
            "generator": self.generator,
            "average": averaged_copy(self.generator),
            **self.game.parts,
        }
        self.seeing = self.game.seeing
        weights = self.generator.parameters()
        self.optimizers: dict[str, Optimizer] = {
            "generator": torch.optim.Adam(weights, settings.learning_rate, betas=(0.0, 0.99), fused=True),
            "critic": self.game.optimizer(settings.critic_rate),
        }
        self.regularise = True

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, StyleganSettings)
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """The generator first; the critics then learn from the very pictures they judged."""
        settings = self.settings
        self.game.begin_step(seen)
        self.regularise = settings.path_length > 0 and seen // settings.batch % settings.path_every == 0
        rates = {"generator": settings.learning_rate, "critic": settings.critic_rate}
        for name, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = rates[name] * liveliness(settings, seen)
        news = update(self.optimizers["generator"], self.generator_loss, batch)
        news |= update(self.optimizers["critic"], self.game.critic_loss, batch)
        follow_young(self.parts["average"], self.generator, settings.ema_half_life, seen, len(batch))
        if self.regularise:
            usual, seen_now = float(self.state["path_length"]), float(news["path_length"])
            self.state["path_length"] = PATH_MEMORY * usual + (1 - PATH_MEMORY) * seen_now
        adapt_to(news["sure_of_real"], settings.augment_target, len(batch), self.state)
        return news

    def generator_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The game against what it paints now; now and then with path length regularisation."""
        latents = self.dice.normal(len(batch), self.generator.latents)
        painted = self.generator.synthesise(self.styles(latents, batch.labels), latents[:, self.settings.latents :])
        loss, news = self.game.generator_loss(painted, batch)
        if self.regularise:
            lengths = self.lengths(batch.labels[: -(-len(batch) // 2)])  # half a batch does, as in the paper
            usual = float(self.state["path_length"]) or float(lengths.detach().mean())
            uneven = (lengths - usual).square().mean()
            loss = loss + self.settings.path_length * self.settings.path_every * uneven
            news["path_length"] = lengths.mean()
        return loss, news

    def styles(self, latents: Tensor, labels: Tensor) -> Tensor:
        """(N, latents), (N, columns) -> (N, layers, styles): some pictures have another style from some layer on.

        Mixing keeps layers from relying on each other's style. Source: Karras et al. 2018, section 3.1.
        """
        styles = self.generator.map(latents, labels)
        self.generator.remember(styles, labels)
        layers = self.generator.layers
        whole = styles[:, None].expand(-1, layers, -1)
        if not self.settings.mixing:
            return whole
        others = self.generator.map(self.dice.normal(len(labels), self.settings.latents), labels)
        cut = self.dice.integers(1, layers, len(labels), 1)
        mixed = self.dice.uniform(len(labels), 1) < self.settings.mixing
        finer = mixed & (torch.arange(layers, device=cut.device) >= cut)  # (N, layers)
        return torch.where(finer[:, :, None], others[:, None], whole)

    def lengths(self, labels: Tensor) -> Tensor:
        """How much new pictures change with their styles -> (N,). See `objectives.penalties.path_lengths`."""
        latents = self.dice.normal(len(labels), self.generator.latents)
        styles = self.generator.map(latents, labels)[:, None].expand(-1, self.generator.layers, -1)
        pictures = self.generator.synthesise(styles, latents[:, self.settings.latents :])
        return path_lengths(pictures, styles, self.dice.normal(*pictures.shape))

    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of all critics."""
        return self.game.judge(pictures, labels)

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator."""
        return cast(Generator, self.parts["average"])(latents, labels)
