"""StyleGAN: a generator that is told what to paint by a style, layer by layer, and a critic held by R1.

Karras et al. 2018, arXiv 1812.04948; Karras et al. 2019, arXiv 1912.04958 (StyleGAN2). Adaptive augmentation, where asked
for with `augment_target`: Karras et al. 2020, arXiv 2006.06676.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.stylegan.critic import Critic
from pinxit.families.stylegan.entry import StyleganSettings
from pinxit.families.stylegan.generator import Generator
from pinxit.networks.augment import adapt, augment, roll
from pinxit.networks.dice import Dice
from pinxit.objectives.adversarial import minimax_discriminator, nonsaturating_generator
from pinxit.objectives.penalties import path_lengths, zero_centred_penalty
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow
from pinxit.training.recipe import Batch, Update

EMA_WARM_UP = 0.05
"""While training is young the average follows faster: its half-life is at most this share of the pictures seen."""
PATH_MEMORY = 0.99
"""How much of the usual path length is kept when another is seen, as in the paper's appendix B."""


class Stylegan:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, StyleganSettings)
        self.settings, self.dice = settings, dice
        self.generator = self.build_generator(settings, canvas)
        self.critic = Critic(settings, canvas)
        self.parts: dict[str, nn.Module] = {
            "generator": self.generator,
            "average": averaged_copy(self.generator),
            "critic": self.critic,
        }
        self.seeing = self.critic
        self.optimizers: dict[str, Optimizer] = {
            name: torch.optim.Adam(self.parts[name].parameters(), settings.learning_rate, betas=(0.0, 0.99), fused=True)
            for name in ("generator", "critic")
        }
        self.state: dict[str, Tensor | float] = {"augment": settings.augment, "augment_extra": 0.0, "path_length": 0.0}
        self.penalise = self.regularise = True
        self.painted: list[Tensor] = []

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, StyleganSettings)
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """The critic first, then the generator, judged on the very pictures the critic has just learned from."""
        settings, number = self.settings, seen // self.settings.batch
        self.painted.clear()
        self.penalise = number % settings.penalty_every == 0
        self.regularise = settings.path_length > 0 and number % settings.path_every == 0
        news = update(self.optimizers["critic"], self.critic_loss, batch)
        news |= update(self.optimizers["generator"], self.generator_loss, batch)
        half_life = min(settings.ema_half_life, EMA_WARM_UP * (seen + len(batch)))
        follow(self.parts["average"], self.generator, half_life, len(batch))
        if self.regularise:
            usual, seen_now = float(self.state["path_length"]), float(news["path_length"])
            self.state["path_length"] = PATH_MEMORY * usual + (1 - PATH_MEMORY) * seen_now
        if settings.augment_target is not None:
            sure = float(news["sure_of_real"])
            self.state["augment"] = adapt(float(self.state["augment"]), sure, settings.augment_target, len(batch))
        return news

    def critic_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The critic's side, now and then with R1 at real pictures (as the critic sees them)."""
        latents = self.dice.normal(len(batch), self.generator.latents)
        painted = self.generator.synthesise(self.styles(latents, batch.labels), latents[:, self.settings.latents :])
        self.painted.append(painted)  # its graph serves the generator's turn
        real = self.look(batch.pictures).detach().requires_grad_(self.penalise)
        real_scores = self.critic(real, batch.labels)
        fake_scores = self.critic(self.look(painted.detach()), batch.labels)
        loss = minimax_discriminator(real_scores, fake_scores)
        news = {
            "critic_loss": loss,
            "real_score": real_scores.mean(),
            "fake_score": fake_scores.mean(),
            "sure_of_real": real_scores.sign().mean(),
        }
        if self.penalise:
            slope = zero_centred_penalty(real, real_scores).mean()
            loss = loss + self.settings.gamma / 2 * self.settings.penalty_every * slope
        return loss, news

    def generator_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The same game from the other side, now and then with path length regularisation."""
        fake_scores = self.critic(self.look(self.painted.pop(0)), batch.labels)
        loss = nonsaturating_generator(fake_scores, fake_scores)
        news = {"generator_loss": loss}
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

    def look(self, pictures: Tensor) -> Tensor:
        """Pictures as the critic sees them: rolled along seamless axes and augmented."""
        seamless = self.settings.seamless
        strength = min(1.0, float(self.state["augment"]) + float(self.state["augment_extra"]))
        return augment(roll(pictures, seamless, self.dice), strength, self.dice, seamless=seamless)

    @torch.no_grad()
    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of the critic."""
        return self.critic(pictures, labels)

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator."""
        return cast(Generator, self.parts["average"])(latents, labels)
