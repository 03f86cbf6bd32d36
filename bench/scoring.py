"""How fast pictures are described for a score: the features pinxit brings along, and FID's Inception against plain.

    python -m bench.scoring        writes bench/results/scoring.json

Inception's peer does what pytorch-fid does: the same network with its batch norms unfolded, NCHW, eager float32, 50 pictures
at a time, resized to 299 px. It is written anew in bench/plain_inception.py and runs on random weights, as ours does here:
speed does not depend on them.
"""

import numpy as np
import torch
from torch import Tensor

from bench.measure import alternate, wait_until_quiet, write
from bench.plain_inception import plain_inception, stand_in_weights
from pinxit.networks.inception import Inception
from pinxit.scoring.spaces import inception_space
from pinxit.scoring.stream import SIDE, FeatureSpace, default_space, describe

GOAL, INCEPTION_GOAL = 250.0, 1.6
COUNT, PEERS_BATCH = 64, 50
ROUNDS = 5


def describing(space: FeatureSpace, pictures: np.ndarray):
    """A side that describes `pictures` as a score does, from bytes to numbers."""

    def side() -> int:
        describe([pictures], space)
        return len(pictures)

    return side


def plainly(stored: dict[str, Tensor], pictures: np.ndarray):
    """The peer: bytes -> 0 ... 1 -> NCHW -> network."""

    @torch.no_grad()
    def side() -> int:
        values = torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous().float() / 255
        plain_inception(stored, values)
        return len(pictures)

    return side


def main() -> None:
    dice = np.random.default_rng(0)
    photographs = dice.integers(0, 256, (COUNT, SIDE, SIDE, 3), np.uint8)
    small = {channels: dice.integers(0, 256, (COUNT, 64, 64, channels), np.uint8) for channels in (3, 4)}
    busy = wait_until_quiet()
    float32, bf16 = default_space(), default_space(bf16=True)
    ours = alternate(
        {
            f"float32, {SIDE} px RGB": describing(float32, photographs),
            f"bf16, {SIDE} px RGB": describing(bf16, photographs),
            "float32, 64 px RGB": describing(float32, small[3]),
            "float32, 64 px RGBA, over white and over black": describing(float32, small[4]),
        },
        rounds=ROUNDS,
        seconds=2.0,
    )
    stored = stand_in_weights()
    spaces = {}
    for in_bf16 in (False, True):
        network = Inception()
        network.fold(stored)
        spaces[in_bf16] = inception_space(network, torch.device("cpu"), bf16=in_bf16)
    plain = "plain (unfolded, NCHW, batch 50, eager float32), as pytorch-fid runs it"
    inception = alternate(
        {
            "pinxit": describing(spaces[False], small[3]),
            "pinxit, bf16": describing(spaces[True], small[3]),
            plain: plainly(stored, small[3][:PEERS_BATCH]),
        },
        rounds=ROUNDS,
        seconds=4.0,
    )
    ratios = {name: found["median"] / inception[plain]["median"] for name, found in inception.items() if name != plain}
    speed = ours[f"float32, {SIDE} px RGB"]["median"]
    write(
        "scoring",
        {
            "what": "pictures/s, from bytes to features",
            "EfficientNet-Lite0": {"pictures_per_second": ours, "goal": GOAL, "met": speed >= GOAL},
            "Inception-v3 (FID), 64 px RGB": {
                "pictures_per_second": inception,
                "ratio_to_plain": ratios,
                "goal": INCEPTION_GOAL,
                "met": ratios["pinxit"] >= INCEPTION_GOAL,
            },
            "busy_share_before": busy,
        },
    )


if __name__ == "__main__":
    main()
