# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The golden files: one per quirk, with the layout that reads it and what is expected beside it.

``NAME.expected.json`` holds

- ``layout``: a name in ``layouts.json``, whose values are the arguments of the layout ("autotask_xml" is shipped);
- ``issues``: of reading and of all checks, in the order of the file; ``message`` is null where a library words it;
- ``devices``: number of records, null when nothing can be read;
- ``invoice`` and ``records``: the values that are not empty, numbers with decimals as text.

Imports nothing of the addon, so that Odoo tests can use it too.
"""

import json
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parents[1] / "data" / "golden"
_ENDING = ".expected.json"


def golden_names() -> list[str]:
    """The names of the files, with their extension."""
    return sorted(path.name.removesuffix(_ENDING) for path in DIRECTORY.glob(f"*{_ENDING}"))


def golden(name: str) -> tuple[bytes, dict[str, Any]]:
    """A file, and what is expected of it."""
    return (DIRECTORY / name).read_bytes(), json.loads((DIRECTORY / f"{name}{_ENDING}").read_text(encoding="utf-8"))


def golden_layouts() -> dict[str, dict[str, Any]]:
    """Name of a layout -> its arguments and its ``file_type``."""
    return json.loads((DIRECTORY / "layouts.json").read_text(encoding="utf-8"))
