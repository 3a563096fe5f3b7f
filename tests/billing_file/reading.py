# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read a file and make every check of it, as an import does."""

from golden import golden_layouts

from billing_file import AUTOTASK_XML, ReadResult, TableLayout, XmlLayout, check_serials, check_totals
from billing_file import read as read_only


def read(data, file_name="a.xml", layout=AUTOTASK_XML, decimal_places=2, **options):
    """A result with the issues of reading and of the checks, by line."""
    result = read_only(data, file_name, layout, **options)
    issues = list(result.issues)
    if result.details:
        issues += check_serials(result.details) + check_totals(result.details, decimal_places)
    return ReadResult(result.details, tuple(sorted(issues, key=lambda issue: issue.source_line or 0)))


def make_layout(file_type, **arguments):
    """A layout from what layouts.json says of it."""
    if arguments.get("shipped"):
        return AUTOTASK_XML
    return XmlLayout(**arguments) if file_type == "xml" else TableLayout(file_type, **arguments)


LAYOUTS = {name: make_layout(**arguments) for name, arguments in golden_layouts().items()}
