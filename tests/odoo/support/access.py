# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What tests of access share: the groups, the fields that tell a cost, and what it is to be denied something."""

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from .common import record
from .invoicing import InvoicingCase

USER = "xerox_xpps.group_xpps_user"
BILLING = "xerox_xpps.group_xpps_billing"
MANAGER = "xerox_xpps.group_xpps_manager"

COSTS = {
    "sale.subscription.charge": (
        "unit_cost",
        "cost_subtotal",
        "margin",
        "margin_percent",
        "margin_low",
        "xerox_unit_cost",
        "xerox_cost",
    ),
    "sale.subscription.charge.default": ("unit_cost", "markup_percent", "cost_change_ids"),
    "xpps.meter.read": ("unit_cost", "cost", "expected_unit_cost"),
    "stock.lot": (
        "xpps_mono_unit_cost",
        "xpps_color_unit_cost",
        "xpps_mono_color1_unit_cost",
        "xpps_clr_lvl12_unit_cost",
        "xpps_clr_lvl3_unit_cost",
        "xpps_base_service_cost",
        "xpps_base_supply_cost",
        "xpps_billing_line_ids",
    ),
}


class Denials:
    def assertDenied(self, function, *args):
        quiet = mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
        with quiet, self.assertRaises(AccessError), self.cr.savepoint():
            function(*args)
            self.env.flush_all()
        self.env.invalidate_all()


class AccessCase(Denials, InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = [record("SN-1", mono=(100, "0.004"), BaseServiceFee=20), record("SN-2")]
        cls.data = build_xml(devices=cls.rows)

    def assertNoCost(self, records):
        """None of the fields that tell a cost can be read, searched, grouped or guessed from the view."""
        for field in COSTS[records._name]:
            self.assertDenied(records.read, [field])
            self.assertNotIn(field, records.fields_get())
            if records._fields[field].store:
                self.assertDenied(records.search, [(field, "!=", 0)])
                self.assertDenied(records.search, [], 0, 1, field)
                self.assertDenied(records._read_group, [], [], [f"{field}:sum"])
