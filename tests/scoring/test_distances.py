"""Distances between sets, against worked examples and torchmetrics-free definitions."""

import pytest
import torch

from pinxit.scoring import distances
from pinxit.scoring.distances import compare_supports, factor, fid, kid, nearest, radii, squared_mmd


def cloud(count: int, centre: float = 0.0, seed: int = 0, width: int = 8) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed)) + centre


def test_mmd_is_its_definition_written_out() -> None:
    real, fake = cloud(4).double(), cloud(3, 1, seed=1).double()
    kernel = lambda x, y: float((x @ y / 8 + 1) ** 3)  # noqa: E731
    among = lambda some: [kernel(x, y) for i, x in enumerate(some) for j, y in enumerate(some) if i != j]  # noqa: E731
    across = [kernel(x, y) for x in real for y in fake]
    expected = sum(among(real)) / 12 + sum(among(fake)) / 6 - 2 * sum(across) / 12
    assert float(squared_mmd(real, fake)) == pytest.approx(expected)


def test_kid_is_about_zero_for_the_same_and_grows_with_the_gap() -> None:
    real = cloud(600)
    same, near, far = (kid(real, cloud(600, gap, seed=1), size=200) for gap in (0, 0.3, 1))
    assert abs(same.mean) < 3 * same.deviation
    assert same.mean < near.mean < far.mean
    assert kid(real, real[:50]) == kid(real, real[:50])


def test_fid_of_normal_clouds_is_known() -> None:
    real = cloud(50_000, width=3)
    fake = cloud(50_000, 2, seed=1, width=3) * torch.tensor([1, 1, 3.0]) - torch.tensor([0, 0, 4.0])
    # means differ by 2 in each of three; standard deviations by 0, 0 and 2
    assert fid(real, fake) == pytest.approx(3 * 4 + 4, rel=0.02)
    assert fid(real, real) == pytest.approx(0, abs=1e-6)


def test_fid_of_fewer_pictures_than_features_is_finite() -> None:
    assert 0 < fid(cloud(5, width=20), cloud(5, 1, seed=2, width=20)) < 1000


@pytest.mark.parametrize("count", [5, 50])
def test_factors_multiply_to_the_covariance(count: int) -> None:
    features = cloud(count).double()
    root = factor(features)
    assert len(root) == min(count, 8)
    torch.testing.assert_close(root.mT @ root, torch.cov(features.mT))


def test_supports_on_a_line() -> None:
    real = torch.arange(10.0)[:, None]
    half = compare_supports(real, torch.arange(5.0)[:, None], neighbours=1, wide=1)
    assert half.precision == 1
    assert half.recall == 0.6  # 0 ... 4 and 5, which is one away from 4
    assert half.coverage == 0.6
    away = compare_supports(real, torch.arange(100.0, 105)[:, None])
    assert (away.precision, away.recall, away.density, away.coverage) == (0, 0, 0, 0)
    same = compare_supports(real, real)
    assert (same.precision, same.recall, same.coverage) == (1, 1, 1)


def test_a_copy_of_one_picture_has_precision_without_recall() -> None:
    real = cloud(200)
    found = compare_supports(real, real[:1].expand(200, -1))
    assert found.precision == 1
    assert found.recall < 0.05
    assert found.coverage < 0.2


def test_pieces_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    real, fake = cloud(40), cloud(30, 0.5, seed=3)
    whole, pairs = compare_supports(real, fake), nearest(fake, real)
    monkeypatch.setattr(distances, "ROWS", 7)
    assert compare_supports(real, fake) == whole
    assert all(torch.equal(one, two) for one, two in zip(pairs, nearest(fake, real), strict=True))


def test_radii_count_from_the_nearest_other_one() -> None:
    found = radii(torch.tensor([[0.0], [1.0], [3.0]]).double(), (1, 2, 9))
    assert found.tolist() == [[1, 3, 3], [1, 2, 2], [2, 3, 3]]
