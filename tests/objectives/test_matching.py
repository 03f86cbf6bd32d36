"""Matching losses against numbers worked out by hand."""

import math

import torch

from pinxit.objectives.matching import SHARPNESS, divergence_from_normal, matching_loss, mismatched_discriminator

EVERY = torch.ones(2, dtype=torch.bool)


def test_pairs_that_find_each_other_cost_nothing_and_strangers_much():
    pictures = torch.eye(2)
    apart = torch.eye(2, dtype=torch.bool)
    expected = 2 * math.log1p(math.exp(-SHARPNESS))  # likeness 1 for the right one, 0 for the other; both ways
    assert math.isclose(float(matching_loss(pictures, pictures, EVERY, apart)), expected, rel_tol=1e-3)
    swapped = float(matching_loss(pictures, pictures.flip(0), EVERY, apart))
    assert math.isclose(swapped, 2 * (SHARPNESS + math.log1p(math.exp(-SHARPNESS))), rel_tol=1e-5)


def test_captions_that_say_the_same_or_are_missing_are_no_wrong_ones():
    pictures, captions = torch.eye(2), torch.ones(2, 2)
    alike = torch.ones(2, 2, dtype=torch.bool)
    assert matching_loss(pictures, captions, EVERY, alike) == 0
    none = torch.zeros(2, dtype=torch.bool)
    lost = matching_loss(pictures.requires_grad_(), captions, none, torch.eye(2, dtype=torch.bool))
    lost.backward()
    assert lost == 0
    assert pictures.grad is not None
    assert (pictures.grad == 0).all()


def test_divergence_is_that_of_two_normal_distributions():
    mean, log_variance = torch.tensor([[0.0, 2.0]]), torch.tensor([[0.0, 1.0]])
    normal = torch.distributions.Normal
    spread = (log_variance / 2).exp()
    expected = torch.distributions.kl_divergence(normal(mean, spread), normal(torch.zeros(1, 2), torch.ones(1, 2)))
    torch.testing.assert_close(divergence_from_normal(mean, log_variance), expected.mean())


def test_a_wrong_caption_counts_only_where_it_is_wrong():
    right, painted, mismatched = torch.tensor([2.0, 2.0]), torch.tensor([0.0, 0.0]), torch.tensor([9.0, 1.0])
    counted = mismatched_discriminator(right, painted, mismatched, torch.tensor([False, True]))
    expected = (math.log1p(math.exp(-2)) + math.log1p(math.exp(-1))) / 2
    assert math.isclose(float(counted), expected, rel_tol=1e-5)
    nothing = mismatched_discriminator(right, painted, mismatched, torch.tensor([False, False]))
    assert math.isclose(float(nothing), math.log1p(math.exp(-2)) / 2, rel_tol=1e-5)
