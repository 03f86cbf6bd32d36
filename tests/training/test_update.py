import pytest
import torch
from torch import nn

from pinxit.training.recipe import Batch
from pinxit.training.update import NotFinite, Update


def batch(count=8):
    torch.manual_seed(0)
    return Batch(torch.randn(count, 3, 4, 4), torch.zeros(count, 0, dtype=torch.int64))


def network():
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Linear(48, 1))


def loss_of(model, factor=1.0):
    def loss(part):
        value = (model(part.pictures).float().square() * factor).mean()
        return value, {"loss": value}

    return loss


def test_parts_give_the_gradient_of_the_whole():
    ends = []
    for accumulate in (1, 3):
        model = network()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        news = Update(accumulate=accumulate)(optimizer, loss_of(model), batch(7))
        ends.append(([weight.detach().clone() for weight in model.parameters()], news["loss"]))
    for one, two in zip(ends[0][0], ends[1][0], strict=True):
        torch.testing.assert_close(one, two)
    torch.testing.assert_close(ends[0][1], ends[1][1])


def with_room_for(most, loss, words="CUDA out of memory. Tried to allocate"):
    """A loss for which so many pictures at once are too many."""

    def limited(part):
        if len(part) > most:
            raise RuntimeError(words)
        return loss(part)

    return limited


def test_without_memory_for_a_step_it_is_taken_in_parts():
    ends = []
    for most in (8, 2):
        model, update = network(), Update()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        news = update(optimizer, with_room_for(most, loss_of(model)), batch())
        ends.append(([weight.detach().clone() for weight in model.parameters()], news["loss"], update.accumulate))
    torch.testing.assert_close(ends[0][:2], ends[1][:2])
    assert [end[2] for end in ends] == [1, 4]


@pytest.mark.parametrize(
    ("most", "how", "words"),
    [(1, {}, "out of memory"), (2, {}, "shapes differ"), (2, {"share": lambda tensor: tensor}, "out of memory")],
)
def test_parts_are_no_answer_to_everything(most, how, words):
    model = network()
    with pytest.raises(RuntimeError, match=words):
        Update(**how)(torch.optim.SGD(model.parameters(), lr=0.1), with_room_for(most, loss_of(model), words), batch())


@pytest.mark.parametrize("factor", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_stops_before_the_step(factor):
    model = network()
    optimizer = torch.optim.Adam(model.parameters())
    before = [weight.detach().clone() for weight in model.parameters()]
    with pytest.raises(NotFinite, match="ran away"):
        Update()(optimizer, loss_of(model, factor), batch())
    assert all(torch.equal(one, two) for one, two in zip(before, model.parameters(), strict=True))
    assert not optimizer.state


def test_networks_of_the_other_side_get_no_gradient():
    mine, other = network(), nn.Conv2d(3, 3, 1)

    def loss(part):
        value = mine(other(part.pictures)).mean()
        return value, {}

    Update()(torch.optim.SGD(mine.parameters(), lr=0.1), loss, batch())
    assert all(weight.grad is None for weight in other.parameters())


def test_bf16_is_used_only_when_asked():
    model = network()
    seen = []

    def loss(part):
        scores = model(part.pictures)
        seen.append(scores.dtype)
        return scores.float().mean(), {}

    for bf16 in (False, True):
        Update(bf16=bf16)(torch.optim.SGD(model.parameters(), lr=0.1), loss, batch())
    assert seen == [torch.float32, torch.bfloat16]


def test_caution_shortens_a_step_and_leaves_the_rate_alone():
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    update = Update()
    update.caution = 0.5
    update(optimizer, lambda _: (weight.sum(), {}), Batch(torch.zeros(2, 1, 1, 1), torch.zeros(2, 0)))
    assert float(weight.detach()) == pytest.approx(1 - 0.05)
    assert optimizer.param_groups[0]["lr"] == 0.1
