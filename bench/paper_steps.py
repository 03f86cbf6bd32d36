"""Every family's training step against its paper's step, written plainly in PyTorch over the same networks.

    python -m bench.paper_steps [NAME ...]

Plainly: float32, memory as it comes, `torch.optim.Adam` as it comes, pictures painted anew for each player and looked at
anew, averages kept with a loop over weights, penalties as often as the paper has them (and so often in ours, too). 64 px
RGB without augmentation, the networks of the `quick` preset (of `pixels` for stylegan), batch 32.
"""

import copy
import sys
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from bench.measure import alternate, wait_until_quiet, write
from bench.training import Stepper
from pinxit.families.stackgan.judges import fields_of
from pinxit.families.stackgan.pytorch import wrongly_paired
from pinxit.networks.features import load_features

BATCH = 32
OURS = {
    "r3gan": {"penalty_every": 1},
    "progressive": {"objective": "wasserstein-gp", "settle": 1, "fade": 1},
    "stylegan": {"penalty_every": 16},
    "projected": {"pixel_width": 0, "energy_share": 0.0},
    "stackgan": {"matching": 0.0, "energy_share": 0.0, "reading": 0, "sketching": 0},
    "vae": {
        "prior": "normal",
        "likelihood": "gaussian",
        "beta": 1.0,
        "beta_warm_up": 0,
        "free_bits": 0.0,
        "perceptual": 0.0,
    },
}
"""Settings that take our step to the paper's objective."""
PRESETS = {"stylegan": "pixels"}


class Plain:
    """What the plain steps share: copies of a recipe's networks in plain float32, their Adam, an average."""

    def __init__(self, ours: Stepper):
        self.settings, self.count = ours.settings, ours.settings.batch
        copied = {
            name: copy.deepcopy(part).to(memory_format=torch.contiguous_format)
            for name, part in ours.recipe.parts.items()
        }
        self.parts = {name: part for name, part in copied.items() if not name.startswith("average")}
        self.average = copied["average"]
        self.adam = {
            name: torch.optim.Adam(part.parameters(), 1e-4, betas=(0.0, 0.99)) for name, part in self.parts.items()
        }
        shape = (self.count, ours.canvas.channels, ours.canvas.height, ours.canvas.width)
        self.pictures = torch.rand(shape) * 2 - 1
        self.labels = ours.labels()
        self.number = 0

    def latents(self) -> Tensor:
        return torch.randn(self.count, self.parts["generator"].latents)

    def follow(self) -> None:
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self.parts["generator"].parameters(), strict=True):
                kept.copy_(kept * 0.999 + new * 0.001)

    def learn(self, name: str, loss: Tensor) -> None:
        self.adam[name].zero_grad()
        loss.backward()
        self.adam[name].step()

    def gan(self, critic_loss: Callable[[Tensor], Tensor], generator_loss: Callable[[Tensor], Tensor]) -> int:
        """Critic and generator in turn, each with pictures of its own."""
        with torch.no_grad():
            fake = self.parts["generator"](self.latents(), self.labels)
        self.learn("critic", critic_loss(fake))
        self.learn("generator", generator_loss(self.parts["generator"](self.latents(), self.labels)))
        self.follow()
        self.number += 1
        return self.count


