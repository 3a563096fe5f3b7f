# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a billing run puts on invoices besides the agreements: the customer's open draft, and orders to invoice."""

from collections import defaultdict

from odoo import Command

from ..common.listing import enumeration

#: How many drafts a note names.
MAX_LISTED = 5
#: Where lines of orders stand on an invoice: after those of agreements.
ORDER_SEQUENCE = 200


class OtherItems:
    """Finds the drafts that documents of a run may join, and the orders that go with them, a query each.

    A document joins the one draft of its customer with the same payer, currency, journal, fiscal position and company.
    Drafts that bill agreements already are joined by the run alone that added these, and nothing joins a draft that
    would lack the agreement's reference. What other payers get, agreements that are billed separately, and what comes
    to less than 0 stay by themselves.

    :param run: xpps.billing.run
    """

    def __init__(self, run):
        # Whoever bills agreements need not see all invoices and orders of their customers.
        self.run = run.sudo()
        self.env = self.run.env
        self.notes = defaultdict(list)
        self._drafts = {}
        self._orders = {}

    def find(self, documents):
        """:param documents: [BillingDocument] that are about to be made"""
        partners = [document.first._xpps_payer().id for document in documents if self._may_join(document)]
        common = [("company_id", "=", self.run.company_id.id)]
        drafts = self.env["account.move"].search(
            [
                *common,
                ("move_type", "=", "out_invoice"),
                ("state", "=", "draft"),
                ("auto_post", "=", "no"),
                ("partner_id", "in", partners),
            ],
            order="id",
        )
        self._drafts = drafts.filtered(self._takes_items).grouped("partner_id")
        orders = self.env["sale.order"].search(
            [
                *common,
                ("state", "=", "sale"),
                ("invoice_status", "=", "to invoice"),
                ("partner_invoice_id", "in", partners),
                ("order_subscription_id", "=", False),
                # A down payment is settled where the whole order is invoiced.
                ("order_line", "not any", [("is_downpayment", "=", True)]),
            ],
            order="id",
        )
        self._orders = orders.grouped("partner_invoice_id")

    def _may_join(self, document):
        payer = document.payer
        return document.first.xpps_invoice_mode != "separate" and not (payer and payer.other)

    def _takes_items(self, draft):
        ours = draft.invoice_line_ids.filtered("xpps_subscription_id")
        return all(line.xpps_joined_run_id == self.run for line in ours)

    def draft_for(self, document, values):
        """The draft that a document joins, locked; none if there is not exactly one.

        :param values: of the invoice that it is else
        """
        none = self.env["account.move"]
        if not self._may_join(document) or total_of(values) <= 0:
            return none
        drafts = self._drafts.get(document.first._xpps_payer(), none).filtered(
            lambda draft: (
                draft.currency_id.id == values["currency_id"]
                and draft.journal_id.id == values["journal_id"]
                and draft.fiscal_position_id == document.first._xpps_fiscal_position()
                and (not values["ref"] or draft.ref == values["ref"])
            )
        )
        if len(drafts) > 1:
            self._note(
                document,
                self.env._(
                    "The customer has %(count)s open draft invoices (%(drafts)s), so there is an invoice of its own.",
                    count=len(drafts),
                    drafts=enumeration(self.env, drafts.mapped("display_name"), MAX_LISTED),
                ),
            )
            return none
        # Somebody may be at it, or have posted it since.
        locked = drafts.try_lock_for_update()
        locked.invalidate_recordset(["state"])
        locked = locked.filtered(lambda draft: draft.state == "draft")
        if drafts and not locked:
            self._note(
                document,
                self.env._(
                    "Somebody else is at draft invoice %s, so there is an invoice of its own.", drafts.display_name
                ),
            )
        return locked

    def _note(self, document, text):
        for part in document.parts:
            self.notes[part.agreement.id].append(text)

    def order_commands(self, document, values):
        """The lines of the customer's orders to invoice, each of them once, whichever document has them.

        :return: ([commands of invoice lines], [names of the orders])
        """
        if not self._may_join(document) or total_of(values) <= 0:
            return [], []
        none = self.env["sale.order"]
        partner = document.first._xpps_payer()
        orders = self._orders.get(partner, none).filtered(
            lambda order: (
                order.currency_id.id == values["currency_id"]
                and order.journal_id.id in (False, values["journal_id"])
                and order.fiscal_position_id == document.first._xpps_fiscal_position()
            )
        )
        if orders:
            self._orders[partner] -= orders
        lines = [
            line_values
            for order in orders.with_context(lang=partner.lang or self.env.lang)
            for line in order._get_invoiceable_lines()
            for line_values in line._prepare_invoice_lines_vals_list()
        ]
        commands = [
            Command.create({**line_values, "sequence": ORDER_SEQUENCE + number})
            for number, line_values in enumerate(lines)
        ]
        return commands, orders.mapped("name")


def total_of(values):
    """What the lines of an invoice come to before taxes, whatever they include.

    :param values: of the invoice
    """
    lines = [command[2] for command in values["invoice_line_ids"] if command[2].get("price_unit")]
    return sum(line["quantity"] * line["price_unit"] * (1 - line.get("discount", 0.0) / 100) for line in lines)
