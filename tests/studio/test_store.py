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


def test_a_full_disk_is_told_and_nothing_older_is_touched(tmp_path):
    store = Store(tmp_path / "studio.sqlite")
    for name in "ab":
        store.insert("tags", {"kept": name, "kind": "tag", "name": "x"})
    pages = store.row("pragma page_count")["page_count"]
    store.rows(f"pragma max_page_count = {pages}")
    large = {"kept": "c", "kind": "tag", "name": "x" * 100_000}
    with pytest.raises(DataError, match=r"could not write to its memory .*full"):
        store.insert("tags", large)

    def both() -> None:
        with store.together():
            store.change("update tags set name = 'y' where kept = 'a'")
            store.insert("tags", large)

    with pytest.raises(DataError, match=r"could not write to its memory .*full"):
        both()
    assert [(row["kept"], row["name"]) for row in store.rows("select * from tags")] == [("a", "x"), ("b", "x")]
    store.rows("pragma max_page_count = 1000000")
    store.insert("tags", large)
    store.close()


def test_what_another_program_holds_is_told(tmp_path):
    path = tmp_path / "studio.sqlite"
    store = Store(path)
    store.rows("pragma busy_timeout = 50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(DataError, match=r"could not write to its memory .*locked"):
        store.insert("tags", {"kept": "a", "kind": "tag", "name": "x"})
    with pytest.raises(DataError, match=r"could not write to its memory .*locked"), store.together():
        pass
    assert store.rows("select * from tags") == []
    other.execute("rollback")
    store.insert("tags", {"kept": "a", "kind": "tag", "name": "x"})
    store.close()
    other.execute("pragma journal_mode = delete")
    other.execute("begin exclusive")
    with pytest.raises(DataError, match="Another program holds"):
        Store(path)
    other.close()


def test_a_damaged_page_is_told(tmp_path):
    path = tmp_path / "studio.sqlite"
    store = Store(path)
    for number in range(200):
        store.insert("tags", {"kept": f"{number}", "kind": "tag", "name": "x" * 200})
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:-4096] = b"\xff" * len(content[8192:-4096])
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"memory is damaged|cannot be used"):
        Store(path).rows("select * from tags where name like 'x%'")


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
    (tmp_path / "home" / "studio" / ".open").mkdir(
        parents=True
    )  # stands for a file that cannot be written, for root too
    with pytest.raises(DataError, match="--home"):
        Home(tmp_path / "home").create()