def slope(pictures: Tensor, scores: Tensor) -> Tensor:
    """Mean squared slope of the scores at pictures."""
    (gradient,) = torch.autograd.grad(scores.sum(), pictures, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()


def r3gan(ours: Stepper) -> Callable[[], int]:
    """Relativistic pairing, R1 and R2 in every step (Huang et al. 2024, algorithm 1)."""
    plain = Plain(ours)
    critic, gamma = plain.parts["critic"], plain.settings.gamma

    def critic_loss(fake: Tensor) -> Tensor:
        real, fake = plain.pictures.clone().requires_grad_(), fake.requires_grad_()
        real_scores, fake_scores = critic(real, plain.labels), critic(fake, plain.labels)
        slopes = slope(real, real_scores) + slope(fake, fake_scores)
        return F.softplus(fake_scores - real_scores).mean() + gamma / 2 * slopes

    def generator_loss(fake: Tensor) -> Tensor:
        return F.softplus(critic(plain.pictures, plain.labels) - critic(fake, plain.labels)).mean()

    return lambda: plain.gan(critic_loss, generator_loss)


def progressive(ours: Stepper) -> Callable[[], int]:
    """Wasserstein with gradient penalty and drift (Karras et al. 2017, appendix A.1), fully grown."""
    plain = Plain(ours)
    generator, critic = plain.parts["generator"], plain.parts["critic"]
    level = float(len(generator.finer))
    generator.grow_to(level)

    def critic_loss(fake: Tensor) -> Tensor:
        real_scores, fake_scores = critic(plain.pictures, plain.labels, level), critic(fake, plain.labels, level)
        shares = torch.rand(plain.count, 1, 1, 1)
        between = (shares * fake + (1 - shares) * plain.pictures).requires_grad_()
        (gradient,) = torch.autograd.grad(critic(between, plain.labels, level).sum(), between, create_graph=True)
        penalty = (gradient.flatten(1).norm(dim=1) - 1).square().mean()
        return fake_scores.mean() - real_scores.mean() + 10 * penalty + 0.001 * real_scores.square().mean()

    return lambda: plain.gan(critic_loss, lambda fake: -critic(fake, plain.labels, level).mean())


def stylegan(ours: Stepper) -> Callable[[], int]:
    """Nonsaturating, R1 every 16 steps (Karras et al. 2019, appendix B), without path lengths."""
    plain = Plain(ours)
    critic, gamma = plain.parts["critic"], plain.settings.gamma

    def critic_loss(fake: Tensor) -> Tensor:
        real = plain.pictures.clone().requires_grad_()
        real_scores, fake_scores = critic(real, plain.labels), critic(fake, plain.labels)
        loss = F.softplus(fake_scores).mean() + F.softplus(-real_scores).mean()
        return loss if plain.number % 16 else loss + gamma / 2 * 16 * slope(real, real_scores)

    return lambda: plain.gan(critic_loss, lambda fake: F.softplus(-critic(fake, plain.labels)).mean())


def projected(ours: Stepper) -> Callable[[], int]:
    """Hinge over heads on features (Sauer et al. 2021, eq. 2)."""
    plain = Plain(ours)
    critic, settings = plain.parts["critic"], plain.settings
    features = load_features(torch.float32, torch.device("cpu"))

    def scores(pictures: Tensor) -> list[Tensor]:
        larger = F.interpolate(pictures, settings.features_at, mode="bilinear", align_corners=False)
        return critic(features.taps(larger.contiguous(), settings.taps), plain.labels)

    def critic_loss(fake: Tensor) -> Tensor:
        pairs = zip(scores(plain.pictures), scores(fake), strict=True)
        return sum((F.relu(1 - real).mean() + F.relu(1 + fake).mean() for real, fake in pairs), torch.zeros(()))

    return lambda: plain.gan(critic_loss, lambda fake: sum((-map_.mean() for map_ in scores(fake)), torch.zeros(())))


def stackgan(ours: Stepper) -> Callable[[], int]:
    """The second stage: real with right, real with wrong, painted with right caption (Zhang et al. 2016, eq. 3 and 4).

    With our critics, which have three sides: heads on features, pixels (slopes every fourth step, as ours), pairs.
    """
    plain = Plain(ours)
    generator, judges, settings = plain.parts["generator"], plain.parts["critic_second"], plain.settings
    features, words = load_features(torch.float32, torch.device("cpu")), plain.labels
    wrong = wrongly_paired(words)
    for part in (generator.first, generator.reader, generator.conditions[0]):
        part.requires_grad_(False)

    def captions() -> Tensor:
        with torch.no_grad():
            return generator.read(words)

    def looks(pictures: Tensor) -> tuple[list[Tensor], Tensor]:
        larger = F.interpolate(pictures, settings.features_at, mode="bilinear", align_corners=False)
        taps = features.taps(larger.contiguous())
        return taps, fields_of(taps)

    def step() -> int:
        with torch.no_grad():
            fake = generator.paint(torch.randn(plain.count, generator.latents), words, captions()).picture
        slopes = plain.number % settings.penalty_every == 0
        real, fake = plain.pictures.clone().requires_grad_(slopes), fake.requires_grad_(slopes)
        with torch.no_grad():
            (real_taps, real_fields), (fake_taps, fake_fields) = looks(real), looks(fake)
        told = captions()
        loss = torch.zeros(())
        for one, other in zip(judges.features(real_taps, words), judges.features(fake_taps, words), strict=True):
            loss = loss + F.relu(1 - one).mean() + F.relu(1 + other).mean()
        real_scores, fake_scores = judges.pixels(real, words), judges.pixels(fake, words)
        loss = loss + F.softplus(fake_scores - real_scores).mean()
        if slopes:
            squares = slope(real, real_scores) + slope(fake, fake_scores)
            loss = loss + settings.gamma * settings.penalty_every / 2 * squares
        right, painted = judges.pairs(real_fields, told), judges.pairs(fake_fields, told)
        mismatched = judges.pairs(real_fields, told.roll(1, dims=0))
        fooled, missed = (
            F.softplus(painted - right).mean(),
            (F.softplus(mismatched - right) * wrong).sum() / wrong.sum(),
        )
        plain.learn("critic_second", loss + (fooled + missed) / 2)

        made = generator.paint(torch.randn(plain.count, generator.latents), words, captions())
        taps, fields = looks(made.picture)
        with torch.no_grad():
            _, real_fields = looks(plain.pictures)
            real_scores, right = judges.pixels(plain.pictures, words), judges.pairs(real_fields, captions())
        loss = made.divergence + F.softplus(right - judges.pairs(fields, captions())).mean()
        loss = loss + F.softplus(real_scores - judges.pixels(made.picture, words)).mean()
        loss = loss + sum((-scores.mean() for scores in judges.features(taps, words)), torch.zeros(()))
        plain.learn("generator", loss)
        plain.follow()
        plain.number += 1
        return plain.count

    return step


def vae(ours: Stepper) -> Callable[[], int]:
    """The bound of Kingma and Welling 2013, eq. 10, with a Gaussian of the best width."""
    plain = Plain(ours)
    encoder, generator = plain.parts["encoder"], plain.parts["generator"]
    adam = torch.optim.Adam([*encoder.parameters(), *generator.parameters()], 1e-3)
    average_encoder = copy.deepcopy(encoder)

    def step() -> int:
        mean, log_variance = encoder.posterior(plain.pictures, plain.labels)
        said = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        drawn = generator.draw(said, plain.labels)
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()
        loss = 0.5 * F.mse_loss(drawn, plain.pictures).log() + divergence / plain.pictures[0].numel()
        adam.zero_grad()
        loss.backward()
        adam.step()
        plain.follow()
        with torch.no_grad():
            for kept, new in zip(average_encoder.parameters(), encoder.parameters(), strict=True):
                kept.copy_(kept * 0.999 + new * 0.001)
        return plain.count

    return step


SIDES = {
    "vae": vae, "progressive": progressive, "stylegan": stylegan, "stackgan": stackgan, "projected": projected, "r3gan": r3gan,
}  # fmt: skip


def compare(name: str) -> None:
    """One family's ratio into bench/results/paper-step-NAME.json."""
    values = OURS[name] | {"size": "64", "batch": BATCH, "augment": 0.0}
    ours = Stepper(name, PRESETS.get(name, "quick"), 3, **values)
    ours.seen = 100 * BATCH  # grown, warmed up
    plain = SIDES[name](ours)
    busy = wait_until_quiet()
    speeds = alternate({"pinxit": ours.step, "plain": plain})
    figures = {
        "what": f"training pictures/s of {name}, 64 px RGB, batch {BATCH}, the paper's objective, the same networks",
        "pictures_per_second": speeds,
        "ratio": speeds["pinxit"]["median"] / speeds["plain"]["median"],
        "precision": ours.settings.precision,
        "threads": torch.get_num_threads(),
        "busy_share_before": busy,
    }
    print(name, round(figures["ratio"], 2))
    write(f"paper-step-{name}", figures, ours.settings.device)


if __name__ == "__main__":
    for name in sys.argv[1:] or SIDES:
        compare(name)
