# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A format made from a sample, in a real browser: xerox_xpps/static/tests/tours/file_format_tour.js."""

from odoo.tests import HttpCase

LIST_ACTION = "/odoo/action-xerox_xpps.action_xpps_file_format"


class TestFileFormatTour(HttpCase):
    def test_sample_to_format(self):
        formats = self.env["xpps.file.format"]
        known = formats.search([])
        self.start_tour(LIST_ACTION, "xpps_file_format_tour", login="admin", timeout=600)
        file_format = formats.search([]) - known
        self.assertRecordValues(
            file_format,
            [
                {
                    "name": "Xerox June (CSV)",
                    "file_type": "csv",
                    "delimiter": "semicolon",
                    "decimal_mark": ",",
                    "date_format": "%d.%m.%Y",
                }
            ],
        )
        self.assertEqual(
            {(field.part, field.name, field.path) for field in file_format.field_ids},
            {
                ("invoice", "number", "Rechnung"),
                ("invoice", "date", "Datum"),
                ("invoice", "period_start", "Von"),
                ("invoice", "period_end", "Bis"),
                ("device", "serial", "Geraet"),
                ("device", "mono_overage", "Mono Over"),
                ("device", "mono_unit_cost", "Mono Unit Cost"),
            },
        )
