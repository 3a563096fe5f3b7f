# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every kind of problem that a check finds in a billing file, be it by the reader or against the database.

What is to be known of a code stands here once: the checks take its severity from here, ``xpps.billing.file.issue`` its
label and its fix, and ``xpps.blocking.warning`` what a company may do about it.
"""

from dataclasses import dataclass

from ..billing_file import ERROR, INFO, WARNING

#: The most important one first.
SEVERITY_RANKS = {ERROR: 0, WARNING: 1, INFO: 2}


@dataclass(frozen=True, slots=True)
class CheckCode:
    """One kind of problem.

    ``label`` is what lists call it, and ``fix`` the method of ``xpps.billing.file.issue`` that opens the place where it
    is fixed. ``blocks_as`` is the sentence by which a company has a warning block the import; empty where it may not.
    ``lowered_by`` is the field of ``res.company`` by which it has an error be a warning; empty where it may not.
    """

    code: str
    severity: str
    label: str
    fix: str
    blocks_as: str = ""
    lowered_by: str = ""

    @property
    def may_block(self) -> bool:
        """Whether a company may have it be an error in its files."""
        return bool(self.blocks_as)


_TABLE = (
    # Devices
    CheckCode("device_unknown", ERROR, "Device unknown", "_fix_create_devices"),
    CheckCode("device_no_subscription", ERROR, "Device without agreement", "_fix_assign_devices"),
    CheckCode("device_no_service", ERROR, "Device without base price service", "_fix_assign_devices"),
    CheckCode("customer_mismatch", ERROR, "Device at another customer than its agreement", "_fix_assign_devices"),
    CheckCode("device_removed", ERROR, "Device removed before the period", "_fix_device"),
    CheckCode("subscription_not_running", ERROR, "Agreement does not run in the period", "_fix_agreement"),
    # Material codes, prices and currency
    CheckCode("mapping_missing", ERROR, "Material code missing", "_fix_mapping"),
    CheckCode("price_missing", ERROR, "Price missing", "_fix_price"),
    CheckCode("currency_unknown", ERROR, "Currency missing or inactive", "_fix_currency"),
    CheckCode("currency_rate_missing", ERROR, "Exchange rate missing", "_fix_rate"),
    # What was imported before
    CheckCode("file_duplicate", ERROR, "File imported already", "_fix_open_import"),
    CheckCode("invoice_duplicate", ERROR, "Xerox invoice imported already", "_fix_open_import"),
    CheckCode("period_duplicate", ERROR, "Device billed for the period already", "_fix_open_import"),
    # The file by itself
    CheckCode("foreign_partner", ERROR, "File of another partner", "_fix_partner_number"),
    CheckCode("file_type", ERROR, "File type not supported", "_fix_file_type"),
    CheckCode("file_empty", ERROR, "File empty", "_fix_upload"),
    CheckCode("file_syntax", ERROR, "File not well-formed", "_fix_upload"),
    CheckCode("file_forbidden", ERROR, "File with forbidden content", "_fix_upload"),
    CheckCode("file_too_large", ERROR, "File too large", "_fix_upload"),
    CheckCode("file_schema", ERROR, "File violates its schema", "_fix_upload"),
    CheckCode("total_mismatch", ERROR, "Total does not match", "_fix_upload"),
    CheckCode("device_count_mismatch", ERROR, "Device count does not match", "_fix_upload"),
    CheckCode("period_invalid", ERROR, "Period invalid", "_fix_upload"),
    CheckCode("value_invalid", ERROR, "Value invalid", "_fix_upload"),
    CheckCode("serial_missing", ERROR, "Serial number missing", "_fix_upload"),
    CheckCode("serial_duplicate", ERROR, "Serial number twice in the file", "_fix_upload"),
    CheckCode(
        "overage_missing",
        ERROR,
        "Overage not stated",
        "_fix_charge_pages",
        lowered_by="xpps_overage_missing_passes",
    ),
    # What an import changes, or what is not plausible
    CheckCode(
        "agreement_archived",
        WARNING,
        "Agreement archived",
        "_fix_unarchive",
        "The agreement of a device is archived",
    ),
    CheckCode(
        "wrong_rate",
        WARNING,
        "Rate differs from the rate card",
        "_fix_open_rate_card",
        "Xerox bills another fee or unit cost than the rate card says",
    ),
    CheckCode(
        "wrong_allowance",
        WARNING,
        "Included pages differ from the rate card",
        "_fix_open_rate_card",
        "Xerox includes another number of pages than the rate card says",
    ),
    CheckCode(
        "allowance_changed",
        WARNING,
        "Included pages changed",
        "_fix_open_reads",
        "Xerox includes another number of pages than before",
    ),
    CheckCode(
        "wrong_customer",
        WARNING,
        "Another customer number",
        "_fix_device",
        "Xerox bills a device to another customer number",
    ),
    CheckCode(
        "wrong_agreement",
        WARNING,
        "Another agreement number",
        "_fix_device",
        "Xerox bills a device on another agreement number",
    ),
    CheckCode("unit_cost_changed", INFO, "Unit cost changed", "_fix_open_defaults"),
    CheckCode(
        "unit_cost_missing",
        WARNING,
        "Unit cost not stated",
        "_fix_upload",
        "The unit cost of pages above the allowance is not stated",
    ),
    CheckCode(
        "total_rounding",
        WARNING,
        "Total differs by rounding",
        "_fix_upload",
        "A total of the file differs by rounding",
    ),
    CheckCode("margin_low", WARNING, "Margin low", "_fix_price", "The margin is below the company's floor"),
    CheckCode(
        "model_mismatch",
        WARNING,
        "Another printer model",
        "_fix_device",
        "Xerox's printer model is not the device's",
    ),
    CheckCode(
        "device_absent", WARNING, "Device absent from the file", "_fix_device", "An active device is not in the file"
    ),
    CheckCode(
        "device_not_installed",
        WARNING,
        "Billed before it was installed",
        "_fix_device",
        "A device is billed before it was installed",
    ),
    CheckCode(
        "base_fee_changed",
        WARNING,
        "Base fee changed",
        "_fix_open_base_fees",
        "Xerox's base fee for a device changed",
    ),
    CheckCode("read_backwards", WARNING, "Meter runs backwards", "_fix_open_reads", "A meter runs backwards"),
    CheckCode(
        "read_gap",
        WARNING,
        "Gap between meter reads",
        "_fix_open_reads",
        "A meter does not start at our last read",
    ),
    CheckCode(
        "overage_mismatch",
        WARNING,
        "Overage does not follow from the reads",
        "_fix_open_reads",
        "The billed overage does not follow from the reads",
    ),
    CheckCode(
        "usage_spike",
        WARNING,
        "Usage far above the average",
        "_fix_open_reads",
        "A device prints far more than in previous months",
    ),
    CheckCode("read_estimated", WARNING, "Meter read estimated", "_fix_open_reads", "Xerox estimated a meter read"),
    # What Xerox states and we do not know, or write otherwise
    CheckCode("partner_number_missing", INFO, "Partner number missing", "_fix_take_partner_number"),
    CheckCode("customer_number_missing", INFO, "Customer numbers missing", "_fix_take_customer_numbers"),
    CheckCode("agreement_number_missing", INFO, "Agreement numbers missing", "_fix_take_agreement_numbers"),
    CheckCode("serial_form", INFO, "Serial number written otherwise", "_fix_open_serials"),
)

#: {code: CheckCode}
CODES = {entry.code: entry for entry in _TABLE}


def lowered_codes(company) -> set[str]:
    """:return: the codes of errors that are warnings in a company's files"""
    return {code for code, entry in CODES.items() if entry.lowered_by and company[entry.lowered_by]}
