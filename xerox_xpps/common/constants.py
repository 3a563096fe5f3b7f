# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Words that several packages share: groups, selections, precisions, and what counts as billed."""

USER_GROUP = "xerox_xpps.group_xpps_user"
BILLING_GROUP = "xerox_xpps.group_xpps_billing"
MANAGER_GROUP = "xerox_xpps.group_xpps_manager"

#: Xerox's five print output types, as its billing file and portal call them.
OUTPUT_TYPE_SELECTION = [
    ("mono", "Mono"),
    ("color", "Color"),
    ("mono_color1", "MonoColor1"),
    ("clr_lvl12", "ClrLvl12"),
    ("clr_lvl3", "ClrLvl3"),
]

#: What Xerox bills of a device: two base fees and the pages above the allowance. A monthly base price that Xerox does
#: not split counts as the service fee.
COMPONENT_SELECTION = [
    ("base_service", "Base Service Fee"),
    ("base_supply", "Base Supply Fee"),
    *OUTPUT_TYPE_SELECTION,
]

#: What documents and disputes say of a row of the vendor report.
VENDOR_ROW_FIELDS = (
    "billing_file_id",
    "line_id",
    "period_start",
    "period_end",
    "device_id",
    "serial",
    "product_id",
    "partner_id",
    "component",
    "xerox_quantity",
    "xerox_unit_cost",
    "xerox_cost",
    "cost_unknown",
    "expected_quantity",
    "expected_unit_cost",
    "expected_cost",
    "difference",
    "flag",
)

#: XPPS roles of services that bill a device's base price; see ``product.template.xpps_role``.
BASE_ROLES = ("base_price", "base_service", "base_supply")

#: Click prices and costs are stored with six decimals and never rounded to the currency's.
CLICK_DIGITS = (16, 6)

#: For how many months together the overage of an agreement is billed.
OVERAGE_CYCLE_SELECTION = [
    ("1", "Every month"),
    ("2", "Every 2 months"),
    ("3", "Every quarter"),
    ("6", "Every half-year"),
    ("12", "Every year"),
]

INVOICE_MODE_SELECTION = [
    ("combined", "With the customer's other items"),
    ("separate", "On a separate invoice"),
    ("customer", "On one invoice for all agreements of the customer"),
]

INVOICE_DETAIL_SELECTION = [
    ("device", "A line per device and output type"),
    ("material", "A line per material code and price"),
]

#: What became of invoices that were sent. What is handed over to a mail server may still be returned by it.
DELIVERY_SELECTION = [
    ("manual", "To Be Handed Over Manually"),
    ("handed_over", "Handed Over"),
    ("sent", "Sent"),
    ("failed", "Not Delivered"),
]

#: What a mail notification says that will never arrive.
FAILED_DELIVERIES = ("exception", "bounce", "canceled")

#: Reads that count pages: what files brought and no correction replaced. Opening and closing reads bill none.
BILLED_READS = [("superseded_by_id", "=", False), ("origin", "=", "file")]

#: When a base price is billed: after its period, or on the first day of it.
BASE_TIMING_SELECTION = [("arrears", "In arrears"), ("advance", "In advance")]

#: Types of accounts that have what is earned and not billed yet, or billed and not earned or paid yet.
ACCRUAL_ASSETS = ("asset_current", "asset_prepayments", "asset_non_current")
ACCRUAL_LIABILITIES = ("liability_current", "liability_non_current")
