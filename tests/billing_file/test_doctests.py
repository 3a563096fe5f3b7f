# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import billing_file

from ..doctests import run_doctests


def test_examples_in_docstrings():
    tried, wrong = run_doctests(billing_file)
    assert tried and not wrong, "\n".join(wrong)
