import torch
from torch import nn

from pinxit.training.averaging import averaged_copy, follow


def test_half_of_the_way_after_one_half_life():
    model = nn.BatchNorm2d(3)
    average = averaged_copy(model)
    with torch.no_grad():
        model.weight.fill_(3.0)
        model.running_mean.fill_(2.0)
        model.num_batches_tracked.fill_(7)
    for _ in range(10):
        follow(average, model, half_life=1000, pictures=100)
    torch.testing.assert_close(average.weight, torch.full((3,), 2.0))
    torch.testing.assert_close(average.running_mean, torch.full((3,), 1.0))
    assert average.num_batches_tracked == 7


def test_no_half_life_copies_and_the_copy_never_trains():
    model = nn.Linear(2, 2)
    average = averaged_copy(model)
    with torch.no_grad():
        model.weight.add_(1)
    follow(average, model, half_life=0, pictures=1)
    assert torch.equal(average.weight, model.weight)
    assert not average.training
    assert not any(weight.requires_grad for weight in average.parameters())
