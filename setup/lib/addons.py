"""What this checkout's addons are: names, dependencies, contents.

    addons.py own ADDONS_PATH    installable addons of this checkout whose dependencies are there
    addons.py deps ADDONS_PATH   what those depend on, outside this checkout
    addons.py hash               a hash of all their files

ADDONS_PATH is Odoo's: directories, separated by commas.
"""

import ast
import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def manifests():
    """{addon: manifest} of the checkout, without those that are marked as not installable."""
    found = {
        path.parent.name: ast.literal_eval(path.read_text(encoding="utf-8"))
        for path in sorted(ROOT.glob("xerox_xpps*/__manifest__.py"))
    }
    return {name: manifest for name, manifest in found.items() if manifest.get("installable", True)}


def own_and_deps(addons_path):
    found = manifests()
    available = set(found)
    for directory in addons_path.split(","):
        available.update(path.parent.name for path in Path(directory).glob("*/__manifest__.py"))
    # A glue addon is left out where the addon that it meets is not there (queue_job, for one).
    own = {name: m for name, m in found.items() if available.issuperset(m.get("depends", []))}
    if "xerox_xpps" not in own:
        missing = set(found.get("xerox_xpps", {}).get("depends", ["xerox_xpps"])) - available
        sys.exit(f"Error: not in {addons_path}: {', '.join(sorted(missing))}")
    deps = {dep for manifest in own.values() for dep in manifest.get("depends", [])}
    return sorted(own), sorted(deps - set(own)) or ["base"]


def content_hash():
    digest = hashlib.sha256()
    for name in manifests():
        for path in sorted((ROOT / name).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    if sys.argv[1] == "hash":
        print(content_hash())
    else:
        print(",".join(own_and_deps(sys.argv[2])[sys.argv[1] == "deps"]))
