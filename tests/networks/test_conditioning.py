import torch

from pinxit.networks.conditioning import LabelEmbedding, projection


def test_missing_labels_add_nothing():
    embed = LabelEmbedding((3, 5), 8)
    labels = torch.tensor([[-1, -1], [2, -1], [2, 4], [-1, 4]])
    none, first, both, second = embed(labels)
    assert not none.any()
    torch.testing.assert_close(both, first + second)
    embed(labels).sum().backward()
    assert all(not column.weight.grad[0].any() for column in embed.columns)


def test_no_columns_is_all_zero():
    assert LabelEmbedding((), 4)(torch.zeros(3, 0, dtype=torch.int64)).tolist() == [[0.0] * 4] * 3


def test_projection_is_a_scaled_product():
    scores = projection(torch.tensor([[1.0, 2, 3, 4]]).bfloat16(), torch.tensor([[1.0, 0, -1, 2]]))
    torch.testing.assert_close(scores, torch.tensor([3.0]))


def test_numbers_that_are_near_are_alike_and_a_missing_one_adds_nothing():
    embed = LabelEmbedding((3, 0), 16)
    steps = torch.tensor([[-1, 0], [-1, 5], [-1, 1000], [-1, -1]])
    first, near, last, missing = embed(steps)
    assert missing.abs().max() == 0
    assert 0 < (near - first).norm() < 0.1 * (last - first).norm()
    assert first.std() > 0.2
