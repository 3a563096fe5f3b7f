# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""File formats: those that are shipped, and a German one."""

from odoo import Command

from .common import XppsCase, record
from .tables import build_csv

GERMAN = {
    "InvoiceNumber": "Rechnung",
    "InvoiceDate": "Rechnungsdatum",
    "PeriodStart": "Von",
    "PeriodEnd": "Bis",
    "Currency": "Währung",
    "SerialNumber": "Seriennummer",
    "MonoOver": "SW Mehrseiten",
    "MonoOverUnitCost": "SW Klickpreis",
}
GERMAN_INVOICE = {"InvoiceDate": "03.02.2026", "PeriodStart": "01.01.2026", "PeriodEnd": "31.01.2026"}
GERMAN_FIELDS = {
    ("invoice", "number"): "Rechnung",
    ("invoice", "date"): "Rechnungsdatum",
    ("invoice", "period_start"): "Von",
    ("invoice", "period_end"): "Bis",
    ("invoice", "currency"): "Währung",
    ("device", "serial"): "Seriennummer",
    ("device", "mono_overage"): "SW Mehrseiten",
    ("device", "mono_unit_cost"): "SW Klickpreis",
}


class FormatCase(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.formats = cls.env["xpps.file.format"]
        cls.xml = cls.env.ref("xerox_xpps.format_autotask_xml")
        cls.csv = cls.env.ref("xerox_xpps.format_csv")
        cls.xlsx = cls.env.ref("xerox_xpps.format_xlsx")
        cls.rows = [record("SN-1", mono=(1000, "0.0045")), record("SN-2", mono=(0, "0.0045"), color=(12, "0.07"))]

    @classmethod
    def _german(cls, **values):
        return cls.formats.create(
            {
                "name": "Deutsche Abrechnung",
                "file_type": "csv",
                "company_id": cls.company.id,
                "delimiter": "semicolon",
                "encoding": "cp1252",
                "decimal_mark": ",",
                "date_format": "%d.%m.%Y",
                "field_ids": [
                    Command.create({"part": part, "name": name, "path": path})
                    for (part, name), path in GERMAN_FIELDS.items()
                ],
                **values,
            }
        )

    def _german_file(self, **invoice):
        rows = [record("SN-1", mono=(1000, "0,0045"))]
        return build_csv({**GERMAN_INVOICE, **invoice}, rows, GERMAN, ";", "cp1252")

    def _pick(self, data, file_name, company=None):
        return self.formats._pick_format(data, file_name, company or self.company)
