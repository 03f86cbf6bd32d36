"""Bring the libraries of the studio's page into it: each by version and hash, from the npm registry, licence and all.

    python tools/vendor_page.py            write src/pinxit/studio/page/vendor/ anew
    python tools/vendor_page.py --check    say whether what lies there is what was written

No user needs Node for this; `npm pack` fetches the packages. Imports between them become relative, because the page
has no import map (its content policy allows no inline script).
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src/pinxit/studio/page/vendor"
BROWSER_TESTS = ROOT / "tests/browser/vendor"

PACKAGES = {  # npm name -> (version, sha512 of the package as npm states it)
    "lit-html": (
        "3.3.3",
        "el8M6jK2o3RXBnrSHX3ZKrsN8zEV63pSExTO1wYJz7QndGYZ8353e2a5PPX+qHe2aGayfnchQmkAojaWAREOIA==",
    ),
    "lit-element": (
        "4.2.2",
        "aFKhNToWxoyhkNDmWZwEva2SlQia+jfG0fjIWV//YeTaWrVnOxD89dPKfigCUspXFmjzOEUQpOkejH5Ly6sG0w==",
    ),
    "@lit/reactive-element": (
        "2.1.2",
        "pbCDiVMnne1lYUIaYNN5wrwQXDtHaYtg7YEFPeW+hws6U47WeFvISGUWekPGKWOP1ygrs0ef0o1VJMk1exos5A==",
    ),
    "uplot": (
        "1.6.32",
        "KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==",
    ),
    "axe-core": (
        "4.14.1",
        "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    ),
}
FILES = [  # (package, file in it, where it goes)
    ("lit-html", "lit-html.js", VENDOR / "lit-html.js"),
    ("lit-html", "directive.js", VENDOR / "directive.js"),
    ("lit-html", "directive-helpers.js", VENDOR / "directive-helpers.js"),
    ("lit-html", "directives/repeat.js", VENDOR / "repeat.js"),
    ("lit-html", "directives/live.js", VENDOR / "live.js"),
    ("lit-html", "LICENSE", VENDOR / "lit.LICENSE"),
    ("lit-element", "lit-element.js", VENDOR / "lit-element.js"),
    ("@lit/reactive-element", "reactive-element.js", VENDOR / "reactive-element.js"),
    ("@lit/reactive-element", "css-tag.js", VENDOR / "css-tag.js"),
    ("uplot", "dist/uPlot.iife.min.js", VENDOR / "uplot.js"),
    ("uplot", "dist/uPlot.min.css", VENDOR / "uplot.css"),
    ("uplot", "LICENSE", VENDOR / "uplot.LICENSE"),
    ("axe-core", "axe.min.js", BROWSER_TESTS / "axe.js"),
    ("axe-core", "LICENSE", BROWSER_TESTS / "axe.LICENSE"),
]
IMPORTS = {  # as the packages write them -> as they lie here
    '"@lit/reactive-element"': '"./reactive-element.js"',
    '"lit-html"': '"./lit-html.js"',
    '"../lit-html.js"': '"./lit-html.js"',
    '"../directive.js"': '"./directive.js"',
    '"../directive-helpers.js"': '"./directive-helpers.js"',
}


def fetch(name: str, folder: Path) -> tarfile.TarFile:
    """The package of one name, checked by its hash."""
    version, expected = PACKAGES[name]
    command = ["npm", "pack", "--silent", f"{name}@{version}"]
    file = folder / subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
    found = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    if found != expected:
        raise SystemExit(f"{name} {version} is not the package it was: sha512 {found}. Nothing of it was used.")
    return tarfile.open(file)


def content_of(package: tarfile.TarFile, file: str) -> bytes:
    """One file, ready for the page."""
    member = package.extractfile(f"package/{file}")
    assert member is not None
    content = member.read()
    if not file.endswith(".js") or "axe" in file:
        return content
    text = content.decode().partition("//# sourceMappingURL")[0]
    for written, here in IMPORTS.items():
        text = text.replace(written, here)
    if "uPlot.iife" in file:
        text += "\nexport default uPlot;\n"
    return text.encode()


def main() -> None:
    """Write, or check, every file."""
    check, wrong = "--check" in sys.argv, []
    with tempfile.TemporaryDirectory() as folder:
        packages = {name: fetch(name, Path(folder)) for name in PACKAGES}
        for name, file, place in FILES:
            content = content_of(packages[name], file)
            if not check:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            elif not place.exists() or place.read_bytes() != content:
                wrong.append(str(place.relative_to(ROOT)))
    print(
        "\n".join(f"{place} is not as published" for place in wrong)
        or f"{len(FILES)} files of {len(PACKAGES)} packages."
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
