"""The peer: DCGAN as the PyTorch tutorial describes it (networks, initialisation, Adam, labels), plain float32 eager.

Written anew from the tutorial's published figures: latent 100, 64 feature maps, 64x64 pictures, 3.58 M and 2.77 M
parameters, weights N(0, 0.02), batch norm scale N(1, 0.02), Adam 2e-4 with beta1 0.5, binary cross-entropy.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

LATENTS, MAPS, LEARNING_RATE, BETAS = 100, 64, 2e-4, (0.5, 0.999)


def generator(channels: int = 3) -> nn.Sequential:
    """(N, 100, 1, 1) -> (N, channels, 64, 64) in [-1, 1]."""
    widths = [MAPS * 8, MAPS * 4, MAPS * 2, MAPS]
    layers: list[nn.Module] = [nn.ConvTranspose2d(LATENTS, widths[0], 4, 1, 0, bias=False)]
    for before, after in pairwise(widths):
        layers += [nn.BatchNorm2d(before), nn.ReLU(True), nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)]
    layers += [nn.BatchNorm2d(MAPS), nn.ReLU(True), nn.ConvTranspose2d(MAPS, channels, 4, 2, 1, bias=False), nn.Tanh()]
    return nn.Sequential(*layers)


def discriminator(channels: int = 3) -> nn.Sequential:
    """(N, channels, 64, 64) -> (N, 1, 1, 1) probabilities."""
    widths = [MAPS, MAPS * 2, MAPS * 4, MAPS * 8]
    layers: list[nn.Module] = [nn.Conv2d(channels, MAPS, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, 1, 0, bias=False), nn.Sigmoid())


def initialise(module: nn.Module) -> None:
    """The tutorial's weights, for `network.apply`."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


class Tutorial:
    """One training step as the tutorial takes it. `bf16` adds autocast and channels_last and changes nothing else."""

    def __init__(self, channels: int = 3, device: str = "cpu", bf16: bool = False, seed: int = 0):
        torch.manual_seed(seed)
        self.device, self.bf16 = device, bf16
        self.generator, self.discriminator = generator(channels).to(device), discriminator(channels).to(device)
        if bf16:
            for network in (self.generator, self.discriminator):
                network.to(memory_format=torch.channels_last)
        self.generator.apply(initialise)
        self.discriminator.apply(initialise)
        self.loss = nn.BCELoss()
        networks = (self.generator, self.discriminator)
        self.for_generator, self.for_discriminator = (
            torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, betas=BETAS) for network in networks
        )

    def scores(self, pictures: Tensor) -> Tensor:
        """Probability that each picture is real, float32 (N,)."""
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.bf16):
            scores = self.discriminator(pictures)
        return scores.float().view(-1)

    def step(self, real: Tensor) -> tuple[float, float]:
        """Discriminator on real, on fake; then the generator. `real`: (N, C, 64, 64) in [-1, 1]."""
        count = len(real)
        ones, zeros = torch.ones(count, device=self.device), torch.zeros(count, device=self.device)
        self.discriminator.zero_grad()
        on_real = self.loss(self.scores(real), ones)
        on_real.backward()
        latents = torch.randn(count, LATENTS, 1, 1, device=self.device)
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.bf16):
            fake = self.generator(latents)
        on_fake = self.loss(self.scores(fake.detach()), zeros)
        on_fake.backward()
        self.for_discriminator.step()
        self.generator.zero_grad()
        fooled = self.loss(self.scores(fake), ones)
        fooled.backward()
        self.for_generator.step()
        return (on_real + on_fake).item(), fooled.item()
