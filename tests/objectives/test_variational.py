import math

import pytest
import torch
from torch.distributions import Laplace, Normal, kl_divergence

from pinxit.objectives.variational import (
    draw,
    gaussian_with_best_width,
    kl_to_normal,
    laplacian_with_best_width,
    with_free_bits,
)


@pytest.mark.parametrize(
    ("surprise", "family"), [(gaussian_with_best_width, Normal), (laplacian_with_best_width, Laplace)]
)
def test_the_best_width_is_the_best(surprise, family):
    errors = torch.randn(2000, generator=torch.manual_seed(0)) * 0.3
    found = float(surprise(errors, 0.0))
    others = [-float(family(0.0, width).log_prob(errors).mean()) for width in torch.linspace(0.05, 1, 200).tolist()]
    assert found == pytest.approx(min(others), abs=1e-3)
    assert found <= min(others) + 1e-6


@pytest.mark.parametrize("surprise", [gaussian_with_best_width, laplacian_with_best_width])
def test_no_error_is_no_infinity(surprise):
    errors = torch.zeros(10, requires_grad=True)
    loss = surprise(errors)
    loss.backward()
    assert loss.isfinite()
    assert errors.grad.isfinite().all()


def test_divergence_from_the_standard_normal():
    mean, log_variance = torch.randn(2, 5, 3, generator=torch.manual_seed(0))
    expected = kl_divergence(Normal(mean, torch.exp(0.5 * log_variance)), Normal(0.0, 1.0))
    torch.testing.assert_close(kl_to_normal(mean, log_variance), expected)


def test_free_bits_cost_the_same_and_pull_no_more():
    divergence = torch.tensor([[0.01, 2.0], [0.03, 4.0]], requires_grad=True)
    cost = with_free_bits(divergence, 0.5)
    assert float(cost.detach()) == pytest.approx(0.5 * math.log(2) + 3.0, rel=1e-4)
    cost.backward()
    assert divergence.grad[:, 0].abs().max() == 0


def test_a_sample_has_the_mean_and_width_asked_for():
    noise = torch.randn(20_000, 1, generator=torch.manual_seed(0))
    drawn = draw(torch.full_like(noise, 2.0), torch.full_like(noise, 2 * math.log(0.5)), noise)
    assert drawn.mean() == pytest.approx(2.0, abs=0.02)
    assert drawn.std() == pytest.approx(0.5, abs=0.02)
