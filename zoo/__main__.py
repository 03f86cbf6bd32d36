"""Make the models that ship with pinxit: train, score, write the card, put the small file into the package.

python -m zoo peeps                    all of it; broken off at any moment, the same command goes on
python -m zoo peeps --for 10m          ten minutes more and stop, for machines that are lent by the minute
python -m zoo peeps --ship             no more training: ship what there is
"""

import argparse
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

import pinxit
from pinxit import api
from pinxit.cli.options import parse_minutes
from pinxit.cli.watching import TerminalWatch
from pinxit.data.of_a_run import open_pictures_of
from pinxit.generation.measuring import measure
from pinxit.generation.one_pass import save_sheet
from pinxit.report.card import write_card
from pinxit.runs.model_file import add_to_header, halve, read_model, write_model
from pinxit.runs.run_folder import RunFolder
from pinxit.training.task import Watch
from zoo.recipes import MODELS, ShippedModel

RUNS = Path("zoo-runs")
HERE = Path(__file__).resolve().parent.parent
SHIPPED, CARDS = HERE / "src" / "pinxit" / "models", HERE / "docs" / "models"
LARGEST = 8_000_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m zoo")
    parser.add_argument("name", choices=MODELS)
    parser.add_argument("--for", dest="minutes", type=parse_minutes, help="train so long now, then stop")
    parser.add_argument("--ship", action="store_true", help="ship the newest model without training on")
    asked = parser.parse_args()
    model, run = MODELS[asked.name], RunFolder(RUNS / asked.name)
    ended = "done" if asked.ship else train(model, run, asked.minutes)
    if ended == "done":
        print(f"Shipped: {ship(asked.name, model, run)}")


def train(model: ShippedModel, run: RunFolder, minutes: float | None) -> str:
    """Go on until the recipe's length is reached; "asked to stop" when this sitting's minutes were over before."""
    watch: Watch = TerminalWatch(int(model.settings["seen"]), None)
    if minutes is not None:
        watch = Pause(watch, run, minutes)
    if run.settings_file.exists():
        return pinxit.resume(run.path, watch=watch).ended
    how = {"family": model.family, "start": model.start, "out": run.path, "watch": watch, "report": False}
    return pinxit.train(model.pictures(), **how, **model.settings).ended


class Pause:
    """A watch that asks the run to stop after so many minutes of this sitting."""

    def __init__(self, watch: Watch, run: RunFolder, minutes: float):
        self.watch, self.run, self.left = watch, run, minutes * 60
        self.began: float | None = None

    def report(self, line: dict) -> None:
        self.watch.report(line)
        self.began = line["seconds"] if self.began is None else self.began
        if line["seconds"] - self.began >= self.left:
            api.stop(self.run.path)

    def say(self, message: str) -> None:
        self.watch.say(message)


def ship(name: str, model: ShippedModel, run: RunFolder) -> Path:
    """The run's model in half precision into the package, scored as it ships; its card into the documentation."""
    stored = read_model(run.model_file)
    kept = {key: values for key, values in stored.tensors.items() if model.with_critics or key.startswith("generator.")}
    SHIPPED.mkdir(exist_ok=True)
    place = SHIPPED / f"{name}.safetensors"
    write_model(place, stored.header, halve(kept))
    assert place.stat().st_size <= LARGEST, f"{place} has {place.stat().st_size:,} bytes; {LARGEST:,} are allowed"
    if pinxit.load(place).paints_pictures:
        show_manners(name, model, run)
        return place
    packed = open_pictures_of(run, run.read_json(run.settings_file)["data"], pinxit.load(run.path).settings, print)
    measured = measure(pinxit.load(place), packed, say=print)
    add_to_header(place, {"scores": measured.score.to_json()})
    page = write_card(pinxit.load(place), CARDS / name, measured=measured, licence=model.licence)
    page.unlink()  # its pictures stand beside the Markdown; the page would carry them twice
    for picture in (CARDS / name).glob("*.png"):
        in_few_colours(picture)
    return place


def in_few_colours(place: Path) -> None:
    """A third of the bytes, for documentation; what the picture says of itself stays in it."""
    with PngImageFile(place) as picture:
        said = PngInfo()
        for key, text in picture.text.items():
            said.add_itxt(key, text)
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(place, optimize=True, pnginfo=said)


def show_manners(name: str, model: ShippedModel, run: RunFolder) -> None:
    """In place of a report card, which a model that paints from pictures has not: its manners, and what they come to."""
    folder, loaded = CARDS / name, pinxit.load(SHIPPED / f"{name}.safetensors")
    folder.mkdir(parents=True, exist_ok=True)
    save_sheet(loaded, Path(run.read_json(run.settings_file)["data"]["packed"]), folder / "samples.png")
    in_few_colours(folder / "samples.png")
    manners = "\n".join(f"- `{one}`" for one in loaded.manners)
    about = f"""# {name}

A model of the family [fast_style](../../families/fast_style.md) with these manners, drawn by rules (`zoo/manners.py`, CC0):

{manners}

```
pinxit style PHOTO --with {name} --style-name {loaded.manners[0]}
```

![pictures that were held back or trained on, beside themselves in each manner](samples.png)

Licence: {model.licence}. It saw {loaded.header["seen"]:,} crops of pictures that `zoo/photographs.py` names:
{loaded.settings.licence}. Made by `python -m zoo {name}`.
"""
    (folder / "README.md").write_text(about, "utf-8")


if __name__ == "__main__":
    main()
