"""By which features pictures are compared: the ones pinxit brings along, or those of papers."""

from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.errors import UsageError, did_you_mean
from pinxit.networks.inception import SIDE, Inception
from pinxit.scoring.stream import FeatureSpace, default_space
from pinxit.scoring.weights import read_inception_weights

DEFAULT, INCEPTION = "efficientnet-lite0", "inception"
FEATURES = (DEFAULT, INCEPTION)


def choose_space(
    features: str,
    device: torch.device | str = "cpu",
    *,
    bf16: bool = False,
    weights: Path | str | None = None,
    fetch: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> FeatureSpace:
    """The features called so, ready to use. `weights`, `fetch`: where those of "inception" come from.

    Raises UsageError for a request that makes no sense, PinxitError when there are no weights.
    """
    if features not in FEATURES:
        raise UsageError(f"There are no features '{features}'.{did_you_mean(features, FEATURES)}")
    if features == DEFAULT and (weights is not None or fetch):
        raise UsageError(
            "--weights and --fetch are for --features inception; the weights of the default features come with pinxit. "
            "Add --features inception, or leave them away."
        )
    if weights is not None and fetch:
        raise UsageError("--weights names a file that is there, --fetch brings one: give one of the two.")
    if features == DEFAULT:
        return default_space(device, bf16=bf16)
    network = Inception()
    file = None if weights is None else Path(weights)
    network.fold(read_inception_weights(file, fetch=fetch, say=say))
    return inception_space(network, torch.device(device), bf16=bf16)


def inception_space(network: Inception, device: torch.device, *, bf16: bool) -> FeatureSpace:
    """What FID is made of, resized as pytorch-fid does.

    RGBA is looked at over white only. Two descriptions side by side, as the default features have them, would be 4096
    numbers, whose distance nobody else calls FID; papers have no RGBA, and white is what most viewers lay beneath.
    """
    dtype = torch.bfloat16 if bf16 else torch.float32
    network.to(device=device, dtype=dtype, memory_format=torch.channels_last).eval()  # pyright: ignore[reportCallIssue]
    return FeatureSpace(
        f"Inception-v3 (FID, 2015-12-05){' in bf16' if bf16 else ''}",
        network.pooled,
        device,
        resize=resize_for_fid,
        resizer=f"bilinear to {SIDE}px as pytorch-fid has it (no antialiasing)",
        over=(1.0,),
        at_once=8,
        of_papers=not bf16,
    )


def resize_for_fid(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 3, 299, 299). [-1, 1] is already what pytorch-fid makes of 0 ... 1: twice it less one."""
    return F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", align_corners=False)
