"""Generation speed: the model as pinxit loads it against the same generator in plain eager float32."""

import torch

from bench.measure import alternate, wait_until_quiet, write
from bench.tutorial_dcgan import LATENTS, generator, initialise
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.generation.model import prepare_network
from pinxit.settings import resolve


def main() -> None:
    """Batch 16 with --precision bf16, and batch 1 in float32, each beside the tutorial's generator as it stands."""
    family = find_family("dcgan")
    settings = resolve(family.settings, {"size": "64"}, preset=family.preset("tutorial"), family="dcgan")
    torch.manual_seed(0)
    ours = prepare_network(family.load_recipe().build_generator(settings, Canvas(64, 64, 3)), torch.device("cpu"))
    peer = generator().apply(initialise).eval()
    busy = wait_until_quiet()
    figures: dict[str, object] = {"what": "pictures/s, 64 px RGB, tutorial-size generator", "busy_share_before": busy}
    for batch, bf16 in ((16, True), (16, False), (1, False), (1, True)):
        latents, labels = torch.randn(batch, LATENTS), torch.zeros(batch, 0, dtype=torch.int64)

        @torch.no_grad()
        def paint(latents=latents, labels=labels, bf16=bf16, batch=batch) -> int:
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                ours(latents, labels)
            return batch

        @torch.no_grad()
        def plain(latents=latents, batch=batch) -> int:
            peer(latents[:, :, None, None])
            return batch

        speeds = alternate({"pinxit": paint, "eager float32": plain}, rounds=7, seconds=1.0)
        ratio = speeds["pinxit"]["median"] / speeds["eager float32"]["median"]
        figures[f"batch {batch}, {'bf16' if bf16 else 'float32'}"] = {"pictures_per_second": speeds, "ratio": ratio}
    write("generation", figures)


if __name__ == "__main__":
    main()
