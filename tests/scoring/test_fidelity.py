import numpy as np
import pytest

from pinxit.scoring.fidelity import on_white, psnr, ssim


def some_pictures(channels=3, count=2):
    return np.random.default_rng(0).integers(0, 256, (count, 24, 16, channels), np.uint8)


def test_equal_pictures_are_as_like_as_can_be():
    pictures = some_pictures()
    assert psnr(pictures, pictures) == pytest.approx([99, 99])
    assert ssim(pictures, pictures) == pytest.approx([1, 1])


def test_psnr_of_a_known_error():
    pictures = np.full((1, 12, 12, 1), 100, np.uint8)
    assert psnr(pictures, pictures + 5)[0] == pytest.approx(20 * np.log10(255 / 5))


def test_ssim_agrees_with_the_usual_one():
    from torch import from_numpy
    from torchmetrics.functional.image import structural_similarity_index_measure as usual

    originals = some_pictures()
    drawn = np.clip(originals + np.random.default_rng(1).normal(0, 40, originals.shape), 0, 255).astype(np.uint8)
    both = [from_numpy(some).permute(0, 3, 1, 2).double() for some in (drawn, originals)]
    expected = usual(both[0], both[1], data_range=255.0, reduction="none")
    assert ssim(originals, drawn) == pytest.approx(
        expected.numpy(), abs=0.02
    )  # torchmetrics also counts the padded edge


def test_transparent_pictures_are_laid_on_white():
    clear = np.zeros((1, 2, 2, 4), np.uint8)
    assert (on_white(clear) == 255).all()
    assert on_white(clear[..., :3]) is not None
