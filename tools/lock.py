"""Write the lock files: the exact version of everything that `make demo` and `make test` install.

    python tools/lock.py            requirements.lock (to use pinxit) and requirements-dev.lock (to work on it)

pip resolves the requirements of pyproject.toml without installing anything. Two things are left to the machine: the
build of torch (a CPU build of the locked version is taken where there is one, hence no local version and no hashes) and
the GPU libraries that a CUDA build of torch brings along.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = {"torch": "2.13.0"}  # the version every figure in bench/ and docs/ was measured with
NOT_LOCKED = {
    "text",
    "upscale",
}  # their packages drag whole libraries along that pinxit does not use; the one file of each is checked by hash
LEFT_TO_THE_MACHINE = ("nvidia-", "cuda-", "triton")
DENIED = {  # releases that must never be installed, whoever asks for them
    "lightning": {"2.6.2", "2.6.3"},
    "pytorch-lightning": {"2.6.2", "2.6.3"},
    "lightning-fabric": {"2.6.2", "2.6.3"},
}
HEADER = """\
# Exact versions, written by tools/lock.py; change pyproject.toml and run it again instead of editing here.
# {purpose}
"""


def normal(name: str) -> str:
    """A package's name as registries compare it."""
    return name.lower().replace("_", "-").replace(".", "-")


def read_lock(path: Path) -> dict[str, str]:
    """Name -> version of every line of a lock file."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def denied(versions: dict[str, str]) -> list[str]:
    """The denied releases among `versions`, as name==version."""
    return [f"{name}=={version}" for name, version in versions.items() if version in DENIED.get(name, ())]


def resolve(requirements: list[str], wanted: dict[str, str]) -> dict[str, str]:
    """Everything that `requirements` bring, name -> version, holding to the versions in `wanted`."""
    with tempfile.TemporaryDirectory() as folder:
        constraints, report = Path(folder, "constraints.txt"), Path(folder, "report.json")
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in wanted.items()))
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        command += ["--report", str(report), "--constraint", str(constraints), *requirements]
        subprocess.run(command, check=True)
        found = json.loads(report.read_text())["install"]
    versions = {normal(item["metadata"]["name"]): item["metadata"]["version"].partition("+")[0] for item in found}
    return {name: versions[name] for name in sorted(versions) if not name.startswith(LEFT_TO_THE_MACHINE)}


def write_lock(path: Path, versions: dict[str, str], purpose: str) -> None:
    """Write `versions`, unless a denied release is among them."""
    if bad := denied(versions):
        raise SystemExit(f"{', '.join(bad)} must never be installed (see tools/lock.py). Nothing written.")
    lines = "".join(f"{name}=={version}\n" for name, version in versions.items())
    path.write_text(HEADER.format(purpose=purpose) + lines)
    print(f"{path.name}: {len(versions)} packages")


def main() -> None:
    """Resolve everything at once, so that both locks agree, then the base alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = [extra for name, extra in project["optional-dependencies"].items() if name not in NOT_LOCKED]
    extras = [requirement for extra in locked for requirement in extra]
    everything = resolve([*project["dependencies"], *extras], PINNED)
    base = resolve(project["dependencies"], everything)
    write_lock(ROOT / "requirements.lock", base, "What pinxit needs to run.")
    write_lock(ROOT / "requirements-dev.lock", everything, "The same, with every extra and the tools of development.")


if __name__ == "__main__":
    main()
