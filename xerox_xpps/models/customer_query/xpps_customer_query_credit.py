# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields, models
from odoo.exceptions import UserError

from ...common.window_actions import open_form
from ...rules import state_without_credit

XEROX_CREDITS = "xerox_xpps.mail_activity_query_xerox_credits"


class XppsCustomerQuery(models.Model):
    """The credit note that a question comes to.

    It is credited while one is posted that takes the line back, and that no posted invoice reverses in its turn.
    """

    _inherit = "xpps.customer.query"

    credit_move_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    def action_credit(self):
        """Propose a credit note of what was asked about, a draft; the question is credited when it is posted.

        :return: the action that opens it
        """
        self.ensure_one()
        self.check_access("write")
        self._lock()
        self._check_next_state("credited")
        if self.credit_move_id.state != "draft":
            # Nobody but the program says which credit note it is.
            self.sudo().credit_move_id = self._propose_credit()
        return open_form(self.credit_move_id)

    def action_open_credit(self):
        self.ensure_one()
        self.check_access("read")
        return open_form(self.credit_move_id)

    def _propose_credit(self):
        """:return: Odoo's reversal of the invoice, a draft, with nothing but what was asked about"""
        line = self.move_line_id
        if not line or self.move_id.state != "posted":
            raise UserError(
                self.env._(
                    "%s is about a line that is on no posted invoice any more: nothing can be credited.", self.name
                )
            )
        wizards = self.env["account.move.reversal"].with_company(self.company_id)
        wizard = wizards.with_context(active_model="account.move", active_ids=self.move_id.ids).create(
            {"journal_id": self.move_id.journal_id.id, "reason": self.name}
        )
        wizard.reverse_moves()
        credit = wizard.new_move_ids
        copied = line._xpps_copies_in(credit)[:1]
        others = credit.invoice_line_ids - copied
        commands = [Command.delete(other.id) for other in others]
        pages = self._pages_asked_about()
        if pages:
            sign = -1 if copied.quantity < 0 else 1
            commands.append(Command.update(copied.id, {"quantity": sign * abs(pages)}))
        credit.write({"invoice_line_ids": commands})
        return credit

    def _pages_asked_about(self):
        """:return: the pages to credit where the question is about some of the line's charges; None of all of it

        A share of several payers is one amount, which is credited as a whole unless the clerk changes it.
        """
        # The charges are looked at for whoever may credit the invoice.
        line, charges = self.move_line_id.sudo(), self.sudo().charge_ids
        asked = charges & line.xpps_charge_ids
        if not asked or asked == line.xpps_charge_ids or line.xpps_share_key:
            return None
        shares = line._xpps_charge_shares()
        return sum(shares[charge.id][0] for charge in asked)

    # What posts and cancels credit notes, and what takes them back, says so

    def _settle_by(self, credits):
        """Questions about lines that these posted credit notes take back are credited; called as superuser."""
        queries = self.search([("move_id", "in", credits.reversed_entry_id.ids), ("state", "!=", "credited")])
        proposed = self.search([("credit_move_id", "in", credits.ids)]).grouped("credit_move_id")
        for credit in credits:
            asked = proposed.get(credit) or queries.filtered(lambda query, credit=credit: query._is_settled_by(credit))
            for query in (asked & queries).filtered(lambda query, credit=credit: not query._taken_back_by(credit)):
                query.write({"state": "credited", "credit_move_id": credit.id})
                query._end_activities()
                query.activity_unlink([XEROX_CREDITS])
                env = query._for_customer()
                query._send(env._("Credit note %(credit)s takes back what you asked about.", credit=credit.name))

    def _is_settled_by(self, credit):
        return credit.reversed_entry_id == self.move_id and bool(self.move_line_id._xpps_copies_in(credit))

    def _taken_back_by(self, credit):
        """:return: the posted invoices that reverse what a credit note gave for this question"""
        lines = self.move_line_id._xpps_copies_in(credit)
        return credit.reversal_move_ids.filtered(
            lambda move: move.state == "posted" and any(line._xpps_copies_in(move) for line in lines)
        )

    def _unsettle_by(self, credits):
        """Questions whose credit notes do not count any more are taken up again; called as superuser."""
        for query in self.search([("credit_move_id", "in", credits.ids), ("state", "=", "credited")]):
            credit = query.credit_move_id
            if credit.state != "posted":
                body = self.env._("Credit note %s is not posted any more.", credit.display_name)
            elif invoice := query._taken_back_by(credit)[:1]:
                body = self.env._(
                    "Invoice %(invoice)s bills again what credit note %(credit)s gave back.",
                    invoice=invoice.display_name,
                    credit=credit.display_name,
                )
            else:
                continue
            query.state = state_without_credit(bool(query.answer))
            query.message_post(body=body)
