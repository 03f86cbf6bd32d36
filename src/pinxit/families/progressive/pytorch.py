"""Progressive GAN: two networks that begin with a few cells and grow, so that large shapes are learned before detail.

Karras et al. 2017, "Progressive growing of GANs for improved quality, stability, and variation", arXiv 1710.10196.
"""

from math import ceil
from typing import cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.progressive.entry import ProgressiveSettings
from pinxit.families.progressive.growing import grown
from pinxit.families.progressive.networks import Critic, Generator, enlarge
from pinxit.networks.augment import adapt_to, as_judged
from pinxit.networks.dice import Dice
from pinxit.networks.layers import halve
from pinxit.objectives.adversarial import OBJECTIVES
from pinxit.objectives.penalties import gradient_penalty, zero_centred_penalty
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow_young
from pinxit.training.recipe import Batch, Update


class Progressive:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, ProgressiveSettings)
        self.settings, self.dice = settings, dice
        self.objective = OBJECTIVES[settings.objective]
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
        self.state: dict[str, Tensor | float] = {"augment": settings.augment, "augment_extra": 0.0}
        self.penalise = True
        self.painted: list[Tensor] = []

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, ProgressiveSettings)
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """The critic first, then the generator, judged on the very pictures the critic has just learned from."""
        self.grow(seen)
        self.painted.clear()
        self.penalise = seen // self.settings.batch % self.settings.penalty_every == 0
        batch = Batch(self.at_stage(batch.pictures), batch.labels)
        news = update(self.optimizers["critic"], self.critic_loss, batch)
        news |= update(self.optimizers["generator"], self.generator_loss, batch)
        follow_young(self.parts["average"], self.generator, self.settings.ema_half_life, seen, len(batch))
        adapt_to(news["sure_of_real"], self.settings.augment_target, len(batch), self.state)
        return news | {"stage": torch.tensor(self.generator.level)}

    def grow(self, seen: int) -> None:
        """To the stage of this moment; never back, when schedules are fitted anew or weights come from a grown model."""
        settings = self.settings
        level = grown(seen, len(self.generator.finer), settle=settings.settle, fade=settings.fade)
        level = max(level, float(self.generator.grown))
        self.generator.grow_to(level)
        cast(Generator, self.parts["average"]).grow_to(level)

    def at_stage(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) -> as the stage that is reached could show them; while the next is faded in, between both."""
        level = self.generator.level
        for _ in range(len(self.generator.finer) - ceil(level)):
            pictures = halve(pictures)
        if level > int(level):
            pictures = torch.lerp(enlarge(halve(pictures), 2), pictures, level - int(level))
        return pictures

    def critic_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The critic's side, with R1 now and then, or with the paper's penalties."""
        level = self.generator.level
        painted = self.generator(self.dice.normal(len(batch), self.settings.latents), batch.labels)
        self.painted.append(painted)  # its graph serves the generator's turn
        lazily = self.penalise and self.settings.objective == "nonsaturating"
        real = self.look(batch.pictures).detach().requires_grad_(lazily)
        fake = self.look(painted.detach())
        real_scores = self.critic(real, batch.labels, level)
        fake_scores = self.critic(fake, batch.labels, level)
        loss = self.objective.discriminator(real_scores, fake_scores)
        news = {
            "critic_loss": loss,
            "real_score": real_scores.mean(),
            "fake_score": fake_scores.mean(),
            "sure_of_real": real_scores.sign().mean(),
        }
        if lazily:
            # In proportion to the pixels: slopes at a small stage are few and steep (Karras et al. 2020, StyleGAN2-ADA,
            # appendix C: gamma follows the number of pixels).
            gamma = self.settings.gamma * 4.0 ** (ceil(level) - len(self.generator.finer))
            loss = loss + gamma / 2 * self.settings.penalty_every * zero_centred_penalty(real, real_scores).mean()
        if self.settings.objective == "wasserstein-gp":
            shares = self.dice.uniform(len(batch))
            penalty = gradient_penalty(lambda between: self.critic(between, batch.labels, level), real, fake, shares)
            loss = loss + self.settings.gradient_penalty * penalty.mean()
            loss = loss + self.settings.drift * real_scores.square().mean()  # appendix A.1: scores must not drift away
        return loss, news

    def generator_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The same game from the other side."""
        fake_scores = self.critic(self.look(self.painted.pop(0)), batch.labels, self.generator.level)
        loss = self.objective.generator(fake_scores, fake_scores)
        return loss, {"generator_loss": loss}

    def look(self, pictures: Tensor) -> Tensor:
        """Pictures as the critic sees them: rolled along seamless axes and augmented."""
        return as_judged(pictures, self.settings.seamless, self.state, self.dice)

    @torch.no_grad()
    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of the critic, which sees pictures at the stage that is reached."""
        return self.critic(self.at_stage(pictures), labels, self.generator.level)

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator: what the stage can paint, cell by cell."""
        return cast(Generator, self.parts["average"])(latents, labels)
