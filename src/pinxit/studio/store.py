"""What the studio remembers: jobs, sets of pictures, kept pictures, points. One sqlite file (WAL), with migrations."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pinxit.errors import DataError

MIGRATIONS = (
    """
    create table jobs (
        id text primary key, kind text not null, title text not null, pictures text, run text, request text not null,
        state text not null, place real not null, asked_by text not null, created real not null, started real,
        ended real, message text not null default '', wish text not null default '', pid integer
    );
    create table sets (
        id text primary key, name text not null, granted text, created real not null, state text not null default 'new',
        message text not null default '', licence text not null default '', consent text not null default ''
    );
    create table edits (
        pictures text not null, item text not null, dropped integer, caption text, labels text,
        primary key (pictures, item)
    );
    create table kept (
        id text primary key, model text not null, model_name text not null, family text not null, recipe text not null,
        wish text not null, width integer not null, height integer not null, note text not null default '',
        created real not null, binned real, stars integer not null default 1
    );
    create table tags (kept text not null, kind text not null, name text not null, primary key (kept, kind, name));
    create index kept_by_time on kept (created);
    create index tags_by_name on tags (kind, name);
    """,
    """
    create table points (id text not null, model text not null, recipe text not null, primary key (model, id));
    """,
    """
    alter table sets add column prepared text;
    """,
    """
    alter table kept add column film text;
    """,
    """
    alter table sets add column settings text not null default '{}';
    """,
    """
    alter table kept add column made text;
    update kept set made = '{}' where wish = 'null' and film is null;
    """,
)


class Store:
    """One connection, used by one thread at a time. Names, notes and searches only ever go in as parameters."""

    def __init__(self, path: Path):
        self.path = path
        self._turn = threading.RLock()
        try:
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = normal")
            self._migrate()
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise DataError(
                    f"Another program holds the studio's memory {path}. Close it, and start again."
                ) from None
            raise DataError(
                f"The studio's memory {path} cannot be used ({error}). Move the file away (kept pictures lie as PNG beside "
                "it) or put a copy back, and start again."
            ) from None
        except OSError as error:
            raise DataError(
                f"No copy of the studio's memory {path} could be made before it is brought up to date ({error.strerror}). "
                "Make room, and start again."
            ) from None

    def _migrate(self) -> None:
        """Bring an older file up to date, a copy of it kept; refuse a newer one."""
        version = self._connection.execute("pragma user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise DataError(f"{self.path} was written by a newer pinxit. Start that one, or use another --home FOLDER.")
        if 0 < version < len(MIGRATIONS):
            self._connection.execute("pragma wal_checkpoint(truncate)")
            shutil.copy2(self.path, self.path.with_suffix(f".before-{len(MIGRATIONS)}.sqlite"))
        for number in range(version, len(MIGRATIONS)):
            self._connection.executescript(
                f"begin immediate; {MIGRATIONS[number]} pragma user_version = {number + 1}; commit;"
            )

    def rows(self, question: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """All rows of a select. Raises DataError when the file cannot be read."""
        with self._turn, in_words():
            return [dict(row) for row in self._connection.execute(question, values)]

    def row(self, question: str, values: Sequence[Any] = ()) -> dict[str, Any] | None:
        """The first row of a select, if any. Raises DataError when the file cannot be read."""
        with self._turn, in_words():
            found = self._connection.execute(question, values).fetchone()
        return dict(found) if found else None

    def change(self, order: str, values: Sequence[Any] = ()) -> int:
        """Insert, update or delete. Returns how many rows it touched. Raises DataError when the disk is full."""
        with self._turn, in_words():
            return self._connection.execute(order, values).rowcount

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """One new row; `table` and the names in `row` are ours, never a stranger's."""
        marks = ", ".join("?" for _ in row)
        self.change(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several changes as one: all or none. Raises DataError when the disk is full."""
        with self._turn:
            with in_words():
                self._connection.execute("begin immediate")
            try:
                yield
                with in_words():
                    self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("rollback")
                raise

    def close(self) -> None:
        """Write everything into the one file."""
        with self._turn:
            self._connection.close()


@contextmanager
def in_words() -> Iterator[None]:
    """What the system refuses sqlite, as DataError: a full disk, a lock that stays, a damaged page. Our own mistakes pass."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise
        if isinstance(error, sqlite3.OperationalError):
            raise DataError(f"The studio could not write to its memory ({error}). Nothing older was touched.") from None
        raise DataError(
            f"The studio's memory is damaged ({error}). Close the studio and put a copy of the file back; kept pictures lie as "
            "PNG beside it."
        ) from None


def literal(words: str) -> str:
    """A text for `like ? escape '\\'` that means just itself."""
    for special in ("\\", "%", "_"):
        words = words.replace(special, f"\\{special}")
    return f"%{words}%"
