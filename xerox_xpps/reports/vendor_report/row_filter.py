# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a search of the vendor report is about, so that its query need not read all the rest."""

from dataclasses import dataclass

from odoo.fields import Domain
from odoo.tools import SQL

from ..row_ids import read_vendor_row_ids

#: Fields that are the same in all rows of a file: {field: field of the file}
FILE_FIELDS = {
    "billing_file_id": "id",
    "company_id": "company_id",
    "period_start": "period_start",
    "period_end": "period_end",
}
DATE_OPERATORS = {"<", "<=", ">", ">="}


@dataclass(frozen=True)
class RowFilter:
    """Which rows are asked for, and perhaps some more: those of files, and of devices in them.

    :param files: [xpps.billing.file id], or None for all
    :param devices: [stock.lot id, None for rows without a device], or None for all
    """

    files: list | None = None
    devices: list | None = None

    def of(self, table):
        """:return: SQL, condition on a table that has ``billing_file_id`` and ``device_id``"""
        return SQL(
            "%s AND %s",
            self.of_file(SQL.identifier(table, "billing_file_id")),
            self.of_device(SQL.identifier(table, "device_id")),
        )

    def of_file(self, file_id):
        return SQL("TRUE") if self.files is None else SQL("%s = ANY(%s)", file_id, self.files)

    def of_device(self, device_id):
        if self.devices is None:
            return SQL("TRUE")
        known = [device for device in self.devices if device]
        condition = SQL("%s = ANY(%s::int[])", device_id, known)
        return condition if len(known) == len(self.devices) else SQL("(%s OR %s IS NULL)", condition, device_id)


def find_row_filter(report, domain):
    """:return: RowFilter, for a search of the report"""
    domain = Domain(domain).optimize(report)
    if "!" in list(domain):
        # What is not known of a row is taken as true, which must not be turned round.
        return RowFilter()
    ids = next(_ids(domain), None)
    if ids is not None:
        return of_rows(report, ids)
    domain = domain.map_conditions(_of_file)
    if domain.is_true():
        return RowFilter()
    # Which files there are does not depend on the right to see them; rows are checked by the report's own rule.
    files = report.env["xpps.billing.file"].sudo().search([("state", "=", "imported")])
    found = files.filtered_domain(domain)
    return RowFilter(found.ids) if found != files else RowFilter()


def _ids(domain):
    """The ids that all rows of a domain are among."""
    conditions = list(domain.iter_conditions())
    if "|" not in list(domain):
        yield from (item.value for item in conditions if item.field_expr == "id" and _is_list(item))


def _is_list(condition):
    """Whether it compares with values, not with a query or the names of records."""
    return condition.operator == "in" and not any(isinstance(value, str) for value in condition.value)


def _of_file(condition):
    """What a condition on rows says of their files."""
    name, operator = condition.field_expr, condition.operator
    if name not in FILE_FIELDS:
        return Domain.TRUE
    if name.startswith("period_"):
        known = operator == "in" or operator in DATE_OPERATORS
    else:
        known = _is_list(condition)
    return Domain(FILE_FIELDS[name], operator, condition.value) if known else Domain.TRUE


def of_rows(report, ids):
    """:param ids: of rows, which tell what they are about. :return: RowFilter"""
    lines, reads, missing = read_vendor_row_ids(ids)
    files, devices = ({pair[side] for pair in missing} for side in (0, 1))
    for model, sources in (("xpps.billing.file.line", lines), ("xpps.meter.read", reads)):
        if sources:
            # See find_row_filter.
            groups = report.env[model].sudo()._read_group([("id", "in", sources)], ["billing_file_id", "device_id"])
            files.update(file.id for file, _device in groups)
            devices.update(device.id or None for _file, device in groups)
    return RowFilter(list(files - {False}), list(devices))
