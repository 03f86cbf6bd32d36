"""Bred pictures, directions and taste: what the page's Explore asks for beyond seeds."""

import io

import pytest
from PIL import Image
from tests.studio.conftest import open_studio

from pinxit import api


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """One for all of these: its workers take a while to wake up."""
    yield from open_studio(tmp_path_factory.mktemp("home"))


@pytest.fixture
def plain(studio):
    """A studio, and the beginning of the routes of the shipped model."""
    return studio, "/api/models/peeps"


def test_children_have_ids_and_a_family(plain):
    own, peeps = plain
    parents = [{"mix": [[3, 1]]}, {"mix": [[9, 1]]}]
    told = own.ask(f"{peeps}/children", {"parents": parents, "count": 3, "chance": 5}).json["children"]
    assert len(set(told)) == 3
    wish = {"mix": [[told[0], 1]]}
    painted = own.ask(f"{peeps}/paint", {"wish": wish})
    ours = api.breed("peeps", [3, 9], 3, seed=5)[0]
    assert Image.open(io.BytesIO(painted.content)).tobytes() == ours.image.tobytes()
    assert api.recipe_in(painted.content)["origin"] == ours.recipe["origin"]
    mixed = {"mix": [[told[1], 0.5], [7, 0.5]]}
    (grandchild, _) = own.ask(f"{peeps}/children", {"parents": [wish, mixed], "count": 2}).json["children"]
    tree = own.ask(f"{peeps}/points/{grandchild}/family").json
    assert tree["how"] == "bred"
    first, second = tree["parents"]
    assert {first["how"], second["how"]} == {"bred", "average"}
    assert [one["part"] for one in (first if first["how"] == "bred" else second)["parents"]] != []
    kept = own.ask("/api/kept", {"model": "peeps", "wish": {"mix": [[grandchild, 1]]}}).json
    back = own.ask("/api/recipe", method="PUT", content=own.ask(f"/api/kept/{kept['id']}/file").content)
    assert back.json["wish"] == {"mix": [[grandchild, 1]]}
    assert own.ask(f"{peeps}/points/p-{'0' * 16}/family").status == 404
    assert own.ask(f"{peeps}/paint", {"wish": {"mix": [[f"p-{'0' * 16}", 1]]}}).status == 404
    assert own.ask(f"{peeps}/children", {"parents": parents[:1]}).status == 422


def test_directions_are_found_followed_renamed_and_brought_back(plain):
    own, peeps = plain
    assert own.ask(f"{peeps}/directions").json == []
    found = own.ask(f"{peeps}/directions/find", {"how": "weights", "count": 2}).json
    assert [one["name"] for one in found] == ["weights-1", "weights-2"]
    file = own.studio.home.folder / "peeps.directions.json"
    along = {"weights-1": 2.0}
    painted = own.ask(f"{peeps}/paint", {"wish": {"mix": [[4, 1]], "along": along}})
    ours = api.move("peeps", [4], along, file=file)[0]
    assert Image.open(io.BytesIO(painted.content)).tobytes() == ours.image.tobytes()
    assert api.recipe_in(painted.content)["origin"] == ours.recipe["origin"]
    renamed = own.ask(f"{peeps}/directions/rename", {"old": "weights-1", "new": "hats"}).json
    assert [one["name"] for one in renamed] == ["hats", "weights-2"]
    assert len(own.ask(f"{peeps}/directions/rename", {"old": "hats", "new": None}).json) == 1
    assert len(own.ask(f"{peeps}/directions/back", method="POST").json) == 2
    assert len(own.ask(f"{peeps}/directions/back", method="POST").json) == 1
    assert own.ask(f"{peeps}/paint", {"wish": {"mix": [[4, 1]], "along": {"hats": 1}}}).status == 422
    learned = {"name": "odd", "liked": [{"mix": [[1, 1]]}], "disliked": [{"mix": [[2, 1]]}]}
    assert "odd" in [one["name"] for one in own.ask(f"{peeps}/directions/learn", learned).json]


def test_taste_is_learned_looked_at_undone_and_forgotten(plain):
    own, peeps = plain
    empty = {"ready": False, "accuracy": None, "marks": []}
    assert own.ask(f"{peeps}/taste").json == empty
    for seed in (1, 2, 3):
        told = own.ask(f"{peeps}/taste/marks", {"wish": {"mix": [[seed, 1]]}, "liked": seed != 2}).json
    assert not told["ready"]
    assert own.ask(f"{peeps}/taste/learn", method="POST").json["ready"]
    assert [one["liked"] for one in told["marks"]] == [True, False, True]
    assert told["marks"][0]["wish"]["mix"] == [[1, 1]]
    assert "taste" in [one["name"] for one in own.ask(f"{peeps}/directions").json]
    scores = own.ask(f"{peeps}/taste/scores", {"wishes": [{"mix": [[seed, 1]]} for seed in (1, 2)]}).json["scores"]
    assert scores[0] > scores[1]
    more = own.ask(f"{peeps}/taste/more", {"count": 4, "candidates": 20, "start": 50}).json["seeds"]
    assert len(set(more)) == 4
    assert set(more) <= set(range(50, 70))
    assert len(own.ask(f"{peeps}/taste/marks", {"wish": {"mix": [[3, 1]]}, "liked": None}).json["marks"]) == 2
    assert len(own.ask(f"{peeps}/taste/back", method="POST").json["marks"]) == 3
    assert own.ask(f"{peeps}/taste/forget", method="POST").json["marks"] == []
    assert own.ask(f"{peeps}/taste/learn", method="POST").json == empty
    assert "taste" not in [one["name"] for one in own.ask(f"{peeps}/directions").json]
    assert len(own.ask(f"{peeps}/taste/back", method="POST").json["marks"]) == 3
