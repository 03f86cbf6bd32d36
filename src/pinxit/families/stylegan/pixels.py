"""The papers' own side of the game: one critic that learns to see from the pictures alone, held by R1."""

from collections.abc import MutableMapping

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.stylegan.critic import Critic
from pinxit.families.stylegan.entry import StyleganSettings
from pinxit.networks.augment import as_judged
from pinxit.networks.dice import Dice
from pinxit.objectives.adversarial import minimax_discriminator, nonsaturating_generator
from pinxit.objectives.penalties import zero_centred_penalty
from pinxit.training.recipe import Batch


class PixelGame:
    """Has the shape of `training.feature_game.FeatureGame`, and stands in its place with `critic=pixels`."""

    def __init__(
        self, settings: StyleganSettings, canvas: Canvas, dice: Dice, state: MutableMapping[str, Tensor | float]
    ):
        self.settings, self.dice, self.state = settings, dice, state
        self.seeing = Critic(settings, canvas)
        self.parts: dict[str, nn.Module] = {"critic": self.seeing}
        self.penalise = True
        self.painted: list[Tensor] = []

    def optimizer(self, rate: float) -> Optimizer:
        """Adam over the critic."""
        return torch.optim.Adam(self.seeing.parameters(), rate, betas=(0.0, 0.99), fused=True)

    def begin_step(self, seen: int) -> None:
        """Forget what a step that was broken off may have left; say whether the slope is penalised in this one."""
        self.painted.clear()
        self.penalise = seen // self.settings.batch % self.settings.penalty_every == 0

    def generator_loss(self, painted: Tensor, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Be taken for real. Source: Goodfellow et al. 2014, section 3 (nonsaturating)."""
        seen = self.look(painted)
        self.painted.append(seen.detach())
        fake_scores = self.seeing(seen, batch.labels)
        loss = nonsaturating_generator(fake_scores, fake_scores)
        return loss, {"generator_loss": loss}

    def critic_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The critic's side, now and then with R1 at real pictures (as the critic sees them)."""
        real = self.look(batch.pictures).detach().requires_grad_(self.penalise)
        real_scores = self.seeing(real, batch.labels)
        fake_scores = self.seeing(self.painted.pop(0), batch.labels)
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

    def look(self, pictures: Tensor) -> Tensor:
        """Pictures as the critic sees them: rolled along seamless axes and augmented."""
        return as_judged(pictures, self.settings.seamless, self.state, self.dice)

    @torch.no_grad()
    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores (N,) of the critic."""
        return self.seeing(pictures, labels)
