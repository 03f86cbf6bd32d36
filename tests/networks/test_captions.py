"""Caption readers: the same caption is the same vector, whatever stands beside or behind it."""

import pytest
import torch

from pinxit.errors import MissingExtra
from pinxit.networks.captions import CaptionEncoder, caption_reader
from pinxit.networks.minilm import read_weights
from pinxit.networks.vocabulary import learn_vocabulary


def test_room_behind_the_end_changes_nothing_and_order_does():
    torch.manual_seed(0)
    reader = CaptionEncoder(10, 16)
    short = torch.tensor([[3, 5, 2]])
    long = torch.tensor([[3, 5, 2, -1, -1, -1, -1]])
    torch.testing.assert_close(reader(short), reader(long))
    assert not torch.allclose(reader(short), reader(torch.tensor([[2, 5, 3]])))
    both = reader(torch.cat([long, torch.full((1, 7), -1)]))
    torch.testing.assert_close(both[:1], reader(long))
    assert (both[1] == 0).all()
    reader(long).sum().backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in reader.parameters())


def test_an_empty_caption_has_a_gradient_that_is_finite():
    reader = CaptionEncoder(4, 8)
    reader(torch.full((2, 5), -1)).sum().backward()
    assert all(weight.grad.isfinite().all() for weight in reader.parameters())


def test_minilm_is_no_part_of_a_model_and_tells_likeness():
    try:
        read_weights()
    except MissingExtra:
        pytest.skip("the extra 'text' is not installed")
    captions = ["a man with a moustache", "a man with a beard", "a red sports car"]
    vocabulary = learn_vocabulary(captions, size=100, length=16, reader="minilm")
    reader = caption_reader(vocabulary, 384)
    assert set(reader.state_dict()) == {"tell.weight", "tell.bias"}
    with torch.no_grad():
        reader.tell.weight.copy_(torch.eye(384))
        beard, moustache, car = torch.nn.functional.normalize(
            reader(torch.from_numpy(vocabulary.encode(captions))), dim=1
        )
    assert moustache @ beard > moustache @ car + 0.2
