# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class XppsRateCard(models.Model):
    """The rates and allowances that Xerox has agreed to for a time: what the reseller pays, by its own paper.

    Xerox's bills are compared with it, month after month, whatever Xerox billed before. Nothing that a customer pays
    follows from it.
    """

    _name = "xpps.rate.card"
    _description = "XPPS Rate Card"
    _inherit = ["mail.thread", "mail.activity.mixin", "xpps.guard"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        tracking=True,
        help="In which Xerox bills. Files of another currency are not compared with the card.",
    )
    date_from = fields.Date(string="From", tracking=True, help="First day. If empty, from the beginning.")
    date_to = fields.Date(string="Until", tracking=True, help="Last day. If empty, the card has no end.")
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active")],
        string="Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        help="Only active cards are compared with Xerox's bills.",
    )
    letter = fields.Binary(
        string="Price Letter", attachment=True, copy=False, help="Xerox's letter, or the contract, with these rates."
    )
    letter_name = fields.Char(copy=False)
    line_ids = fields.One2many("xpps.rate.card.line", "card_id", string="Rates", copy=True)

    _dates_ordered = models.Constraint("CHECK (date_from <= date_to)", "A rate card cannot end before it begins.")
