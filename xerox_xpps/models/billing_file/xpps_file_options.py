# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import ValidationError

from ...billing_file import OUTPUT_TYPES
from ...billing_file.layout import is_date_format

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
#: Encoding that is found in a file -> encoding of a format. A byte order mark need not be chosen: it is seen.
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16",
}
ISO_DATE = "iso"
OTHER_DATE = "other"


class XppsFileOptions(models.AbstractModel):
    """How a billing file is written, apart from which value stands where."""

    _name = "xpps.file.options"
    _description = "XPPS Billing File Options"

    file_type = fields.Selection(
        [("xml", "XML"), ("csv", "CSV"), ("xlsx", "XLSX (Excel)")], required=True, default="xml"
    )
    invoice_path = fields.Char(
        help="Path of the element with the invoice's own values, such as /XPPSBillingDetails/Invoice."
    )
    device_path = fields.Char(
        help="Path of the element that is repeated for each device, such as /XPPSBillingDetails/Device."
    )
    delimiter = fields.Selection(
        [("comma", "Comma  ,"), ("semicolon", "Semicolon  ;"), ("tab", "Tab"), ("pipe", "Vertical bar  |")],
        required=True,
        default="comma",
        help="The character between two columns.",
    )
    encoding = fields.Selection(
        [
            ("utf-8", "UTF-8 (with or without byte order mark)"),
            ("cp1252", "Windows-1252 (Western Europe)"),
            ("utf-16", "UTF-16 (Excel's “Unicode Text”)"),
        ],
        required=True,
        default="utf-8",
        help="How the file encodes letters with accents. Western Windows programs often use Windows-1252.",
    )
    sheet = fields.Char(help="Name of the sheet with the device records. Leave empty to read the first sheet.")
    decimal_mark = fields.Selection(
        [(".", "Point: 1234.50"), (",", "Comma: 1234,50")], string="Decimal Sign", required=True, default="."
    )
    date_format = fields.Selection(
        [
            (ISO_DATE, "2026-01-31"),
            ("%d.%m.%Y", "31.01.2026"),
            ("%m/%d/%Y", "01/31/2026"),
            ("%d/%m/%Y", "31/01/2026"),
            ("%d-%m-%Y", "31-01-2026"),
            ("%Y/%m/%d", "2026/01/31"),
            ("%Y%m%d", "20260131"),
            (OTHER_DATE, "Other"),
        ],
        required=True,
        default=ISO_DATE,
        help="How January 31, 2026 is written in the file.",
    )
    date_pattern = fields.Char(
        help="%d is the day, %m the month, %b the month's English abbreviation, %Y the year, %y its last two digits: "
        "%d-%b-%y stands for 31-Jan-26."
    )
    actual_words = fields.Char(
        string="Words for Actual Reads",
        default="Actual",
        help="The word that the file uses for a meter that was read. Separate several words by commas.",
    )
    estimated_words = fields.Char(
        string="Words for Estimated Reads",
        default="Estimated",
        help="The word that the file uses for a read that was estimated. Separate several words by commas.",
    )

    mono_words = fields.Char(
        string="Words for Mono",
        help="In a table with a row for each meter: the words of the file for this output type, separated by commas. "
        "Mono, BW, Black, Color, Colour and the names of Xerox are known.",
    )
    color_words = fields.Char(string="Words for Color", help="See the words for Mono.")
    mono_color1_words = fields.Char(string="Words for MonoColor1", help="See the words for Mono.")
    clr_lvl12_words = fields.Char(string="Words for ClrLvl12", help="See the words for Mono.")
    clr_lvl3_words = fields.Char(string="Words for ClrLvl3", help="See the words for Mono.")

    def _meter_types(self):
        """:return: {word of the file: output type}
        :raises ValidationError: when a word stands for two of them
        """
        words = {}
        for output_type in OUTPUT_TYPES:
            for word in (self[f"{output_type}_words"] or "").split(","):
                if not word.strip():
                    continue
                if words.setdefault(word.strip(), output_type) != output_type:
                    raise ValidationError(
                        self.env._("“%s” cannot stand for two output types. Remove it from one of them.", word.strip())
                    )
        return words

    def _strptime_format(self):
        """:return: how dates are written, as ``strptime`` takes it; None for ISO 8601
        :raises ValidationError: when the pattern does not name day, month and year
        """
        if self.date_format == ISO_DATE:
            return None
        if self.date_format != OTHER_DATE:
            return self.date_format
        pattern = (self.date_pattern or "").strip()
        if not is_date_format(pattern):
            raise ValidationError(
                self.env._(
                    "The date pattern “%s” does not contain day, month and year. Enter %%d.%%m.%%Y for 31.01.2026.",
                    pattern,
                )
            )
        return pattern

    def _read_types(self):
        """:return: {word of the file: whether the read is estimated}"""
        actual, estimated = (
            {word.strip() for word in (words or "").split(",")} - {""}
            for words in (self.actual_words, self.estimated_words)
        )
        if actual & estimated:
            raise ValidationError(
                self.env._(
                    "“%s” cannot stand for both an actual and an estimated read.", ", ".join(sorted(actual & estimated))
                )
            )
        return dict.fromkeys(sorted(actual), False) | dict.fromkeys(sorted(estimated), True)
