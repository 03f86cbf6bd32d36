"""How far two sets of pictures are apart, and how much of one the other covers, from features alone.

Every function takes features (N, D) of real and (M, D) of generated pictures, float, computes in float64 on the CPU, and
never holds more than `ROWS` rows of a table of distances. `KID_UNIT`: KID is told times a thousand.
"""

import torch
from torch import Tensor

from pinxit.scoring.verdict import Coverage, Spread

KID_UNIT = 1000
ROWS = 1024


def kid(real: Tensor, fake: Tensor, *, subsets: int = 100, size: int = 500, seed: int = 0) -> Spread:
    """Kernel distance: the unbiased squared MMD with a cubic kernel, times 1000; mean and spread over random subsets.

    Fair at any number of pictures: its expectation does not depend on the count, and 0 means the same distribution
    (so that single values may be negative). Subsets hold `size` pictures, and at most half of the smaller side.
    Source: Binkowski et al. 2018, "Demystifying MMD GANs", section 4 (100 subsets of 1000 there).
    """
    dice = torch.Generator().manual_seed(seed)
    size = max(2, min(size, len(real) // 2, len(fake) // 2))
    values = []
    for _ in range(subsets):
        some_real = real[torch.randperm(len(real), generator=dice)[:size]].double()
        some_fake = fake[torch.randperm(len(fake), generator=dice)[:size]].double()
        values.append(squared_mmd(some_real, some_fake))
    found = torch.stack(values) * KID_UNIT
    return Spread(float(found.mean()), float(found.std(correction=0)))


def squared_mmd(real: Tensor, fake: Tensor) -> Tensor:
    """Unbiased squared maximum mean discrepancy of (n, D) and (m, D) under the kernel (x.y / D + 1)^3 -> scalar.

    Source: Gretton et al. 2012, "A kernel two-sample test", eq. 3.
    """
    n, m = len(real), len(fake)
    among_real, among_fake, across = cubic(real, real), cubic(fake, fake), cubic(real, fake)
    return (
        (among_real.sum() - among_real.trace()) / (n * (n - 1))
        + (among_fake.sum() - among_fake.trace()) / (m * (m - 1))
        - 2 * across.mean()
    )


def cubic(one: Tensor, two: Tensor) -> Tensor:
    """(n, D), (m, D) -> (n, m)."""
    return (one @ two.mT / one.shape[1] + 1) ** 3


def fid(real: Tensor, fake: Tensor) -> float:
    """Frechet distance of two normal distributions with the features' means and covariances.

    Shrinks with more pictures, so only sets of equal counts may be compared.
    Source: Heusel et al. 2017, "GANs trained by a two time-scale update rule", eq. 6.
    """
    real, fake = real.double(), fake.double()
    gap = (real.mean(dim=0) - fake.mean(dim=0)).square().sum()
    one, two = factor(real), factor(fake)
    # With covariances A = one.T one and B = two.T two, tr sqrt(A B) is the sum of the singular values of one two.T: real
    # numbers, no square root of a matrix, and small matrices where there are fewer pictures than features.
    shared = torch.linalg.svdvals(one @ two.mT).sum()
    return float(gap + one.square().sum() + two.square().sum() - 2 * shared)


def factor(features: Tensor) -> Tensor:
    """(N, D) -> F (min(N, D), D) with F.T F = the unbiased covariance."""
    centred = (features - features.mean(dim=0)) / (len(features) - 1) ** 0.5
    return centred if len(centred) <= centred.shape[1] else torch.linalg.qr(centred, mode="r").R


def compare_supports(real: Tensor, fake: Tensor, *, neighbours: int = 3, wide: int = 5) -> Coverage:
    """How much of what is painted lies where real pictures lie, and how much of these is painted.

    neighbours  the radius of a picture for precision and recall: the distance to its neighbour of that rank
    wide        the same for density and coverage
    precision and recall: Kynkaanniemi et al. 2019, "Improved precision and recall metric", eq. 1 and 2.
    density and coverage: Naeem et al. 2020, "Reliable fidelity and diversity metrics", eq. 4 and 5; less at the mercy of
    single outliers.
    """
    real, fake = real.double(), fake.double()
    real_near, real_wide = radii(real, (neighbours, wide)).unbind(1)
    (fake_near,) = radii(fake, (neighbours,)).unbind(1)
    on_real = density = 0.0
    near_fake = torch.full((len(real),), float("inf"), dtype=torch.float64)
    found = torch.zeros(len(real), dtype=torch.bool)
    for some in fake.split(ROWS):
        here = torch.cdist(some, real)  # (rows, N)
        on_real += float((here <= real_near).any(dim=1).sum())
        density += float((here <= real_wide).sum())
        near_fake = torch.minimum(near_fake, here.min(dim=0).values)
    for some, rows in zip(real.split(ROWS), torch.arange(len(real)).split(ROWS), strict=True):
        found[rows] = (torch.cdist(some, fake) <= fake_near).any(dim=1)
    return Coverage(
        precision=on_real / len(fake),
        recall=float(found.double().mean()),
        density=density / (wide * len(fake)),
        coverage=float((near_fake <= real_wide).double().mean()),
    )


def radii(features: Tensor, ranks: tuple[int, ...]) -> Tensor:
    """Distances of each of (N, D) to its neighbours of those ranks (1 = the nearest other one) -> (N, len(ranks)).

    In a set too small for a rank, its farthest picture counts.
    """
    rows = []
    for some in features.split(ROWS):
        nearest = (
            torch.cdist(some, features).topk(min(max(ranks) + 1, len(features)), largest=False, sorted=True).values
        )
        rows.append(torch.stack([nearest[:, min(rank, nearest.shape[1] - 1)] for rank in ranks], dim=1))
    return torch.cat(rows)


def nearest(wanted: Tensor, among: Tensor) -> tuple[Tensor, Tensor]:
    """For each of (M, D) the nearest of (N, D) -> distances (M,) float64 and indices (M,)."""
    found = [torch.cdist(some, among.double()).min(dim=1) for some in wanted.double().split(ROWS)]
    return torch.cat([part.values for part in found]), torch.cat([part.indices for part in found])
