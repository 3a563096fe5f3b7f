# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import ConcurrencyError, LockError, UserError

from ...billing_run import OtherItems, RunPreparation
from ...common.locking import lock_or_refuse


class XppsBillingRunLine(models.Model):
    """What a billing run does with its lines, many at a time.

    Each ``_work_…`` is all or nothing; who calls it has checked access, and looks after what fails.
    """

    _inherit = "xpps.billing.run.line"

    def _fail(self, message, task):
        """Note why something went wrong; what was to be billed fails, an invoice stays what it was."""
        values = {"error": message, "waiting": False}
        if task == "create":
            values["state"] = "failed"
        # What lines say is not written by users.
        self.sudo().write(values)

    def _batches(self, size):
        """Parts of about a size that may be billed at the same time.

        What may be on one invoice stays together: where a payer's drafts and orders are billed besides, all that he
        pays.

        :return: [lines]
        """
        # Whoever bills agreements follows the company's settings without a right to read them.
        joins = self.run_id.company_id.sudo().xpps_join_other_items
        batches, batch = [], self.browse()
        for lines in self.grouped(
            lambda line: line.subscription_id._xpps_payer() if joins else line.joint_key or line.id
        ).values():
            batch |= lines
            if len(batch) >= size:
                batches.append(batch)
                batch = self.browse()
        return [*batches, batch] if batch else batches

    def _is_billed(self):
        """Whether the run has billed the agreement: it made invoices, or set its next invoice date, or both."""
        self.ensure_one()
        return bool(self.previous_next_date or (self.state == "invoiced" and self.move_ids))

    def _lock_lines(self):
        """:raises ConcurrencyError: when somebody else works on one of the lines"""
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise ConcurrencyError(str(error)) from error

    def _lock_agreements(self):
        """:raises LockError: when somebody else is at one of the agreements"""
        self.subscription_id.lock_for_update(allow_referencing=True)

    # Create drafts

    def _work_create(self):
        """Draft invoices of what there is to bill of the agreements at this moment."""
        run = self.run_id
        try:
            self._lock_agreements()
        except LockError as error:
            raise UserError(
                self.env._(
                    "%s is being invoiced or changed by someone else right now.",
                    ", ".join(self.subscription_id.mapped("display_name")),
                )
            ) from error
        # Another run, or the scheduled invoicing of subscriptions, may have been there since the run was prepared.
        preparation = RunPreparation(run, self.subscription_id)
        found = preparation.billable()
        lines = self.filtered(lambda line: line.subscription_id in found and not line._agreement_holds())
        (self - lines)._drop()
        for line in lines:
            lacking = preparation.approval_lacking(found[line.subscription_id], line._approvals())
            if lacking:
                # See _fail.
                line.sudo().write(
                    {
                        "waiting": False,
                        "error": False,
                        "state": "held",
                        "hold_code": "services_to_approve",
                        "reason": lacking,
                        "recurring_amount": found[line.subscription_id].recurring_amount,
                    }
                )
                lines -= line
        moves = lines._bill(found)
        lines._note_invoices(found, moves)

    def _agreement_holds(self):
        self.ensure_one()
        return self.subscription_id._xpps_hold_reasons(self.run_id.invoice_date)

    def _drop(self):
        """Nothing is left to bill, or the agreement must not be billed any more."""
        common = {"waiting": False, "error": False, "state": "held"}
        held = self.filtered(lambda line: line._agreement_holds())
        for line in held:
            ((code, reason), *_others) = line._agreement_holds().items()
            # See _fail.
            line.sudo().write(common | {"hold_code": code, "reason": reason})
        # See _fail.
        (self - held).sudo().write(
            common
            | {
                "state": "nothing",
                "hold_code": False,
                "reason": self.env._("It has been invoiced elsewhere in the meantime."),
                "recurring_due": False,
                "recurring_amount": 0.0,
                "charge_count": 0,
                "charge_amount": 0.0,
            }
        )

    def _bill(self, found):
        """:return: {sale.subscription: account.move} of the agreements that were billed"""
        agreements = self.subscription_id
        due = agreements.filtered(lambda agreement: found[agreement].recurring_due)
        moves = self.env["account.move"]
        direct = agreements.browse()
        for lines in self._units():
            together = lines.subscription_id
            if together[:1].template_id.invoicing_mode == "sale_and_invoice":
                moves |= self._bill_through_orders(together, due & together)
            else:
                direct |= together
        if direct:
            run = self.run_id
            # Whoever bills agreements follows the company's settings without a right to read them.
            others = OtherItems(run) if run.company_id.sudo().xpps_join_other_items else None
            moves |= direct._create_xpps_invoices(
                due & direct,
                until=run.period_end,
                day=run._cycle_day(),
                run=run,
                other_items=others,
            )
            if others:
                self._note_other_items(others.notes)
        agreements._log_xpps_invoices(moves)
        return agreements._xpps_moves_by_agreement(moves)

    def _note_other_items(self, notes):
        """:param notes: {agreement id: [why it is not on the customer's open draft]}"""
        for line in self:
            # See _fail.
            line.sudo().noted = "\n".join(filter(None, [line.noted, *notes.get(line.subscription_id.id, ())])) or False

    def _bill_through_orders(self, agreements, due):
        run = self.run_id
        # Billing clerks invoice through orders without rights on orders.
        orders = self.env["sale.order"].sudo()
        mine = [("order_subscription_id", "in", agreements.ids)]
        before = orders.search(mine)
        moves = agreements._bill_through_orders(due, until=run.period_end, day=run._cycle_day())
        # The run's date is its invoices' also where its user could not write them, and nobody sets by hand which run an
        # invoice is of.
        moves.sudo().write({"invoice_date": run.invoice_date, "xpps_billing_run_id": run.id})
        # Earlier ones, that the invoices bill besides, are not the run's to cancel.
        (orders.search(mine) - before).xpps_billing_run_id = run
        return moves

    def _note_invoices(self, found, moves):
        """Set the next invoice dates, and keep what an undo needs."""
        # See _fail.
        lines = self.sudo()
        for line in lines:
            entry = found[line.subscription_id]
            recurring, charges = line._invoiced_amounts(moves.get(line.subscription_id, ()))
            line._update(
                {
                    "recurring_due": entry.recurring_due,
                    "recurring_amount": recurring,
                    "charge_count": entry.charge_count,
                    "charge_amount": charges,
                }
            )
        due = self.filtered("recurring_due")
        dates = {line: line.subscription_id.recurring_next_date for line in due}
        settled = due.subscription_id._xpps_settle_billing()
        # What waits has its date still, and may be billed in part.
        billed = due.filtered(lambda line: line.subscription_id in settled or line.subscription_id in moves)
        for (before, after), same in billed.grouped(
            lambda line: (dates[line], line.subscription_id.recurring_next_date)
        ).items():
            # See _fail.
            same.sudo().write({"previous_next_date": before, "next_date": after})
        invoiced = lines.filtered(lambda line: line.subscription_id in moves)
        lines.write({"waiting": False, "error": False, "state": "invoiced"})
        # Services that follow their devices may come to 0: then there is no invoice, but the period is settled.
        free = lines.filtered(lambda line: line.subscription_id in settled and not line.charge_count) - invoiced
        free.write({"state": "nothing", "reason": self.env._("The total of its services is 0 for this period.")})
        (lines - invoiced - free).write(
            {
                "state": "nothing",
                "reason": self.env._("Its invoice would come to 0, so it waits for the next charges."),
            }
        )
        lines.invalidate_recordset(["move_ids"])

    def _invoiced_amounts(self, moves):
        """:return: (amount of services, amount of charges) that invoices bill of the agreement, before taxes"""
        self.ensure_one()
        recurring = charges = 0.0
        for move in moves:
            for item in move.invoice_line_ids:
                if item.xpps_subscription_id == self.subscription_id:
                    amount = -move.direction_sign * item.price_subtotal
                    if item.xpps_charge_ids:
                        charges += amount
                    else:
                        recurring += amount
        return recurring, charges

    def _update(self, values):
        """Write what really changes."""
        self.ensure_one()
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write(changed)

    # Post and send

    def _work_post(self):
        """Post the drafts. A note on each, all at once, takes the place of a message for every changed value."""
        run = self.run_id
        moves = self.move_ids.filtered(lambda move: move.state == "draft")
        # The law of some countries asks for the changed values.
        tracked = run.company_id.restrictive_audit_trail
        # As the button on an invoice, which asks for the analytic distributions that are mandatory.
        moves.with_context(mail_notrack=not tracked, validate_analytic=True).action_post()
        if not tracked:
            moves._message_log_batch(
                bodies=dict.fromkeys(moves.ids, self.env._("Posted by billing run %s.", run.display_name))
            )
        # See _fail.
        self.sudo().write({"waiting": False, "error": False})

    def _moves_to_send(self):
        return self.move_ids.filtered(
            lambda move: move.state == "posted" and (not move.is_move_sent or move.xpps_delivery_state == "failed")
        )

    def _work_send(self):
        """One that cannot be sent keeps no other back: what was mailed cannot be taken back."""
        reasons = self._moves_to_send()._xpps_send_each()
        for line in self:
            told = [reasons[move] for move in line.move_ids if move in reasons]
            if told:
                line._fail("\n".join(told), "send")
            else:
                # See _fail.
                line.sudo().write({"waiting": False, "error": False})

    # Undo

    def _runs_afterwards(self):
        """:return: the runs that billed the next periods of agreements whose next invoice dates these lines set"""
        advanced = self.filtered("next_date")
        dates = {line.subscription_id: line.next_date for line in advanced}
        # What was billed does not depend on what the user may see.
        lines = self.sudo().search(
            [
                ("subscription_id", "in", advanced.subscription_id.ids),
                ("run_id", "not in", self.run_id.ids),
                ("previous_next_date", "!=", False),
            ]
        )
        return lines.filtered(lambda line: line.previous_next_date >= dates[line.subscription_id]).run_id

    def _undo(self):
        """Delete the draft invoices, cancel their orders, and set next invoice dates back that nobody moved since."""
        run = self.run_id
        lines = self.filtered(lambda line: line._is_billed() or line.state == "invoiced")
        agreements = lines.subscription_id
        lock_or_refuse(
            agreements,
            self.env._("Some of these agreements are being invoiced or changed by someone else right now."),
        )
        run.move_ids._xpps_leave_run()
        # See _bill_through_orders.
        orders = self.env["sale.order"].sudo().search([("xpps_billing_run_id", "in", run.ids)])
        orders.filtered("locked").action_unlock()
        orders.with_context(disable_cancel_warning=True).action_cancel()
        lines._set_back()

    def _set_back(self):
        """Nothing is invoiced of these agreements any more."""
        # Where a draft is gone, the date is that of its days already; periods that came to nothing are free now, too.
        moved = self.filtered(
            lambda line: (
                line.previous_next_date
                and line.subscription_id.recurring_next_date in (line.next_date, line.previous_next_date)
            )
        )
        for date, same in moved.grouped("previous_next_date").items():
            same.subscription_id._xpps_take_back(date)
        # See _fail.
        self.sudo().write({"state": "undone", "error": False, "previous_next_date": False, "next_date": False})

    def _without_invoices(self):
        """The lines whose invoices somebody deleted or cancelled. What an order bills is invoiced from there."""
        lost = self.filtered(lambda line: line.state == "invoiced" and not line.move_ids)
        # See _bill_through_orders.
        orders = self.env["sale.order"].sudo().search([("xpps_billing_run_id", "in", lost.run_id.ids)])
        return lost.filtered(lambda line: line.subscription_id not in orders.order_subscription_id)
