"""Painted ahead: the same pictures in the same order, whoever paints them, and threads that end."""

import threading

import numpy as np
import pytest
import torch

from pinxit.generation.ahead import paint_ahead, shares_well
from pinxit.generation.points import joined, paint_points, points_of
from pinxit.generation.walks import plan_walk


def painters() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("painter")]


@pytest.fixture
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize(("count", "batch"), [(70, 24), (5, 1), (17, 16)])
def test_pictures_come_in_their_order(models, count, batch):
    points = points_of(models["plain"], range(count))
    found = np.stack(list(paint_ahead(models["plain"], points, batch=batch))).astype(int)
    assert np.abs(found - np.stack(list(paint_points(models["plain"], points)))).max() <= 1
    assert not painters()
    assert torch.get_num_threads() == 3
    later = []
    thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert later == [3], "threads begun later have as many as before"


def test_they_are_painted_before_they_are_asked_for(models):
    coming = paint_ahead(models["plain"], points_of(models["plain"], range(64)))
    next(coming)
    assert painters()
    coming.close()
    assert not painters(), "whoever stops taking pictures stops the painters"


def test_what_goes_wrong_in_a_painter_is_told(models):
    points = points_of(models["plain"], range(8))
    wrong = type(points)(points.latents[:, :-1], points.classes, points.shares)
    with pytest.raises(RuntimeError):
        list(paint_ahead(models["plain"], wrong))
    assert not painters()


def test_blended_labels_have_one_painter(models):
    model = models["labelled"]
    keys = joined([points_of(model, [1], labels={"kind": kind}) for kind in ("disc", "star")], model)
    points = plan_walk(keys, 1.0).points(40)
    assert not shares_well(model, points)
    found = np.stack(list(paint_ahead(model, points))).astype(int)
    assert np.abs(found - np.stack(list(paint_points(model, points)))).max() <= 1
