"""docs/rules.rst: the business rules, each with its home and the modules that use it, read from the code."""

import ast

TEXT = """.. Made by setup/docs from xerox_xpps/rules: what is changed here is lost.

=====
Rules
=====

Business rules have one home each, in ``xerox_xpps/rules``: a file a rule, and what it says in Python and in SQL side by
side. What else needs the rule calls it there.
"""


def rules_document(addon):
    """:param Path addon: directory of the addon
    :return: the text of docs/rules.rst
    """
    homes = [path for path in sorted((addon / "rules").glob("*.py")) if path.stem != "__init__"]
    users = _users(addon)
    return TEXT + "".join(_section(home, users) for home in homes)


def _section(home, users):
    tree = ast.parse(home.read_text(encoding="utf-8"))
    rows = [
        f"   * - ``{function.name}``\n     - {_summary(function)}\n     - {', '.join(users.get(function.name, []))}"
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
    ]
    title = home.stem.replace("_", " ").capitalize()
    intro = "\n\n".join(_paragraphs(tree))
    table = ".. list-table::\n   :header-rows: 1\n\n   * - function\n     - what it says\n     - used by"
    return f"\n{title}\n{'=' * len(title)}\n\n{intro}\n\n{table}\n" + "\n".join(row.rstrip() for row in rows) + "\n"


def _paragraphs(tree):
    return (" ".join(paragraph.split()) for paragraph in ast.get_docstring(tree).split("\n\n"))


def _summary(function):
    """The first paragraph of its docstring, without examples."""
    return next(iter(_paragraphs(function)))


def _users(addon):
    """:return: {name imported from rules: [module that imports it]}"""
    users = {}
    for path in sorted(addon.rglob("*.py")):
        module = path.relative_to(addon).with_suffix("")
        if module.parts[0] == "rules":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "rules":
                for name in node.names:
                    users.setdefault(name.name, []).append(".".join(module.parts))
    return users
