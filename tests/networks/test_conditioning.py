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
