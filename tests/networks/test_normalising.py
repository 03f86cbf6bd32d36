import torch

from pinxit.networks.normalising import batch_spread, pixel_norm, with_batch_spread


def test_pixel_norm_leaves_every_cell_at_length_one():
    features = pixel_norm(7 * torch.randn(2, 16, 3, 5))
    torch.testing.assert_close(features.square().mean(dim=1), torch.ones(2, 3, 5))
    assert pixel_norm(torch.zeros(2, 4)).eq(0).all()  # labels that are not given


def test_batch_spread_sees_a_collapsed_batch():
    varied = torch.randn(16, 4, 2, 2)
    same = varied[:1].expand(16, -1, -1, -1)
    assert batch_spread(varied).shape == (2, 4, 2, 2)
    assert batch_spread(varied).mean() > 0.5
    assert batch_spread(same).max() < 0.01
    assert batch_spread(varied[:3]).isfinite().all()


def test_the_spread_of_a_group_becomes_a_channel_of_its_pictures():
    features = torch.randn(8, 4, 2, 3)
    features[::2] *= 10  # groups are every other picture: 0, 2, 4, 6 and 1, 3, 5, 7
    told = with_batch_spread(features, 4)
    assert told.shape == (8, 5, 2, 3)
    assert torch.equal(told[:, :4], features)
    last = told[:, 4]
    assert torch.equal(last, last[:, :1, :1].expand_as(last))
    assert torch.equal(last[::2], last[:1].expand(4, -1, -1))
    assert last[0, 0, 0] > 5 * last[1, 0, 0]
