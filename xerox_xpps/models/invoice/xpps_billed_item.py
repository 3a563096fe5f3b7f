# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...common.listing import enumeration
from ...common.program_values import PROGRAM_VALUES, ProgramValues

#: How many documents a refusal names.
MAX_LISTED = 5


class _Dropping:
    """In the context while invoices are dropped that come to 0: no client can send an instance of it."""


DROPPING = _Dropping()


class XppsBilledItem(models.AbstractModel):
    """What an invoice line, or the order line before it, bills of an agreement.

    Copied, unlike the charges: a credit note concerns the agreement and period of what it credits. Whoever copies a
    line does not say so himself, though: it comes along as ``ProgramValues``, which the lines' ``create`` takes out.
    Upstream is about to take the names without the prefix for invoice lines.
    """

    _name = "xpps.billed.item"
    _description = "XPPS Billed Item"

    xpps_subscription_id = fields.Many2one(
        "sale.subscription",
        string="XPPS Agreement",
        index="btree_not_null",
        readonly=True,
        help="The agreement that this line bills.",
    )
    xpps_subscription_line_id = fields.Many2one(
        "sale.subscription.line",
        string="XPPS Service",
        index="btree_not_null",
        readonly=True,
        help="The recurring service of the agreement that this line bills.",
    )
    xpps_period_start = fields.Date(string="XPPS Period Start", readonly=True)
    xpps_period_end = fields.Date(string="XPPS Period End", readonly=True)
    xpps_base_adjustment = fields.Boolean(
        string="XPPS Catch-up or Credit",
        readonly=True,
        help="The line makes up for devices that came or went in a period that was billed in advance.",
    )
    xpps_base_days = fields.Text(
        string="XPPS Days Billed",
        readonly=True,
        help="The days of each device that the line bills, where a later invoice makes up for changes.",
    )

    xpps_payer_id = fields.Many2one(
        "res.partner",
        string="XPPS Payer",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
        help="Who pays what the line bills, where the agreement names payers.",
    )
    xpps_share_key = fields.Char(
        string="XPPS Shares Billed Together",
        index="btree_not_null",
        readonly=True,
        help="The same for lines that bill the shares of several payers: they are deleted or cancelled together.",
    )
    xpps_share_number = fields.Integer(string="XPPS Number of the Share", readonly=True)
    xpps_share_percent = fields.Float(
        string="XPPS Share (%)",
        digits=(7, 4),
        readonly=True,
        help="What the line bills of the whole, where several pay it; 0 where it bills all of it.",
    )
    xpps_share_percents = fields.Text(
        string="XPPS Shares of All Payers",
        readonly=True,
        help="The shares of all payers, from which each is made, and who they are.",
    )

    #: Odoo looks at new lines before they are made, and knows no value that is not of a field.
    xpps_program_values = fields.Json(
        store=False, copy=False, readonly=True, groups=fields.NO_ACCESS, help="Removed before the line is created."
    )

    def unlink(self):
        """What the lines billed of recurring services is free again."""
        self._xpps_check_shares_together()
        spans = self._xpps_billed_spans()
        result = super().unlink()
        self._xpps_free(spans)
        return result

    def _xpps_billed_item_values(self):
        """What the line says of this, to have another line say the same."""
        self.ensure_one()
        return {
            "xpps_subscription_id": self.xpps_subscription_id.id,
            "xpps_subscription_line_id": self.xpps_subscription_line_id.id,
            "xpps_period_start": self.xpps_period_start,
            "xpps_period_end": self.xpps_period_end,
            "xpps_base_adjustment": self.xpps_base_adjustment,
            "xpps_base_days": self.xpps_base_days,
            "xpps_payer_id": self.xpps_payer_id.id,
            "xpps_share_key": self.xpps_share_key,
            "xpps_share_number": self.xpps_share_number,
            "xpps_share_percent": self.xpps_share_percent,
            "xpps_share_percents": self.xpps_share_percents,
        }

    def _xpps_billed_spans(self):
        """The days of recurring services that the lines bill.

        :return: {sale.subscription.line: [(first day, last day)]}, as superuser; none of a service whose lines make up
            for devices only
        """
        spans = defaultdict(list)
        # What was billed does not depend on what the user may see.
        for line in self.sudo().filtered("xpps_subscription_line_id"):
            billed = spans[line.xpps_subscription_line_id]
            if line.xpps_period_start and line.xpps_period_end and not line.xpps_base_adjustment:
                billed.append((line.xpps_period_start, line.xpps_period_end))
        return spans

    @api.model
    def _xpps_free(self, spans):
        """Nobody bills these days any more; see ``_xpps_billed_spans``."""
        if spans:
            # Whoever deletes or cancels a document need not be allowed to change its agreement.
            services = self.env["sale.subscription.line"].sudo().union(*spans)
            services._xpps_give_back(spans)

    # Shares of several payers

    def _xpps_bills_share(self, cancelled=False):
        """Those of the lines that bill, or will, one of several shares; called as superuser.

        :param cancelled: those that do not any more, as their documents are cancelled
        """
        raise NotImplementedError

    def _xpps_other_shares(self, cancelled=False):
        """The lines that bill the other shares of what these bill; called as superuser.

        :param cancelled: those that do not bill them any more, as their documents are cancelled
        """
        keys = list(filter(None, set(self.mapped("xpps_share_key"))))
        if not keys:
            return self.browse()
        others = self.search([("xpps_share_key", "in", keys), ("id", "not in", self.ids)])
        return others._xpps_bills_share(cancelled)

    def _xpps_check_shares_together(self):
        """:raises UserError: when others of the shares that these lines bill would stand alone, and one never be billed

        Left out is what the program drops as it comes to 0.
        """
        if self.env.context.get("xpps_dropping") is DROPPING:
            return
        # What was billed does not depend on what the user may see.
        lines = self.sudo()._xpps_bills_share()
        others = lines._xpps_other_shares()
        # A duplicate says what the line says that it was copied from, and nothing is lost with it.
        standing = {other._xpps_share_identity() for other in others}
        lines = lines.filtered(lambda line: line._xpps_share_identity() not in standing)
        others = others.filtered(lambda other: other.xpps_share_key in lines.mapped("xpps_share_key"))
        if others:
            documents, other_documents = lines._xpps_documents_of(), others._xpps_documents_of()
            names = (other_documents - documents or other_documents).mapped("display_name")
            raise UserError(
                self.env._(
                    "%(document)s bills the shares of one payer, and %(others)s those of the others. Delete or cancel "
                    "them together, after those that are posted are reset to draft.",
                    document=documents[:1].display_name,
                    others=enumeration(self.env, names, MAX_LISTED),
                )
            )

    def _xpps_share_identity(self):
        """What the line bills of what: the same of a line and its duplicate."""
        self.ensure_one()
        billed = self._xpps_billed_item_values()
        return tuple(billed[name] for name in sorted(billed)), self.xpps_charge_ids._ids

    def _xpps_documents_of(self):
        """:return: the invoices or orders of the lines"""
        raise NotImplementedError

    def _xpps_documents_with_shares_of(self, others):
        """The documents of those lines that bill a share of what other lines bill the rest of, be it only amounts that
        make up for each other.
        """
        keys = set(filter(None, others.mapped("xpps_share_key")))
        lines = self.filtered(
            lambda line: line.xpps_share_key in keys and not line.currency_id.is_zero(line.price_subtotal)
        )
        return lines._xpps_documents_of()

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if self.env.su:
            return vals_list
        names = [
            name
            for name in self._xpps_program_fields_of(self._fields)
            if self._fields[name].copy and name not in (default or {})
        ]
        # What a line bills is copied whatever the user may see of it.
        for line, vals in zip(self.sudo(), vals_list, strict=True):
            said = {name: line._fields[name].convert_to_write(line[name], line) for name in names if line[name]}
            if vals and said:
                line._xpps_say(vals, said)
        return vals_list

    def _xpps_say(self, vals, said):
        """Add what the program says of a line to the values that it is made with."""
        known = vals.get(PROGRAM_VALUES, ProgramValues())
        # What a client has put there stays, and is refused.
        if isinstance(known, ProgramValues):
            vals[PROGRAM_VALUES] = ProgramValues(known, **said)

    @staticmethod
    def _xpps_take_program_values(vals_list):
        """Part the values of new lines: what ``create`` takes, and a list of the ProgramValues, {} where are none."""
        said = []
        others = []
        for vals in vals_list:
            program = vals.get(PROGRAM_VALUES)
            if isinstance(program, ProgramValues):
                vals = {name: value for name, value in vals.items() if name != PROGRAM_VALUES}
            else:
                program = {}
            said.append(program)
            others.append(vals)
        return others, said

    def _xpps_write_program_values(self, said):
        """:param said: the ProgramValues of the lines, in their order"""
        groups = defaultdict(self.browse)
        for line, program in zip(self, said, strict=True):
            if program:
                groups[tuple(program.items())] |= line
        for program, lines in groups.items():
            # The user may make the line, and nobody but the program says what it bills.
            lines.sudo()._xpps_write_plainly(dict(program))

    def _xpps_write_plainly(self, vals):
        """Write what changes no amount, so that the document need not be balanced again."""
        return super().write(vals)
