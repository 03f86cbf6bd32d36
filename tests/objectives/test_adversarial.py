from math import exp, log

import pytest
import torch

from pinxit.objectives.adversarial import OBJECTIVES

REAL, FAKE = (2.0, -1.0), (0.5, -3.0)


def sigmoid(score):
    return 1 / (1 + exp(-score))


def mean(values):
    values = list(values)
    return sum(values) / len(values)


EXPECTED = {
    "linear": (
        mean(1 - sigmoid(score) for score in REAL) + mean(sigmoid(score) for score in FAKE),
        -mean(sigmoid(score) for score in FAKE),
    ),
    "minimax": (
        -mean(log(sigmoid(score)) for score in REAL) - mean(log(1 - sigmoid(score)) for score in FAKE),
        mean(log(1 - sigmoid(score)) for score in FAKE),
    ),
    "nonsaturating": (
        -mean(log(sigmoid(score)) for score in REAL) - mean(log(1 - sigmoid(score)) for score in FAKE),
        -mean(log(sigmoid(score)) for score in FAKE),
    ),
    "least-squares": (
        (1 + 4) / 2 / 2 + (0.25 + 9) / 2 / 2,
        (0.25 + 16) / 2 / 2,
    ),
    "hinge": ((0 + 2) / 2 + (1.5 + 0) / 2, 1.25),
    "wasserstein-gp": (-1.25 - 0.5, 1.25),
    "relativistic": (
        mean([log(1 + exp(0.5 - 2)), log(1 + exp(-3 + 1))]),
        mean([log(1 + exp(2 - 0.5)), log(1 + exp(-1 + 3))]),
    ),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_values_by_hand(name):
    for dtype in (torch.float32, torch.bfloat16):
        real, fake = torch.tensor(REAL, dtype=dtype), torch.tensor(FAKE, dtype=dtype)
        losses = OBJECTIVES[name].discriminator(real, fake), OBJECTIVES[name].generator(real, fake)
        assert all(loss.dtype == torch.float32 for loss in losses)
        assert [loss.item() for loss in losses] == pytest.approx(EXPECTED[name], rel=1e-5)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_players_pull_the_right_way(name):
    real, fake = torch.zeros(2, requires_grad=True), torch.zeros(2, requires_grad=True)
    OBJECTIVES[name].discriminator(real, fake).backward()
    assert (real.grad < 0).all()  # lower loss by scoring real pictures higher
    assert (fake.grad >= 0).all()
    fake.grad = None
    OBJECTIVES[name].generator(real, fake).backward()
    assert (fake.grad < 0).all()


@pytest.mark.parametrize("name", ["minimax", "nonsaturating", "relativistic", "linear"])
def test_extreme_scores_stay_finite(name):
    real, fake = torch.full((2,), -1e4, requires_grad=True), torch.full((2,), 1e4, requires_grad=True)
    loss = OBJECTIVES[name].discriminator(real, fake) + OBJECTIVES[name].generator(real, fake)
    loss.backward()
    assert loss.isfinite()
    assert real.grad.isfinite().all()
    assert fake.grad.isfinite().all()
