# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Print the packages of the addon as a table: their floor, modules, lines, and whom they import how often.

graph.py ROOT PACKAGE [CACHE]
"""

import sys
from collections import Counter
from pathlib import Path

import grimp
from importlinter.application.use_cases import read_user_options
from importlinter.configuration import configure

HEAD = ("package", "modules", "lines", "imports")


def floors(root, package):
    """:return: [[name of a package]], the lowest floor last, as the contract of import-linter has them"""
    configure()
    options = read_user_options(str(root / "pyproject.toml"))
    layers = next(options for options in options.contracts_options if options["type"] == "layers")["layers"]
    return [[name.strip(" ()") for name in layer.split("|")] for layer in layers]


def parts(graph, package, name):
    """A package, and those inside it that have modules of their own."""
    whole = f"{package}.{name}"
    if whole not in graph.modules:
        return
    yield whole
    for child in sorted(graph.find_children(whole)):
        if graph.find_children(child):
            yield child


def arrows(graph, package, whole):
    """:return: {name of a package: how many imports of it there are}, a package of the same floor by its own name"""
    own = whole.split(".")[1]
    found = Counter()
    for module in {whole, *graph.find_descendants(whole)}:
        for imported in graph.find_modules_directly_imported_by(module):
            if imported == whole or imported.startswith(f"{whole}."):
                continue
            path = imported.split(".")[1:]
            inside = path[0] == own and f"{package}.{'.'.join(path[:2])}"
            found["/".join(path[:2]) if inside and graph.find_children(inside) else path[0]] += 1
    return found


def size(root, graph, whole):
    """:return: (modules, lines)"""
    modules = {whole, *graph.find_descendants(whole)}
    lines = 0
    for module in modules:
        path = root / Path(*module.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        lines += len(file.read_text().splitlines())
    return len(modules), lines


def main(root, package, cache=None):
    root = Path(root)
    sys.path.insert(0, str(root))
    graph = grimp.build_graph(package, cache_dir=cache)
    rows = []
    for floor in floors(root, package):
        found = [whole for name in floor for whole in parts(graph, package, name)]
        if found:
            rows.append(None)
        for whole in found:
            label = "/".join(whole.split(".")[1:])
            imports = ", ".join(f"{to} {count}" for to, count in sorted(arrows(graph, package, whole).items()))
            rows.append((f"  {label}" if "/" in label else label, *map(str, size(root, graph, whole)), imports))
    widths = [max(len(row[column]) for row in (HEAD, *filter(None, rows))) for column in range(3)]
    for row in (HEAD, *rows):
        if row:
            label, modules, lines, imports = row
            print(f"{label:{widths[0]}}  {modules:>{widths[1]}}  {lines:>{widths[2]}}  {imports}".rstrip())
        else:
            print("-" * (sum(widths) + 4))


if __name__ == "__main__":
    main(*sys.argv[1:])
