"""The demo as a new user meets it: shown models first, then a manner learned."""

from PIL import Image

import pinxit
from pinxit import api
from pinxit.cli.commands import main


def test_shipped_models_are_shown_and_one_of_them_learns_on(tmp_path, capsys):
    run = tmp_path / "run"
    assert main(["demo", "--for", "4s", "--out", str(run), "--sheets", str(tmp_path / "made")]) == 0
    said = capsys.readouterr().out
    for name in api.shipped_models():
        if pinxit.load(name).paints_pictures:
            assert f"pinxit style PHOTO --with {name}" in said
            continue
        with Image.open(tmp_path / "made" / f"{name}-sheet-0-63.png") as sheet:
            assert min(sheet.size) > 500
    assert "Going on from peeps: taken over of the generator 100 %" in said
    assert "Expect the manner to change first" in said
    assert "Demo done." in said
    model = pinxit.load(run)
    assert model.header["start"]["name"] == "peeps"
    assert model.about_data["name"] == "prints"
    assert (run / "sheet.png").exists()
