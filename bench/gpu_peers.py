"""The peers that need a GPU: pip `lightweight-gan` and `stylegan2-pytorch`, for so many minutes, into quality-runs/.

    pip install lightweight-gan==1.2.1 stylegan2-pytorch==1.9.0
    python -m bench.gpu_peers lightweight-gan --minutes 20 [--seed 0]
    python -m bench.gpu_peers stylegan2-pytorch --minutes 20 [--seed 0]
    python -m bench.quality train projected --minutes 20; python -m bench.quality judge --vgg FILE

Each through the package's own trainer, with what its command line publishes as defaults (checked against the installed
package); only the size is ours. As the tutorial's DCGAN they learn RGB over white from the same training pictures. Painted
without truncation, as ours, by their averaged generators. Both packages stop without CUDA when they are imported.
"""

import argparse
import inspect
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bench.measure import wait_until_quiet
from bench.quality import COUNT, RUNS, pictures
from pinxit.images.files import save_png
from pinxit.networks.pictures import to_bytes

SIZE, AT_ONCE = 64, 50
PUBLISHED: dict[str, dict[str, Any]] = {
    "lightweight-gan": {
        "batch_size": 10, "gradient_accumulate_every": 4, "attn_res_layers": [32], "disc_output_size": 1,
        "fmap_max": 512, "aug_prob": None, "optimizer": "adam", "amp": False,
    },
    "stylegan2-pytorch": {
        "batch_size": 5, "gradient_accumulate_every": 6, "network_capacity": 16, "fmap_max": 512, "ttur_mult": 1.5,
        "lr_mlp": 0.1, "mixed_prob": 0.9, "aug_prob": 0.0, "fp16": False, "no_pl_reg": False,
    },
}  # fmt: skip
LEARNING_RATE = 2e-4


def folder_of_pictures() -> Path:
    """The training pictures as PNG files: those that are held back are not among them."""
    packed, folder = pictures(alpha=False), RUNS / "peeps-rgb"
    folder.mkdir(parents=True, exist_ok=True)
    for place in packed.train:
        file = folder / f"{place:05}.png"
        if not file.exists():
            save_png(packed.pictures(np.array([place]))[0], file)
    return folder


def trainer_of(name: str, work: Path) -> Any:
    """The package's trainer with its published settings. They are asserted, so that another version cannot go unnoticed."""
    package = name.replace("-", "_")
    command = inspect.signature(import_module(f"{package}.cli").train_from_folder).parameters
    published = PUBLISHED[name]
    found = {key: command[key].default for key in published}
    assert found == published, f"{name} publishes other settings than expected: {found}"
    assert command["learning_rate"].default == LEARNING_RATE
    extra = {"use_aim": False} if name == "lightweight-gan" else {}
    trainer = import_module(package).Trainer(
        name="peer", base_dir=str(work), image_size=SIZE, lr=LEARNING_RATE, **published, **extra
    )
    trainer.clear()
    return trainer


def painter_of(name: str, trainer: Any) -> Callable[[int], Tensor]:
    """Count -> pictures (count, 3, H, W) in [0, 1] by the averaged generator, without truncation."""
    gan = trainer.GAN
    gan.eval()
    if name == "lightweight-gan":
        return lambda count: trainer.generate_(gan.GE, torch.randn(count, gan.latent_dim, device="cuda"))
    module = import_module("stylegan2_pytorch.stylegan2_pytorch")

    def paint(count: int) -> Tensor:
        styles = [(torch.randn(count, gan.G.latent_dim, device="cuda"), gan.G.num_layers)]
        grain = module.image_noise(count, gan.G.image_size, device=0)
        return trainer.generate_truncated(gan.SE, gan.GE, styles, grain, trunc_psi=1.0)

    return paint


def train(name: str, minutes: float, seed: int, out: Path) -> None:
    """The peer's own steps for so many minutes; leaves the pictures it paints in `out`, as `bench.quality` judges them."""
    torch.manual_seed(seed)
    out.mkdir(parents=True, exist_ok=True)
    trainer = trainer_of(name, out)
    trainer.set_data_src(str(folder_of_pictures()))
    began, steps = time.monotonic(), 0
    while time.monotonic() - began < minutes * 60:
        trainer.train()
        steps += 1
    published = PUBLISHED[name]
    seen = steps * published["batch_size"] * published["gradient_accumulate_every"]
    paint = painter_of(name, trainer)
    with torch.no_grad():
        painted = torch.cat([paint(AT_ONCE).cpu() for _ in range(0, COUNT, AT_ONCE)])
    np.savez_compressed(out / "painted.npz", pictures=to_bytes(painted * 2 - 1), seen=seen, minutes=minutes)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.gpu_peers")
    parser.add_argument("name", choices=PUBLISHED)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit(f"{asked.name} trains on CUDA only, and there is none here.")
    print(f"others use {wait_until_quiet()} of this machine")
    side = asked.name.replace("-", "")
    train(asked.name, asked.minutes, asked.seed, RUNS / f"{side}-{asked.minutes:g}m-{asked.seed}")


if __name__ == "__main__":
    main()
