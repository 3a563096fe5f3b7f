# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_date

from ...billing_file import OUTPUT_TYPES
from ...common.formats import amount_text
from ...common.plural import plural
from ...importing import pages_text, price_text
from ...rules import expected_overage


class XppsVendorReport(models.Model):
    """What is wrong with a row of the vendor report, in words."""

    _inherit = "xpps.vendor.report"

    def _reason(self, flag):
        """One deviation of the row, with what Xerox says and what we do."""
        self.ensure_one()
        return getattr(self, f"_reason_{flag}")()

    def _reason_unknown_device(self):
        return self.env._("No device has the serial number %s", self.serial)

    def _reason_billed_after_removal(self):
        removal = self.device_id.xpps_removal_date
        if removal and removal < self.period_start:
            return self.env._("Billed after the removal on %s", format_date(self.env, removal))
        return self.env._("The device was not at any customer in the period")

    def _reason_missing_from_file(self):
        return self.env._(
            "Not in the file; last billed %s", amount_text(self.env, self.expected_cost, self.currency_id)
        )

    def _reason_quantity_wrong(self):
        pages = self._stated_pages()
        values = {"billed": self.xerox_quantity, "expected": pages}
        return plural(
            self.xerox_quantity,
            self.env._("1 page instead of %(expected)s by Xerox's own reads", **values),
            self.env._("%(billed)s pages instead of %(expected)s by Xerox's own reads", **values),
        )

    def _stated_pages(self):
        """Pages above the allowance by the reads that Xerox states."""
        read = self.meter_read_id
        if read:
            return expected_overage(read.previous_read, read.current_read, read.included)
        meter = (self.line_id.meter_values or {}).get(self.component, {})
        return expected_overage(meter.get("previous"), meter.get("current"), meter.get("included"))

    def _reason_wrong_rate(self):
        if self.component in OUTPUT_TYPES:
            return self.env._(
                "Unit cost %(billed)s instead of %(agreed)s by the rate card",
                billed=price_text(self.env, self.xerox_unit_cost),
                agreed=price_text(self.env, self.contract_unit_cost),
            )
        return self.env._(
            "Base fee %(billed)s instead of %(agreed)s by the rate card",
            billed=amount_text(self.env, self.xerox_cost, self.currency_id),
            agreed=amount_text(self.env, self.contract_unit_cost, self.currency_id),
        )

    def _reason_wrong_allowance(self):
        return self.env._(
            "Included pages: %(billed)s instead of %(agreed)s by the rate card",
            billed=pages_text(self.env, self.included),
            agreed=pages_text(self.env, self.contract_included),
        )

    def _reason_allowance_changed(self):
        return self.env._(
            "Included pages: %(billed)s instead of %(last)s the last time",
            billed=pages_text(self.env, self.included),
            last=pages_text(self.env, self.last_included),
        )

    def _reason_wrong_customer(self):
        return self.env._(
            "Customer number %(billed)s instead of %(expected)s",
            billed=self.line_id.xerox_customer_number,
            expected=self.line_id.expected_customer_number,
        )

    def _reason_wrong_agreement(self):
        return self.env._(
            "Agreement number %(billed)s instead of %(expected)s",
            billed=self.line_id.xerox_agreement_number,
            expected=self.line_id.expected_agreement_number,
        )

    def _reason_rate_changed(self):
        return self.env._(
            "Unit cost %(billed)s instead of %(expected)s",
            billed=price_text(self.env, self.xerox_unit_cost),
            expected=price_text(self.env, self.meter_read_id.expected_unit_cost),
        )

    def _reason_base_changed(self):
        line, currency = self.line_id, self.currency_id
        expected = line.expected_supply_cost if self.component == "base_supply" else line.expected_service_cost
        return self.env._(
            "Base fee %(billed)s instead of %(expected)s",
            billed=amount_text(self.env, self.xerox_cost, currency),
            expected=amount_text(self.env, expected, currency),
        )

    def _reason_cost_unknown(self):
        return self.env._("Xerox does not state what a page costs")

    def _reason_read_gap(self):
        return self.env._(
            "The meter starts at %(billed)s instead of %(expected)s",
            billed=self.meter_read_id.previous_read,
            expected=self.meter_read_id.expected_previous,
        )

    def _reason_not_billed_to_customer(self):
        if self.line_id.state == "held":
            return self.env._("The record is held back, so the customer is not charged")
        if self.line_id.state == "left_out":
            return self.env._("The record was left out, so the customer is not charged")
        if not self.meter_read_id:
            return self.env._("No service bills the base fee to the customer")
        return self.env._(
            "Pages charged to the customer: %(charged)s of %(billed)s",
            charged=self.charged_quantity,
            billed=self.xerox_quantity,
        )

    def _reason_estimated_read(self):
        return self.env._("Xerox estimated the meter read")

    def _reason_serial_form(self):
        return self.env._(
            "Xerox writes the serial number %(billed)s, we write %(expected)s",
            billed=self.line_id.serial,
            expected=self.line_id.expected_serial,
        )
