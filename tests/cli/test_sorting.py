"""`pinxit find` and `pinxit sort`."""

from pinxit.cli.commands import main
from pinxit.data.catalog import resolve


def test_find_and_sort_say_what_they_found(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for picture in resolve("peeps").pictures[:60]:
        folder = tmp_path / "heads" / picture.labels["beard"]
        folder.mkdir(parents=True, exist_ok=True)
        picture.load().save(folder / picture.name)
    wanted = next((tmp_path / "heads" / "yes").iterdir())
    assert main(["find", str(wanted), "heads", "-n", "3"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"1.000  yes/{wanted.name}")
    assert (tmp_path / "found.png").exists()
    assert main(["sort", "heads"]) == 0
    assert "read rightly by EfficientNet-Lite0" in capsys.readouterr().out
    assert (tmp_path / "sorted" / "labels.csv").exists()
    assert main(["sort", "heads", "--column", "hair"]) == 2
    assert "no label column 'hair'" in capsys.readouterr().err
