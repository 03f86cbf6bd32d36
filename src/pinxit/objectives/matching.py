"""Which caption belongs to which picture: losses for readers of captions, and for critics that know what was asked for."""

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.networks.vocabulary import SHARPNESS


def matching_loss(pictures: Tensor, captions: Tensor, known: Tensor, same: Tensor) -> Tensor:
    """How badly pictures and captions of a batch find each other by their vectors (N, D); float32 scalar.

    known  (N,) bool: the picture has a caption
    same   (N, N) bool: the captions say the same, so that neither is a wrong one for the other's picture
    -log of the softmax over likenesses, both ways. 0 when fewer than two captions are known.
    Source: Xu et al. 2017, "AttnGAN", eq. 10 to 12 (the sentence terms of DAMSM).
    """
    with torch.autocast(pictures.device.type, enabled=False):
        likeness = SHARPNESS * F.normalize(pictures.float(), dim=1) @ F.normalize(captions.float(), dim=1).mT  # (N, N)
        right = torch.eye(len(likeness), dtype=torch.bool, device=likeness.device)
        out = (same & ~right) | ~known[:, None] | ~known
        likeness = likeness.masked_fill(out & ~right, float("-inf"))
        lost = torch.stack([-likeness.log_softmax(dim=axis).diagonal() for axis in (0, 1)]).sum(dim=0)
        return (lost * known).sum() / known.sum().clamp_min(1)


def divergence_from_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, 1)), averaged over dimensions and the batch: (N, D), (N, D) -> float32 scalar.

    Source: Zhang et al. 2016, "StackGAN", eq. 2 and 4; Kingma and Welling 2013, appendix B.
    """
    mean, log_variance = mean.float(), log_variance.float()
    return (mean.square() + log_variance.exp() - log_variance - 1).mean() / 2


def mismatched_discriminator(right: Tensor, painted: Tensor, mismatched: Tensor, wrong: Tensor) -> Tensor:
    """A real picture with its caption should beat a painted one with that caption, and itself with a wrong one.

    right, painted, mismatched  scores (N,) of pairs; `wrong` (N,) bool: the other caption is indeed a wrong one
    Source: Reed et al. 2016, "Generative adversarial text to image synthesis", algorithm 1; Zhang et al. 2016, "StackGAN",
    eq. 3: both kinds of wrong pairs weigh one half. The scores are compared pair by pair, as in `adversarial.py`'s
    relativistic game, because the critics of these pictures are.
    """
    fooled = F.softplus(painted.float() - right.float()).mean()
    missed = (F.softplus(mismatched.float() - right.float()) * wrong).sum() / wrong.sum().clamp_min(1)
    return (fooled + missed) / 2
