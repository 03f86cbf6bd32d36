"""Bring ONNX Runtime Web into the package: by version and hash, from the npm registry, licence and all.

    python tools/vendor_runtime.py            write src/pinxit/export/web/vendor/ anew
    python tools/vendor_runtime.py --check    say whether what lies there is what was published

It is what `pinxit export --to web` puts into each folder, so that no user needs Node, npm or a network. The program itself
(14 MB of WebAssembly) is kept as xz, a seventh of that, which Python reads by itself.
"""

import hashlib
import lzma
import subprocess
import sys
import tarfile
import tempfile
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src" / "pinxit" / "export" / "web" / "vendor"
NAME = "onnxruntime-web@1.30.0"
SHA256 = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
PROGRAM = "ort-wasm-simd-threaded.wasm"
FILES = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", PROGRAM)
LICENCES = ("LICENSE", "ThirdPartyNotices.txt")  # the npm package has none; those of the pip package say the same


def published() -> dict[str, bytes]:
    """Name -> content of everything that is brought in, the package checked by its hash."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", NAME], cwd=folder, check=True, capture_output=True)
        archive = next(Path(folder).glob("*.tgz"))
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != SHA256:
            raise SystemExit(f"{NAME} is not the package it was: sha256 {digest}. Nothing of it was used.")
        with tarfile.open(archive) as package:
            for name in FILES:
                member = package.extractfile(f"package/dist/{name}")
                assert member is not None
                found[name] = (
                    member.read().partition(b"//# sourceMappingURL")[0] if name.endswith("js") else member.read()
                )
    for name in LICENCES:
        found[name] = (files("onnxruntime") / name).read_bytes().replace(b"\r\n", b"\n")
    return found


def place_of(name: str) -> Path:
    """Where a file lies; large ones are packed."""
    return VENDOR / (f"{name}.xz" if name in (PROGRAM, "ThirdPartyNotices.txt") else name)


def main() -> None:
    """Write, or check, every file."""
    wrong = []
    for name, content in published().items():
        place = place_of(name)
        if "--check" in sys.argv:
            there = place.read_bytes() if place.exists() else b""
            if (lzma.decompress(there) if there and place.suffix == ".xz" else there) != content:
                wrong.append(name)
            continue
        VENDOR.mkdir(parents=True, exist_ok=True)
        packed = lzma.compress(content, preset=9 | lzma.PRESET_EXTREME) if place.suffix == ".xz" else content
        place.write_bytes(packed)
    print("\n".join(f"{name} is not as published" for name in wrong) or f"{NAME}: as published")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
