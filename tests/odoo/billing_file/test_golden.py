# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The golden files of tests/data, uploaded in the wizard as a user would."""

from collections import Counter

from odoo import Command

from ...billing_file.golden import golden, golden_layouts, golden_names
from ..support.common import XppsCase

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
DATE_FORMATS = {None: "iso"}
METERS = {"previous": "previous_read", "current": "current_read"}
# What the addon demands of a format, but these layouts do not map.
HEADLESS = {"csv_tabs", "workbook_german"}

# A table is never read with the layout of an XML file, and without devices no layout can be told.
OTHERWISE = {"file_type.csv", "xml_no_devices.xml"}


class TestGolden(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["xpps.file.format"].search([]).active = False
        cls.env.ref("xerox_xpps.format_autotask_xml").active = True
        for name, arguments in golden_layouts().items():
            if not arguments.get("shipped") and name not in HEADLESS:
                cls._make_format(name, **arguments)
        # Any output type of any golden file is billable.
        cls.mapping.write(dict.fromkeys(("mono_color1_product_id", "clr_lvl12_product_id"), cls.color.id))
        cls.mapping.clr_lvl3_product_id = cls.color
        cls.env["res.currency"].with_context(active_test=False).search([]).active = True

    @classmethod
    def _make_format(cls, name, file_type, invoice_fields, device_fields, read_types=None, delimiter=",", **arguments):
        words = {
            f"{label}_words": ", ".join(word for word, is_estimated in read_types.items() if is_estimated is estimated)
            for label, estimated in (("actual", False), ("estimated", True))
            if read_types
        }
        date_format = arguments.pop("date_format", None)
        parts = (("invoice", invoice_fields), ("device", device_fields))
        return cls.env["xpps.file.format"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "file_type": file_type,
                "delimiter": DELIMITERS[delimiter],
                "date_format": DATE_FORMATS.get(date_format, date_format),
                "field_ids": [
                    Command.create({"part": part, "name": field, "path": path})
                    for part, layout_fields in parts
                    for field, path in layout_fields.items()
                ],
                **words,
                **arguments,
            }
        )

    def _golden(self):
        for name in golden_names():
            data, expected = golden(name)
            if expected["layout"] not in HEADLESS and name not in OTHERWISE:
                yield name, data, expected

    def test_every_file_is_checked(self):
        """Whatever is uploaded ends in issues, with line and serial; a file with an error leaves nothing behind."""
        count = 0
        for name, data, expected in self._golden():
            with self.subTest(file=name), self.cr.savepoint() as savepoint:
                file = self._check(data, name)
                wanted = Counter((each["code"], each["line"] or 0, each["serial"]) for each in expected["issues"])
                found = Counter((issue.code, issue.source_line, issue.serial or "") for issue in file.issue_ids)
                self.assertFalse(wanted - found, "Issues of the file itself are missing")
                self.assertTrue(all(file.issue_ids.mapped("message")))
                if expected["devices"] is not None:
                    self.assertEqual(file.device_count, expected["devices"])
                    self.assertEqual(file.name or "", expected["invoice"].get("number", ""))
                if wanted:
                    with self.assertRaisesRegex(Exception, "cannot be imported"), self.cr.savepoint():
                        file.action_import()
                    self.assertFalse(file.meter_read_ids | file.charge_ids.meter_read_id)
                count += 1
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertGreaterEqual(count, 40)

    def test_sound_files_are_imported(self):
        """What stands in a sound file becomes meter reads and charges, digit by digit."""
        count = 0
        for name, data, expected in self._golden():
            if expected["issues"] or not expected["devices"]:
                continue
            with self.subTest(file=name), self.cr.savepoint() as savepoint:
                for each in expected["records"]:
                    self._device(each["serial"])
                wizard = self._wizard(data, name)
                wizard.action_check()
                file = wizard.billing_file_id
                if file.company_id.currency_id != file.currency_id:
                    self.assertIn(file.currency_id.name, expected["invoice"]["currency"])
                self.assertFalse(file.issue_ids.filtered(lambda issue: issue.severity == "error").mapped("message"))
                wizard.action_import()
                self._assert_imported(file, expected["records"])
                count += 1
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertGreaterEqual(count, 15)

    def _assert_imported(self, file, records):
        self.assertEqual(file.state, "imported")
        reads = {(read.device_id.name, read.output_type): read for read in file.meter_read_ids}
        for each in records:
            for output_type, meter in each.get("meters", {}).items():
                read = reads.pop((each["serial"], output_type))
                for name, value in meter.items():
                    found = read[METERS.get(name, name)]
                    self.assertEqual(f"{found:.6f}", f"{float(value):.6f}", f"{each['serial']} {output_type} {name}")
                charge = file.charge_ids.filtered(lambda charge, read=read: charge.meter_read_id == read)
                self.assertEqual(charge.quantity, meter.get("overage", 0))
        self.assertFalse(reads)
