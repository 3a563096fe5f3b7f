# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Examples in docstrings."""

import doctest
import importlib
import pkgutil


def run_doctests(package):
    """Try the examples of all modules of a package that can be imported by their names.

    :return: number of examples, and [what is wrong with one]
    """
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    wrong = []
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for test in finder.find(importlib.import_module(info.name)):
            runner.run(test, out=wrong.append)
    return runner.tries, wrong
