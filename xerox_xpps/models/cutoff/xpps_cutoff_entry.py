# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from markupsafe import Markup

from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...billing_file import to_decimal


class XppsCutoff(models.Model):
    """The entry of a cut-off, and its reversal of the next day: drafts until somebody posts them.

    Made again they are the same drafts with other lines, so that there is never more than one of each.
    """

    _inherit = "xpps.cutoff"

    def action_create_entry(self):
        """Draft the entry of the preview, and its reversal."""
        self.check_access("write")
        self.env["account.move"].check_access("create")
        self._lock_unposted()
        for cutoff in self:
            if not cutoff.computed_on:
                raise UserError(self.env._("%s has no preview yet. Compute it first.", cutoff.display_name))
            cutoff._make_entry()
            if not cutoff.move_id:
                raise UserError(self.env._("%s has nothing to accrue or defer.", cutoff.display_name))
            cutoff._note_entry()
        return True

    def action_post(self):
        """Post the entry and its reversal, whatever their dates."""
        self.check_access("write")
        self._lock()
        for cutoff in self:
            moves = cutoff._live_moves()
            drafts = moves.filtered(lambda move: move.state == "draft")
            if not moves:
                raise UserError(self.env._("%s has no entry yet. Create it first.", cutoff.display_name))
            if drafts:
                cutoff._check_unlocked()
            # The reversal is matched with what it reverses where that is posted.
            for move in (cutoff.move_id & drafts, cutoff.reversal_id & drafts):
                move._post(soft=False)
        return True

    def _make_entry(self):
        """Bring the drafts in line with the preview; without amounts there are none."""
        self.ensure_one()
        self._check_unlocked()
        lines = self._prepare_entry_lines()
        if not lines:
            self._live_moves().unlink()
            return
        title = self.env._("XPPS cut-off of %s", format_date(self.env, self.date))
        move = self._write_move(self.move_id, self.date, title, lines)
        reversal = self._write_move(
            self.reversal_id,
            self.date + timedelta(days=1),
            self.env._("Reversal: %s", title),
            [{**line, "balance": -line["balance"]} for line in lines],
            reversed_entry_id=move.id,
        )
        # Only the program writes them; see xpps.guard.
        self.sudo().write({"move_id": move.id, "reversal_id": reversal.id})

    def _write_move(self, move, date, title, lines, **values):
        """Write a draft, or create it.

        :param move: account.move, or none
        """
        values |= {
            "date": date,
            "ref": title,
            "journal_id": self.journal_id.id,
            "line_ids": [Command.clear(), *(Command.create(line) for line in lines)],
        }
        live = move & self._live_moves()
        if live:
            live.write(values)
            return live
        values |= {"move_type": "entry", "company_id": self.company_id.id, "line_ids": values["line_ids"][1:]}
        return self.env["account.move"].with_company(self.company_id).create(values)

    def _prepare_entry_lines(self):
        """One line for each kind, account and analytic distribution, and one for each balance sheet account.

        :return: [values of account.move.line]
        :raises UserError: where an account or the journal is missing
        """
        if not self.line_ids:
            return []
        self._check_accounts()
        kinds = dict(self.line_ids._fields["kind"]._description_selection(self.env))
        groups, others = defaultdict(Decimal), defaultdict(Decimal)
        for line in self.line_ids:
            distribution = tuple(sorted((line.analytic_distribution or {}).items()))
            effect = to_decimal(line.result)
            groups[line.kind, line.account_id, distribution] -= effect
            others[line.kind, line.counter_account_id, ()] += effect
        day = format_date(self.env, self.date)
        return [
            {
                "name": self.env._("%(kind)s until %(day)s", kind=kinds[kind], day=day),
                "account_id": account.id,
                "balance": float(balance),
                # Neither Odoo's models nor the account's taxes add anything.
                "analytic_distribution": dict(distribution) or False,
                "tax_ids": [Command.clear()],
            }
            for totals in (groups, others)
            for (kind, account, distribution), balance in totals.items()
            if balance
        ]

    def _check_accounts(self):
        settings = self.env._("XPPS ▸ Configuration ▸ Settings ▸ Cut-off")
        if not self.journal_id:
            raise UserError(
                self.env._(
                    "Choose the journal of %(cutoff)s, here or under %(settings)s.",
                    cutoff=self.display_name,
                    settings=settings,
                )
            )
        lacking = self.line_ids.filtered(lambda line: not line.counter_account_id)
        if lacking:
            kinds = dict(lacking._fields["kind"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(cutoff)s has no account for: %(kinds)s. Choose it, here or under %(settings)s.",
                    cutoff=self.display_name,
                    kinds=", ".join(label for kind, label in kinds.items() if kind in lacking.mapped("kind")),
                    settings=settings,
                )
            )
        lacking = self.line_ids.filtered(lambda line: not line.account_id)
        if lacking:
            named = lacking[0].product_id or lacking[0].billing_file_id
            raise UserError(
                self.env._(
                    "No account is set up for %s. Choose one for the product, or for Xerox's bills under XPPS ▸ "
                    "Configuration ▸ Vendor Bill Accounts, and compute the cut-off again.",
                    named.display_name,
                )
            )

    def _check_unlocked(self):
        """:raises UserError: where the books are locked on one of the two days"""
        for day in (self.date, self.date + timedelta(days=1)):
            # Whoever makes entries is told of locked dates without a right to the company's settings.
            locks = self.company_id._get_violated_lock_dates(day, False, self.journal_id)
            if locks:
                raise UserError(
                    self.env._(
                        "%(cutoff)s has an entry on %(day)s, but the books are locked: %(locks)s. Choose a later date, "
                        "or have the period opened.",
                        cutoff=self.display_name,
                        day=format_date(self.env, day),
                        locks=self.company_id._format_lock_dates(locks),
                    )
                )

    def _note_entry(self):
        self.message_post(
            body=Markup(self.env._("Entry %(entry)s is drafted, and its reversal %(reversal)s."))
            % {"entry": self.move_id._get_html_link(), "reversal": self.reversal_id._get_html_link()}
        )
