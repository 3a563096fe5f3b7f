"""Documents that are made from other texts, and what can be wrong with documents.

    docs.py            makes each addon's README.rst and static/description/index.html, docs/checks.rst, docs/rules.rst,
                       and the drawings of docs/*.dot
    docs.py --check    prints what is out of date, what is no valid reStructuredText, and which links lead to no file;
                       exits with 1 if there is any of it

An addon's texts are the fragments in its readme/, named as the Odoo Community Association names them. A drawing keeps
the hash of its source, by which it is known whether it is up to date: each Graphviz draws a little differently.
"""

import ast
import hashlib
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from docutils.core import publish_doctree, publish_from_doctree
from docutils.utils import SystemMessage
from rules_document import rules_document

ROOT = Path(__file__).resolve().parents[2]

#: Heading of each fragment, in their order.
SECTIONS = {
    "DESCRIPTION": "",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "ROADMAP": "Known issues / Roadmap",
}
PICTURES = "static/description/"
CODES = ROOT / "xerox_xpps" / "importing" / "codes.py"
CHECKS = """.. Made by setup/docs from xerox_xpps/importing/codes.py: what is changed here is lost.

======
Checks
======

All kinds of problems that a check finds in a billing file. Errors prevent a file, or its faulty records, from being
imported. A warning that *may block* is turned into an error for a company that chooses it under *Blocking Warnings*.

.. list-table::
   :header-rows: 1

   * - code
     - problem
     - severity
     - may block
"""
MADE = "Made by setup/docs from readme/ and __manifest__.py: what is changed here is lost."
SETTINGS = {
    # A warning is a mistake.
    "halt_level": 2,
    "report_level": 5,
    "input_encoding": "utf-8",
    "output_encoding": "unicode",
    # Odoo has a style of its own.
    "stylesheet_path": "",
    "toc_backlinks": False,
    # What is wrong is printed once, by this program.
    "warning_stream": False,
    "_disable_config": True,
}


def addon_readme(addon):
    """:param Path addon: directory of an addon
    :return: the text of its README.rst
    """
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))
    name = manifest["name"]
    parts = [f".. {MADE}", f"{'=' * len(name)}\n{name}\n{'=' * len(name)}"]
    parts.append("Maturity: {development_status}. Licence: {license}. Author: {author}.".format_map(manifest))
    for fragment, title in SECTIONS.items():
        path = addon / "readme" / f"{fragment}.rst"
        if path.exists():
            parts += [heading(title)] if title else []
            parts.append(read_fragment(path))
            parts += [".. contents::\n   :local:\n   :depth: 2"] if fragment == "DESCRIPTION" else []
    parts += [heading("Contributors"), read_fragment(addon / "readme" / "CONTRIBUTORS.rst")]
    return "\n\n".join(parts) + "\n"


def read_fragment(path):
    text = path.read_text(encoding="utf-8").strip()
    # Here a mistake still has its place.
    parse(text, path)
    return text


def heading(title):
    return f"{title}\n{'=' * len(title)}"


def parse(text, path):
    """:return: docutils' document
    :raises SystemMessage: when it is no valid reStructuredText
    """
    return publish_doctree(text, source_path=str(path), settings_overrides=SETTINGS)


def addon_page(readme, path):
    """:param readme: what ``addon_readme`` gave
    :return: the text of static/description/index.html, which Odoo shows where addons are installed
    """
    document = parse(readme, path)
    for image in document.findall(nodes.image):
        # Odoo looks for pictures beside the page.
        image["uri"] = image["uri"].removeprefix(PICTURES)
    return publish_from_doctree(document, writer_name="html4", settings_overrides=SETTINGS)


def addon_documents():
    """:return: {path: text} of what is made from the addons' fragments"""
    made = {}
    for addon in sorted(path.parent for path in ROOT.glob("xerox_xpps*/readme")):
        readme, page = addon / "README.rst", addon / PICTURES / "index.html"
        made[readme] = addon_readme(addon)
        made[page] = addon_page(made[readme], readme)
    return made


def documents():
    """:return: {path: text} of all that is made from other texts"""
    docs = ROOT / "docs"
    return {
        **addon_documents(),
        docs / "checks.rst": checks_document(),
        docs / "rules.rst": rules_document(ROOT / "xerox_xpps"),
    }


def checks_document():
    """:return: the text of docs/checks.rst: the table of check codes, read without the addon and what it imports"""
    rows = []
    for call in ast.walk(ast.parse(CODES.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "CheckCode":
            code, severity, label, _fix, *blocks = call.args
            cells = (f"``{code.value}``", label.value, severity.id.lower(), "yes" if blocks else "")
            rows.append("   * - " + "\n     - ".join(cells))
    return CHECKS + "\n".join(row.rstrip() for row in rows) + "\n"


def drawings():
    """:return: {path of the drawing: path of its source}"""
    return {source.with_suffix(".svg"): source for source in sorted((ROOT / "docs").glob("*.dot"))}


def stamp(source):
    return f"<!-- {source.name} sha256:{hashlib.sha256(source.read_bytes()).hexdigest()} -->"


def draw(drawing, source):
    svg = subprocess.run(["dot", "-Tsvg", source], check=True, capture_output=True, text=True).stdout
    declaration, rest = svg.split("\n", 1)
    drawing.write_text(f"{declaration}\n{stamp(source)}\n{rest}", encoding="utf-8")


def make():
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
    for drawing, source in drawings().items():
        draw(drawing, source)


def problems():
    """:return: what is wrong with the documents, a text each"""
    for path, text in documents().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield f"{path.relative_to(ROOT)}: out of date; run setup/docs"
    for drawing, source in drawings().items():
        if not drawing.exists() or stamp(source) not in drawing.read_text(encoding="utf-8"):
            yield f"{drawing.relative_to(ROOT)}: out of date; run setup/docs"
    for path in (*sorted(ROOT.glob("*.rst")), *sorted(ROOT.glob("docs/*.rst")), *sorted(ROOT.glob("*/README.rst"))):
        yield from document_problems(path)


def document_problems(path):
    name = path.relative_to(ROOT)
    try:
        document = parse(path.read_text(encoding="utf-8"), path)
    except SystemMessage as error:
        yield f"{name}: {error}"
        return
    targets = [reference["refuri"] for reference in document.findall(nodes.reference) if "refuri" in reference]
    targets += [image["uri"] for image in document.findall(nodes.image)]
    for target in targets:
        file = target.partition("#")[0]
        if ":" not in file and not (path.parent / file).exists():
            yield f"{name}: there is no {target}"


def main(arguments):
    try:
        if arguments != ["--check"]:
            make()
            return 0
        found = list(problems())
    except SystemMessage as error:
        found = [str(error)]
    for problem in found:
        print(problem)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
