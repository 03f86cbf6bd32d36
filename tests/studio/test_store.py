"""The studio's memory: migrations, damage, searches that mean what they say; and one studio to a home."""

import sqlite3

import pytest

from pinxit.errors import DataError, UsageError
from pinxit.studio.home import Home
from pinxit.studio.store import MIGRATIONS, Store, literal


def test_a_newer_memory_is_left_alone(tmp_path):
    path = tmp_path / "studio.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"pragma user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(DataError, match="newer pinxit"):
        Store(path)


def test_an_older_memory_is_brought_up_to_date_and_a_copy_of_it_kept(tmp_path):
    path = tmp_path / "studio.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript("".join(MIGRATIONS[:3]))
        connection.execute(
            "insert into kept (id, model, model_name, family, recipe, wish, width, height, created) values "
            "('a', 'peeps', 'peeps', 'r3gan', '{}', 'null', 1, 1, 0)"
        )
        connection.execute("pragma user_version = 3")
    connection.close()
    store = Store(path)
    kept = store.row("select * from kept")
    assert kept is not None
    assert (kept["id"], kept["film"], kept["made"]) == ("a", None, "{}")
    store.close()
    with sqlite3.connect(path.with_suffix(f".before-{len(MIGRATIONS)}.sqlite")) as connection:
        assert connection.execute("pragma user_version").fetchone() == (3,)
    connection.close()


def test_a_damaged_memory_is_told_and_kept(tmp_path):
    path = tmp_path / "studio.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(DataError, match="Move the file away"):
        Store(path)
    assert path.read_bytes().startswith(b"no database")


def test_several_changes_are_one(tmp_path):
    store = Store(tmp_path / "studio.sqlite")
    row = {"kept": "a", "kind": "tag", "name": "x'; drop table tags; --"}
    with pytest.raises(sqlite3.IntegrityError), store.together():
        [store.insert("tags", row) for _ in "ab"]
    assert store.rows("select * from tags") == []
    store.insert("tags", row)
    assert store.row("select * from tags") == row
    store.close()


def test_a_search_means_itself():
    assert literal("50%_\\") == "%50\\%\\_\\\\%"


def test_one_studio_to_a_home(tmp_path):
    home = Home(tmp_path)
    home.create()
    with (
        home.opened("http://127.0.0.1:1/"),
        pytest.raises(UsageError, match=r"127\.0\.0\.1:1"),
        Home(tmp_path).opened("x"),
    ):
        pass
    with Home(tmp_path).opened("again"):
        pass


def test_a_read_only_place_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="--home"):
        Home(tmp_path / "file").create()
