import pytest
import torch

from pinxit.networks.products import DoublingConv, HalvingConv


@pytest.mark.parametrize("made", [HalvingConv(6, 10), HalvingConv(6, 10, bias=False), DoublingConv(6, 10)])
@pytest.mark.parametrize("size", [(4, 4), (2, 4)])
def test_same_numbers_and_gradients_as_the_plain_convolution(made, size):
    layer = made.to(memory_format=torch.channels_last)
    features = torch.randn(3, 6, *size).to(memory_format=torch.channels_last)
    news = []
    for training in (True, False):
        layer.train(training).zero_grad()
        seen = features.clone().requires_grad_()
        painted = layer(seen)
        (slope,) = torch.autograd.grad(painted.pow(3).sum(), seen, create_graph=True)
        slope.square().sum().backward()  # as a gradient penalty does
        news.append((painted.detach(), slope.detach(), layer.weight.grad.clone()))
        assert painted.is_contiguous(memory_format=torch.channels_last) or training
    for product, plain in zip(*news, strict=True):
        torch.testing.assert_close(product, plain, rtol=1e-4, atol=1e-5)
