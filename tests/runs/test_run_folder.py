import pytest

from pinxit.errors import DataError, UsageError
from pinxit.runs import progress
from pinxit.runs.run_folder import RunFolder, new_run_path, open_run


def test_a_new_run_and_a_second_one_in_the_same_place(tmp_path):
    run = RunFolder(tmp_path / "a run 彩")
    run.create()
    run.write_json(run.settings_file, {"format": 1})
    assert open_run(run.path).read_json(run.settings_file) == {"format": 1}
    with pytest.raises(UsageError, match="pinxit resume"):
        run.create()


def test_places_that_cannot_be_a_run(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        RunFolder(tmp_path / "file").create()
    with pytest.raises(UsageError, match="not empty"):
        RunFolder(tmp_path / "full").create()
    with pytest.raises(DataError, match="cannot be made"):
        RunFolder(tmp_path / "file" / "below").create()
    for missing in ("none", "full"):
        with pytest.raises(UsageError, match="no run"):
            open_run(tmp_path / missing)


def test_damaged_json_is_told(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.create()
    run.settings_file.write_text("{")
    with pytest.raises(DataError, match="damaged"):
        run.read_json(run.settings_file)


def test_run_names_never_collide(tmp_path):
    first = new_run_path("my pictures/../x", "dcgan", tmp_path)
    first.mkdir(parents=True)
    second = new_run_path("my pictures/../x", "dcgan", tmp_path)
    assert first.parent == second.parent == tmp_path
    assert second.name == first.name + "-2"


def test_progress_survives_a_torn_line(tmp_path):
    path = tmp_path / "progress.jsonl"
    progress.append(path, {"seen": 1})
    with path.open("a") as file:
        file.write('{"seen": 2, "lo')
    progress.append(path, {"seen": 3})
    assert [line["seen"] for line in progress.read(path)] == [1, 3]
    assert list(progress.read(tmp_path / "none.jsonl")) == []


def test_stop_requests(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.create()
    assert not progress.stop_requested(run)
    progress.request_stop(run)
    assert progress.stop_requested(run)
    progress.clear_stop(run)
    progress.clear_stop(run)
    assert not progress.stop_requested(run)
