import pytest
import torch
from torch import nn

from pinxit.objectives.penalties import gradient_penalty, path_lengths, zero_centred_penalty


def a_critic():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(16, 16, 3, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(256, 1),
        nn.Flatten(0),
    ).to(memory_format=torch.channels_last)


def test_slope_of_a_known_function():
    pictures = torch.tensor([1.0, -2.0]).reshape(2, 1, 1, 1).requires_grad_()
    penalty = zero_centred_penalty(pictures, pictures.pow(3).flatten())
    torch.testing.assert_close(penalty, torch.tensor([9.0, 144.0]))
    penalty.sum().backward()
    torch.testing.assert_close(pictures.grad.flatten(), torch.tensor([36.0, -288.0]))  # d(9x^4)/dx


def test_gradient_penalty_of_a_known_function():
    real, fake = torch.full((2, 1, 2, 2), 1.0), torch.zeros(2, 1, 2, 2)
    penalty = gradient_penalty(lambda pictures: 3 * pictures.sum(dim=(1, 2, 3)), real, fake, torch.tensor([0.25, 0.5]))
    torch.testing.assert_close(penalty, torch.tensor([25.0, 25.0]))  # slope 3 in four cells: length 6


def test_gradient_penalty_of_a_flat_critic_is_finite():
    flat = nn.Linear(4, 1, bias=False)
    nn.init.zeros_(flat.weight)
    real = torch.ones(2, 1, 2, 2)
    gradient_penalty(lambda pictures: flat(pictures.flatten(1)).flatten(), real, -real, torch.rand(2)).sum().backward()
    assert flat.weight.grad.isfinite().all()


@pytest.mark.parametrize("kind", ["zero-centred", "interpolated"])
def test_penalty_gradients_under_bf16_match_float32(kind):
    critic = a_critic()
    generator = torch.Generator().manual_seed(2)
    real, fake = torch.randn(2, 16, 3, 8, 8, generator=generator).unbind()

    def gradients(bf16):
        critic.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            if kind == "zero-centred":
                pictures = real.clone().requires_grad_()
                penalty = zero_centred_penalty(pictures, critic(pictures))
            else:
                penalty = gradient_penalty(critic, real, fake, torch.linspace(0, 0.9, 16))
        assert penalty.dtype == torch.float32
        penalty.mean().backward()
        weights = [parameter for parameter in critic.parameters() if parameter.grad is not None]
        return torch.cat([weight.grad.flatten() for weight in weights])

    exact, rounded = gradients(False), gradients(True)
    assert exact.abs().max() > 1e-3
    assert torch.nn.functional.cosine_similarity(exact, rounded, dim=0) > 0.999
    assert (exact - rounded).norm() / exact.norm() < 0.05


def test_path_lengths_of_a_linear_generator_are_the_lengths_of_its_slopes():
    matrix = torch.randn(12, 5, dtype=torch.float64).float()
    styles = torch.randn(3, 2, 5).requires_grad_()
    pictures = (styles.sum(dim=1) @ matrix.mT).unflatten(1, (3, 2, 2))  # (3, 3, 2, 2)
    directions = torch.randn(3, 3, 2, 2)
    expected = (directions.flatten(1) @ matrix).norm(dim=1) / 2  # 4 pixels
    torch.testing.assert_close(path_lengths(pictures, styles, directions), expected)
