# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files, uploads and invoices, for tests that run in one transaction."""

import base64
from copy import copy

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase

from ...billing_file.builder import build_xml
from .records import Records

TYPES = {
    "mono": "Mono",
    "color": "Color",
    "mono_color1": "MonoColor1",
    "clr_lvl12": "ClrLvl12",
    "clr_lvl3": "ClrLvl3",
}


def record(serial, **values):
    """A device record of a file. ``mono=(overage, unit cost)`` and the like become meter elements."""
    row = {"SerialNumber": serial}
    for output_type, prefix in TYPES.items():
        if output_type in values:
            overage, unit_cost = values.pop(output_type)
            row |= {f"{prefix}Over": overage, f"{prefix}OverUnitCost": unit_cost}
    return row | values


def printed_record(serial, month, rows, cost):
    """A device record of what an oracle says was printed.

    :param month: a number; counters of months are far apart, so that none is before the other
    :param rows: {output type: Printed}
    """
    values = {}
    for output_type, printed in rows.items():
        prefix = TYPES[output_type]
        values[output_type] = (printed.overage, cost)
        values[f"{prefix}Included"] = printed.included
        if printed.counted:
            before = 10_000 * (month + 1)
            values |= {f"{prefix}Previous": before, f"{prefix}Current": before + printed.pages}
    return record(serial, **values)


def line_of(data, number=1, tag=b"<Device>"):
    """The line of the file on which the n-th ``tag`` starts."""
    position = -1
    for _time in range(number):
        position = data.index(tag, position + 1)
    return data.count(b"\n", 0, position) + 1


class XppsCase(Records, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_reseller()

    def setUp(self):
        cls = type(self)
        # Not that of a class above.
        if "_set_up" not in vars(cls):
            before = set(vars(self))
            self._set_up_once()
            cls._set_up = {name: value for name, value in vars(self).items() if name not in before}
        for name, value in cls._set_up.items():
            # What a test fills, it fills for itself.
            setattr(self, name, copy(value) if isinstance(value, dict | list | set) else value)
        super().setUp()

    def _set_up_once(self):
        """What every test of the class begins with, as ``setUp`` would make it for each.

        It runs before the savepoint to which each test is rolled back, in the test that comes first, so that it may use
        all that tests use. What it keeps in ``self`` each test finds there. It adds no cleanup, and freezes no time.
        """

    # Files

    def _wizard(self, data, file_name="billing.xml", user=None, company=None):
        wizards = self.env["xpps.import.wizard"]
        if user:
            wizards = wizards.with_user(user)
        return wizards.create(
            {
                "file_data": base64.b64encode(data),
                "file_name": file_name,
                "company_id": (company or self.env.company).id,
            }
        )

    def _check(self, data, file_name="billing.xml", company=None):
        """:return: the billing file, a draft, with what its check finds"""
        return self._checked_file(data, file_name, company)

    def _checked_file(self, data, file_name="billing.xml", company=None, kind="regular"):
        """As the wizard leaves it, without its options, which take time: what is about them opens a ``_wizard``."""
        company = company or self.env.company
        files = self.env["xpps.billing.file"].with_company(company)
        file = files._create_from_upload(data, file_name, company, kind).with_env(self.env)
        file.action_check()
        return file

    def _break_format(self):
        """Keep every XML file from being checked, by what the constraints of a format would refuse."""
        file_format = self.env.ref("xerox_xpps.format_autotask_xml")
        file_format.flush_recordset()
        self.env.cr.execute("UPDATE xpps_file_format SET device_path = NULL WHERE id = %s", [file_format.id])
        file_format.invalidate_recordset()

    def _import(self, devices, company=None, **invoice):
        """Upload device records, check and import them. :return: the billing file"""
        file = self._checked_file(build_xml(invoice, devices), company=company)
        errors = file.issue_ids.filtered(lambda issue: issue.severity == "error")
        self.assertFalse(errors.mapped("message"))
        file.action_import()
        self.assertEqual(file.state, "imported")
        return file

    def _bill(self, devices, **invoice):
        """Import and approve. :return: the charges"""
        charges = self._import(devices, **invoice).charge_ids
        charges.action_approve()
        return charges

    def _codes(self, file, severity="error"):
        return sorted(issue.code for issue in file.issue_ids if issue.severity == severity)

    # Invoices

    def _moves(self, agreement=None):
        """All invoices of an agreement, drafts and through orders included, the oldest first."""
        agreement = agreement or self.agreement
        return (agreement.invoice_ids | agreement.sale_order_ids.invoice_ids).sorted("id")

    def _product_lines(self, moves):
        return moves.invoice_line_ids.filtered(lambda line: line.display_type == "product")

    def _archive_unasked(self, agreement):
        """As whoever archived it before that was refused."""
        agreement.flush_recordset()
        self.env.cr.execute("UPDATE sale_subscription SET active = FALSE WHERE id = %s", [agreement.id])
        agreement.invalidate_recordset()

    def assertRaisesMessage(self, pattern, function, *args, exception=UserError):
        with self.assertRaisesRegex(exception, pattern), self.cr.savepoint():
            function(*args)

    def day(self, text):
        return fields.Date.to_date(text)
