"""Sets of pictures: taken in file by file or granted as a folder, looked at by the doctor, edited, handed to training.

Files that come in are stored under names of ours and put into one zip, in which their own names are only text. A granted
folder stays where and as it is. Edits go into a selection file beside, never into pictures.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import threading
import time
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pinxit import api
from pinxit.errors import DataError, UsageError
from pinxit.settings import TrainingSettings, resolve
from pinxit.studio.common import conflict, missing, new_id, small_json
from pinxit.studio.forms import form_of_pictures
from pinxit.studio.tied import leash

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

MOST_FILES = 200_000
LONGEST_PART, LONGEST_ENDING = 120, 12
COMING = ".coming"
"""How the name of a file ends that is here in part (see parts.py)."""
BUSY = ("looking", "preparing")
BY_SHAPE = ("tiny", "extreme shape")
"""Why the doctor drops pictures, where it depends on the size and the fit that are chosen."""


class Sets:
    """All sets of pictures of a home."""

    def __init__(self, studio: "Studio"):
        self.studio, self.store = studio, studio.store
        self._looking: dict[str, subprocess.Popen[bytes]] = {}
        self._turn = threading.Lock()
        for row in self.store.rows("select id from sets where state = 'looking'"):
            self.set_state(row["id"], "new")  # an earlier studio was ended in the middle
        for row in self.store.rows("select id from sets where state = 'preparing'"):
            self.set_state(row["id"], "bad", "The studio was closed in the middle. Prepare these scans once more.")

    def all(self) -> list[dict[str, Any]]:
        """Every set, newest first, with how many pictures it has and keeps."""
        return [self.about(row) for row in self.store.rows("select * from sets order by created desc")]

    def find(self, key: str) -> dict[str, Any]:
        """One set. Raises a 404."""
        row = self.store.row("select * from sets where id = ?", (key,))
        if row is None:
            raise missing("set of pictures")
        return row

    def about(self, row: dict[str, Any]) -> dict[str, Any]:
        """One row of the list."""
        shown = {name: row[name] for name in ("id", "name", "state", "message", "licence", "consent", "created")}
        looked = self.looked(row["id"]) if row["state"] == "ready" else None
        progress = small_json(self.folder(row["id"]) / "look" / "progress") if row["state"] in BUSY else None
        kept = sum(1 for item in self.items(row, looked) if item["kept"]) if looked else None
        received = None if row["granted"] or row["state"] != "new" else len(self.received(row["id"]))
        coming = sum(1 for _ in (self.folder(row["id"]) / "files").glob(f"*{COMING}")) if received is not None else 0
        return {
            **shown, "settings": json.loads(row["settings"]),
            "granted": row["granted"] is not None, "prepared": row["prepared"] is not None,
            "progress": progress, "kept": kept, "received": received, "coming": coming,
            "found": len(looked["items"]) if looked else None,
            "cover": next((n for n, one in enumerate(looked["items"]) if one["thumb"]), None) if looked else None,
        }  # fmt: skip

    def grant(self, path: Path) -> str:
        """Make a set of a folder, zip or list named on the command line; the same one when it was granted before."""
        path = path.absolute()
        key = hashlib.blake2b(str(path).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
        if self.store.row("select id from sets where id = ?", (key,)) is None:
            name = visible_name(path.name) or "pictures"
            self.store.insert("sets", {"id": key, "name": name, "granted": str(path), "created": time.time()})
        self.look(key)
        return key

    def create(self, name: str) -> dict[str, Any]:
        """A new set that waits for files."""
        key = new_id()
        (self.folder(key) / "files").mkdir(parents=True)
        self.store.insert("sets", {"id": key, "name": visible_name(name) or "pictures", "created": time.time()})
        self.studio.tell("pictures")
        return self.about(self.find(key))

    def place_for(self, key: str) -> Path:
        """Where the next file of a set is written."""
        row = self.find(key)
        if row["granted"] or row["prepared"] or row["state"] not in ("new", "bad"):
            raise conflict("This set takes no more files. Make a new one.")
        return self.folder(key) / "files" / f"{new_id()}.part"

    def receive(self, key: str, name: str, place: Path) -> None:
        """Note that a file is here whole."""
        with self._turn:
            received = self.received(key)
            if len(received) >= MOST_FILES:
                raise conflict(f"A set takes at most {MOST_FILES:,} files.")
            line = json.dumps({"name": name, "file": place.name, "bytes": place.stat().st_size})
            with (self.folder(key) / "received.jsonl").open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")

    def received(self, key: str) -> dict[str, dict[str, Any]]:
        """What came in so far, by the names it was sent under, so that a broken-off upload can go on."""
        try:
            lines = (self.folder(key) / "received.jsonl").read_text(encoding="utf-8").splitlines()
        except OSError:
            return {}
        return {told["name"]: told for told in map(json.loads, lines)}

    def gather(self, key: str) -> None:
        """Put what came in into one zip. Raises DataError when nothing came."""
        folder, received = self.folder(key), self.received(key)
        if (folder / "pictures.zip").exists():
            return
        if not received:
            raise DataError("No file has come in yet. Drop a folder, a zip or some pictures.")
        files = list(zip(apart(received), [folder / "files" / one["file"] for one in received.values()], strict=True))
        aside = folder / "pictures.part"
        try:
            if len(files) == 1 and zipfile.is_zipfile(files[0][1]):
                files[0][1].replace(aside)
            else:
                with zipfile.ZipFile(aside, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
                    for name, file in files:
                        archive.write(file, name)
            aside.replace(folder / "pictures.zip")
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise DataError(
                f"The pictures could not be put together ({error.strerror}). Make room and try again."
            ) from None
        shutil.rmtree(folder / "files", ignore_errors=True)

    def look(self, key: str) -> None:
        """Have the doctor look, in a limited process; the set is "looking" meanwhile."""
        row = self.find(key)
        if row["state"] in BUSY:
            raise conflict("These pictures are being looked at already.")
        if row["granted"] is None and row["prepared"] is None:
            self.gather(key)
        self.folder(key).mkdir(parents=True, exist_ok=True)
        self.set_state(key, "looking")
        threading.Thread(target=self.look_through, args=(key,), daemon=True).start()

    def look_through(self, key: str) -> None:
        """Wait for the doctor's process."""
        source = self.origin(self.find(key))
        folder = self.folder(key) / "look"
        shutil.rmtree(folder, ignore_errors=True)
        problem = self.child(key, "pinxit.studio.looking", str(source), str(folder))
        self.set_state(key, "bad" if problem else "ready", problem)

    def child(self, key: str, module: str, *words: str) -> str:
        """Run one of our limited processes for a set, and wait. Returns what was wrong, "" for nothing."""
        command = [sys.executable, "-m", module, *words]
        with leash() as held:
            process = subprocess.Popen(command, stdin=held, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self._looking[key] = process
            _, said = process.communicate()
        self._looking.pop(key, None)
        told = said.decode("utf-8", "replace").strip()
        ended = "It was ended in the middle: one of the files needs more than it is given."
        return "" if process.returncode == 0 else told[-1000:] if told and "Traceback" not in told else ended

    def set_state(self, key: str, state: str, message: str = "") -> None:
        """Write down where a set stands, and tell."""
        try:
            self.store.change("update sets set state = ?, message = ? where id = ?", (state, message, key))
        except Exception:  # the studio is closing: the next one looks again
            return
        self.studio.tell("pictures")

    def looked(self, key: str) -> dict[str, Any] | None:
        """The doctor's findings."""
        return small_json(self.folder(key) / "look" / "items.json")

    def items(self, row: Mapping[str, Any], looked: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """Every picture with its findings and edits. What the doctor drops stays out; of the rest a person decides."""
        chosen = json.loads(row["settings"])
        edits = {edit["item"]: edit for edit in self.store.rows("select * from edits where pictures = ?", (row["id"],))}
        shown = []
        for place, item in enumerate(looked["items"] if looked else []):
            edit = edits.get(item["name"], {})
            labels = json.loads(edit["labels"]) if edit.get("labels") else item["labels"]
            caption = edit["caption"] if edit.get("caption") is not None else item["caption"]
            left_out = bool(edit.get("dropped"))
            dropped = dropped_for(item, chosen)
            shown.append(
                {
                    **item, "n": place, "labels": labels, "caption": caption, "left_out": left_out, "dropped": dropped,
                    "kept": not left_out and not dropped,
                }
            )  # fmt: skip
        return shown

    def checked(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings that belong to pictures, as they are kept. Raises UsageError for others, and for what they cannot be."""
        chosen = {name: value for name, value in settings.items() if value not in (None, [])}
        ours = [field["name"] for field in form_of_pictures()]
        if others := [name for name in chosen if name not in ours]:
            raise UsageError(f"{others[0]} belongs to a training, not to its pictures. Of pictures: {', '.join(ours)}.")
        told = resolve(TrainingSettings, chosen, family="pictures").model_dump(mode="json")
        return {name: told[name] for name in chosen}

    def edit(self, key: str, places: list[int], change: Mapping[str, Any]) -> None:
        """Change some pictures of a set: `dropped`, `caption`, `labels`. Raises a 404 for a picture there is not."""
        looked = self.looked(key)
        self.find(key)
        if looked is None or any(place >= len(looked["items"]) for place in places):
            raise missing("picture")
        with self.store.together():
            for place in places:
                name = looked["items"][place]["name"]
                self.store.change("insert or ignore into edits (pictures, item) values (?, ?)", (key, name))
                for column, value in change.items():
                    kept = json.dumps(value) if column == "labels" else value
                    self.store.change(
                        f"update edits set {column} = ? where pictures = ? and item = ?", (kept, key, name)
                    )
        self.write_selection(key)
        self.studio.tell("pictures")

    def write_selection(self, key: str) -> Path:
        """The file that training reads."""
        row = self.find(key)
        edits = self.store.rows("select * from edits where pictures = ?", (key,))
        told = {
            "format": 1, "of": str(self.origin(row)), "name": row["name"],
            "left_out": [one["item"] for one in edits if one["dropped"]],
            "captions": {one["item"]: one["caption"] for one in edits if one["caption"] is not None},
            "labels": {one["item"]: json.loads(one["labels"]) for one in edits if one["labels"]},
        }  # fmt: skip
        place = self.folder(key) / "pictures.selection.json"
        place.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8", errors="backslashreplace")
        return place

    def source_of(self, key: str) -> Path:
        """What training is given. Raises UsageError while the set is not ready."""
        row = self.find(key)
        if row["state"] != "ready":
            raise UsageError("The doctor has not looked at these pictures yet. Wait until the set is ready.")
        return self.write_selection(key)

    def thumb(self, key: str, place: int) -> Path:
        """A thumbnail. Raises a 404."""
        self.find(key)
        file = self.folder(key) / "look" / "thumbs" / f"{place:06d}.webp"
        if not file.exists():
            raise missing("picture")
        return file

    def remove(self, key: str) -> None:
        """Forget a set; files that came in for it are deleted, a granted folder is not touched."""
        self.find(key)
        for other in self.store.rows("select prepared from sets where state = 'preparing'"):
            if json.loads(other["prepared"])["of"] == key:
                raise conflict("These pictures are being prepared just now.")
        waiting = self.store.row("select id from jobs where pictures = ? and state in ('waiting', 'running')", (key,))
        if waiting:
            raise conflict("A training uses these pictures. Stop it first.")
        if (process := self._looking.get(key)) is not None:
            process.kill()
        self.store.change("delete from edits where pictures = ?", (key,))
        self.store.change("delete from sets where id = ?", (key,))
        shutil.rmtree(self.folder(key), ignore_errors=True)
        self.studio.tell("pictures")

    def origin(self, row: Mapping[str, Any]) -> Path:
        """The folder, zip or list itself."""
        if row["prepared"]:
            return self.folder(row["id"]) / "drawings"
        return Path(row["granted"]) if row["granted"] else self.folder(row["id"]) / "pictures.zip"

    def folder(self, key: str) -> Path:
        """Where the studio keeps what belongs to a set; `key` is one of ours."""
        return self.studio.home.pictures / key

    def close(self) -> None:
        """End doctors that still look."""
        for process in list(self._looking.values()):
            process.kill()


def dropped_for(item: Mapping[str, Any], chosen: Mapping[str, Any]) -> Sequence[str] | None:
    """Why the doctor leaves a picture out, [finding, reason]: his own words, but for shapes, which depend on what is chosen."""
    dropped = item["dropped"]
    by_shape = dropped is None or dropped[0] in BY_SHAPE
    if not by_shape or not {"size", "fit"} & chosen.keys() or item["name"].lower().endswith(".svg"):
        return dropped
    return api.unfit(item["size"], chosen.get("size"), chosen.get("fit", "crop"))


def visible_name(name: str) -> str:
    """A stranger's name as plain text of bearable length."""
    return printable(name)[:LONGEST_PART]


def printable(name: str) -> str:
    """A stranger's name as plain text."""
    kept = "".join(letter for letter in unicodedata.normalize("NFC", name) if letter.isprintable())
    return kept.strip()


def clean(name: str) -> str:
    """A stranger's path as a name inside our zip: forward, relative, printable. The folders stay: they may be labels."""
    *folders, file = name.replace("\\", "/").split("/")
    file = printable(file)
    ending = PurePosixPath(file).suffix[:LONGEST_ENDING]  # a long name keeps what says its kind
    parts = [*map(visible_name, folders), file.removesuffix(ending)[: LONGEST_PART - len(ending)] + ending]
    kept = [part.replace(":", "-") for part in parts if part and part not in (".", "..")]
    return "/".join(kept[-8:]) or "picture"


def apart(names: Iterable[str]) -> list[str]:
    """Strangers' paths as names inside our zip: no two alike, not even by upper and lower case, or by how an é is written."""
    found: list[str] = []
    taken: set[str] = set()
    for name in map(clean, names):
        place, number = PurePosixPath(name), 2
        while name.casefold() in taken:
            name, number = str(place.with_name(f"{place.stem} ({number}){place.suffix}")), number + 1
        taken.add(name.casefold())
        found.append(name)
    return found
