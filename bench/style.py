"""Style transfer, a step: ours against the step of Gatys et al. written plainly, with the same VGG-16, pictures and optimizer.

    python -m bench.style vgg16.safetensors [--sides 256 512] [--steps 20]

The plain step is what tutorials do: float32 in torch's own memory format, the same five layers for style and one for content,
targets computed once. Ours is what `pinxit style --features` runs. After `--steps` steps of each from the same picture both
results are judged by the plain loss in float32: quicker must not mean worse.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from bench.measure import alternate, wait_until_quiet, write
from pinxit.generation.style_loss import Loss, Region, content_of, statistics_of
from pinxit.networks.style_features import load_style_features
from pinxit.networks.vgg import BLOCKS, MEANS, SPREADS, Vgg, read_vgg
from pinxit.training.device import choose_precision

PACE = 0.02


class Plain:
    """Gatys' loss, line by line."""

    def __init__(self, vgg: Vgg, content: Tensor, style: Tensor):
        self.vgg = vgg
        self.mean, self.spread = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEANS, SPREADS))
        with torch.no_grad():
            self.grams = [self.gram(features) for features in self.features(style)[0]]
            self.content = self.features(content)[1]

    def features(self, picture: Tensor) -> tuple[list[Tensor], Tensor]:
        features, found, content = ((picture + 1) / 2 - self.mean) / self.spread, [], picture
        places = iter(self.vgg.places)
        for block, count in enumerate(BLOCKS[self.vgg.name]):
            for layer in range(count):
                place = next(places)
                kernel, bias = getattr(self.vgg, f"kernel{place}"), getattr(self.vgg, f"bias{place}")
                features = F.relu(F.conv2d(features, kernel, bias, padding=1))
                if layer == 0:
                    found.append(features)
                if (block, layer) == (3, 1):
                    content = features
                if block == 4:
                    return found, content
            features = F.avg_pool2d(features, 2)
        return found, content

    @staticmethod
    def gram(features: Tensor) -> Tensor:
        cells = features[0].flatten(1)
        return cells @ cells.mT / cells.shape[1]

    def __call__(self, picture: Tensor) -> Tensor:
        styles, content = self.features(picture)
        style = sum(
            ((self.gram(one) - wanted) ** 2).sum() / (wanted**2).sum()
            for one, wanted in zip(styles, self.grams, strict=True)
        )
        return style / 5 + self.vgg.content * ((content - self.content) ** 2).sum() / (self.content**2).sum()


def pictures(side: int) -> tuple[Tensor, Tensor]:
    """Two pictures of soft shapes, the same on every machine."""
    chance = np.random.RandomState(0)
    found = []
    for cells in (6, 24):
        coarse = torch.from_numpy(chance.uniform(-1, 1, (1, 3, cells, cells)).astype(np.float32))
        found.append(F.interpolate(coarse, (side, side), mode="bicubic").clamp(-1, 1))
    return found[0], found[1]


def measure(path: Path, side: int, steps: int, rounds: int, seconds: float) -> dict:
    content, style = pictures(side)
    plain = Plain(read_vgg(path), content, style)
    dtype = torch.bfloat16 if choose_precision("auto", "cpu") == "bf16" else torch.float32
    features = load_style_features(path, dtype)
    wanted, inside = statistics_of(features, style, "gram", side), content_of(features, content, side)
    ours = Loss(features, [Region(wanted)], "gram", inside, 1.0, 0.0, side)

    def side_of(name: str):
        picture = content.clone().requires_grad_()
        optimizer = torch.optim.Adam([picture], PACE)

        def step() -> int:
            picture.grad = torch.zeros_like(picture)
            ours(picture) if name == "ours" else plain(picture).backward()
            optimizer.step()
            return 1

        return picture, step

    losses = {}
    for name in ("plain", "ours"):
        picture, step = side_of(name)
        for _ in range(steps):
            step()
        with torch.no_grad():
            losses[name] = float(plain(picture))
    speeds = alternate({name: side_of(name)[1] for name in losses}, rounds, seconds)
    return {
        "side": side,
        "precision": str(dtype),
        "steps a second": speeds,
        "ratio": speeds["ours"]["median"] / speeds["plain"]["median"],
        f"plain loss after {steps} steps": losses,
        "loss ratio": losses["ours"] / losses["plain"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.style")
    parser.add_argument("vgg", type=Path)
    parser.add_argument("--sides", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--busy", action="store_true", help="do not wait for a quiet machine; told in the results")
    given = parser.parse_args()
    quiet = None if given.busy else wait_until_quiet()
    rows = [measure(given.vgg, side, given.steps, given.rounds, given.seconds) for side in given.sides]
    write("style", {"busy share before": quiet, "waited for quiet": not given.busy, "sides": rows})


if __name__ == "__main__":
    main()
