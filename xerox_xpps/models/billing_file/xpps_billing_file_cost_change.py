# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...billing_file import to_decimal
from ...common.constants import CLICK_DIGITS
from ...common.locking import claim


class XppsBillingFileCostChange(models.Model):
    """A unit cost that the import of a billing file changes on an agreement, from what to what.

    Before the import it is a preview; afterwards it is what the undo of the import goes by.
    """

    _name = "xpps.billing.file.cost.change"
    _description = "XPPS Billing File Unit Cost"
    _inherit = ["xpps.guard"]
    _order = "billing_file_id, subscription_id, product_id"
    _rec_name = "product_id"
    _check_company_auto = True

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="subscription_id.partner_id", string="Customer")
    product_id = fields.Many2one("product.product", string="Material Code", required=True, ondelete="cascade")
    default_id = fields.Many2one(
        "sale.subscription.charge.default", index="btree_not_null", help="Empty if the agreement does not have one yet."
    )
    period_start = fields.Date(related="billing_file_id.period_start")
    period_end = fields.Date(related="billing_file_id.period_end")
    is_new = fields.Boolean(string="New Default", help="The contract default was created by the import.")
    old_cost = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, aggregator=None)
    new_cost = fields.Float(digits=CLICK_DIGITS, min_display_digits=2, aggregator=None)
    device_count = fields.Integer(string="Devices")
    applied = fields.Boolean(help="The file is imported, and the agreement has the new cost.")

    def _apply(self):
        """Change the agreements' contract defaults, or make those that they lack."""
        missing = self.filtered(lambda change: not change.default_id)
        # Two files that are imported at the same moment would both make the default that an agreement lacks.
        claim(missing.subscription_id)
        defaults = (
            self.env["sale.subscription.charge.default"]
            ._quietly()
            ._xpps_create_unnoted(
                [
                    {
                        "subscription_id": change.subscription_id.id,
                        "product_id": change.product_id.id,
                        "unit_cost": change.new_cost,
                    }
                    for change in missing
                ]
            )
        )
        known = self - missing
        for change in known:
            change.default_id._quietly()._xpps_write_unnoted({"unit_cost": change.new_cost})
        # Prices that follow the cost are computed here and now, where nothing tracks them.
        known.default_id._quietly().flush_recordset(["unit_price"])
        # What an import did is evidence: only the import writes it.
        for change, default in zip(missing.sudo(), defaults, strict=True):
            change.write({"default_id": default.id, "is_new": True})
        self.sudo().applied = True

    def _revert(self):
        """Give the defaults back the costs that they had before the import.

        A default that a later import changed again keeps its cost, and that import gets to know the older one. A
        default that somebody changed by hand since then stays as it is.

        :return: the changes that could not be taken back, for the second reason
        """
        kept = self.browse()
        obsolete = self.env["sale.subscription.charge.default"]
        changes = self.filtered("applied").sorted("id")
        defaults = changes.default_id._quietly()
        later = changes._next_changes()
        for change in changes:
            default = change.default_id
            following = later.get(change)
            since = following.old_cost if following else default.unit_cost
            if to_decimal(since) != to_decimal(change.new_cost):
                kept |= change
            elif following:
                following.write({"old_cost": change.old_cost, "is_new": change.is_new})
            elif change.is_new and default._is_only_cost():
                obsolete |= default
            else:
                default._quietly()._xpps_write_unnoted({"unit_cost": change.old_cost})
        defaults.flush_recordset(["unit_price"])
        changes.applied = False
        obsolete.unlink()
        return kept

    def _next_changes(self):
        """:return: {change: the next one that an import made of the same default}; ids grow with each import"""
        changes = self.search([("default_id", "in", self.default_id.ids), ("applied", "=", True)], order="id")
        following = {}
        for same in changes.grouped("default_id").values():
            following |= dict(zip(same[:-1], same[1:], strict=True))
        return following
