# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.bulk import bulk_update
from ...common.constants import OVERAGE_CYCLE_SELECTION
from ...common.formats import months_text
from ...common.today import company_today
from ...importing import CycleLedger, uncharged_cycles
from ...rules import OverageTerms

#: What closes the cycle that an agreement is in, when it is changed.
TERMS = {"xpps_overage_cycle", "xpps_cycle_anchor", "xpps_cycle_reconcile"}
#: For how long after its end a cycle's last file is waited for.
LATE = timedelta(days=45)
#: What the last cycle of an agreement ends with.
ENDS = {"date", "xpps_closed_on"}


class SaleSubscription(models.Model):
    """For how many months together the overage of XPPS agreements is billed.

    Charges wait until their cycle is over. Where it is *reconciled*, its months are rated as a whole: what one leaves
    of its included pages is for the others. When the terms change, the cycle ends with the last month that was
    imported, and the next one begins after it.
    """

    _inherit = "sale.subscription"

    xpps_overage_cycle = fields.Selection(
        OVERAGE_CYCLE_SELECTION,
        string="Overage Billed",
        default="1",
        required=True,
        help="Charges of more than one month wait until their cycle is over.",
    )
    xpps_cycle_anchor = fields.Date(
        string="Cycles Counted From",
        help="A day on which a cycle begins. If it is empty, cycles are those of the calendar: quarters begin in "
        "January, April, July and October.",
    )
    xpps_cycle_reconcile = fields.Boolean(
        string="Reconcile Included Pages",
        help="The cycle is rated as a whole: included pages that one month leaves are used by the others. Each device "
        "and output type is rated by itself.",
    )
    xpps_cycle_since = fields.Date(
        string="Cycles Since",
        readonly=True,
        copy=False,
        help="The day from which the present cycles count. Earlier months were billed by other terms.",
    )
    xpps_has_cycles = fields.Boolean(compute="_compute_xpps_has_cycles")

    def _compute_xpps_has_cycles(self):
        for agreement in self:
            # Whoever looks at agreements follows the company's settings without a right to read them.
            agreement.xpps_has_cycles = agreement.company_id.sudo().xpps_overage_cycles

    def _xpps_overage_terms(self):
        """:return: OverageTerms, or None where each month is billed by itself"""
        self.ensure_one()
        if self.xpps_overage_cycle in (False, "1") or not self.xpps_has_cycles:
            return None
        end = min(filter(None, (self.date, self.xpps_closed_on)), default=None)
        return OverageTerms(int(self.xpps_overage_cycle), self.xpps_cycle_anchor, self.xpps_cycle_since, end)

    @api.constrains("pricelist_id")
    def _check_currency_of_cycles(self):
        # Charges keep the currency in which they were priced, and so does what their cycle comes to.
        charges = self.env["sale.subscription.charge"].sudo()
        for company, ours in self._xpps_ours().grouped("company_id").items():
            months = charges.search(
                Domain("subscription_id", "in", ours.ids)
                & Domain("is_provisional", "=", True)
                & Domain("bill_after", ">=", company_today(company) - LATE)
            )
            month = months.filtered(lambda charge: charge.currency_id != charge.subscription_id.currency_id)[:1]
            if month:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s cannot be billed in %(new)s yet: pages priced in %(old)s count towards "
                        "%(cycle)s. Change the currency afterwards, or have each month billed by itself first.",
                        agreement=month.subscription_id.display_name,
                        new=month.subscription_id.currency_id.name,
                        old=month.currency_id.name,
                        cycle=months_text(self.env, month.cycle_start, month.bill_after),
                    )
                )

    def write(self, values):
        ours = self.browse() if TERMS.isdisjoint(values) else self._xpps_ours()
        before = {agreement: [agreement[name] for name in TERMS] for agreement in ours}
        result = super().write(values)
        changed = ours.filtered(lambda agreement: [agreement[name] for name in TERMS] != before[agreement])
        if changed:
            changed._xpps_close_cycles()
        if not ENDS.isdisjoint(values):
            self.filtered(lambda agreement: agreement.xpps_overage_cycle != "1")._xpps_end_cycles()
        return result

    def _xpps_close_cycles(self):
        """Charge what the months until now come to; others are billed by the new terms."""
        # Whoever changes the agreement need not see reads and charges.
        agreements = self.sudo()
        keys = uncharged_cycles(agreements.env, SQL("read.subscription_id = ANY(%s)", agreements.ids))
        if keys:
            ledger = CycleLedger(agreements.env, keys)
            agreements.env["sale.subscription.charge"].create(
                [values for key in keys if (values := agreements._xpps_prepare_cycle_charge(ledger, key))]
            )
        for day, same in agreements._xpps_last_months().items():
            same.xpps_cycle_since = day and day + timedelta(days=1)
        agreements._xpps_shorten_cycles(
            SQL(
                "SELECT subscription_id, MAX(period_end) AS last_day FROM xpps_meter_read "
                "WHERE origin = 'file' AND superseded_by_id IS NULL GROUP BY subscription_id"
            )
        )

    def _xpps_last_months(self):
        """:return: {last day of the last month that was imported, or False: the agreements}"""
        groups = self.env["xpps.meter.read"]._read_group(
            [("subscription_id", "in", self.ids), ("origin", "=", "file"), ("superseded_by_id", "=", False)],
            ["subscription_id"],
            ["period_end:max"],
        )
        days = dict(groups)
        return self.grouped(lambda agreement: days.get(agreement, False))

    def _xpps_prepare_cycle_charge(self, ledger, key):
        """:return: values of the charge of a cycle that is closed early, or None where nothing of it is billed"""
        last = ledger.rows[key][-1]
        values = ledger.prepare_charge(key, last.period_end)
        return values and values | {
            # The import of the last month takes it along when it is undone.
            "meter_read_id": last.read_id,
            "billing_file_id": last.file_id,
            "xerox_currency_id": ledger.priced_by(key).xerox_currency_id.id,
        }

    def _xpps_end_cycles(self):
        """The end of an agreement is that of its last cycle."""
        if self:
            self.flush_recordset(ENDS)
            # See _xpps_close_cycles.
            self.sudo()._xpps_shorten_cycles(
                SQL(
                    "SELECT id AS subscription_id, LEAST(date, xpps_closed_on) AS last_day FROM sale_subscription "
                    "WHERE LEAST(date, xpps_closed_on) IS NOT NULL"
                )
            )

    def _xpps_shorten_cycles(self, ends):
        """Cycles that go on beyond a day end with it, as far as they are not invoiced.

        :param SQL ends: query of ``subscription_id`` and ``last_day``
        """
        source = SQL("(%s) AS ends", SQL("SELECT * FROM (%s) every WHERE subscription_id = ANY(%s)", ends, self.ids))
        reads, charges = self.env["xpps.meter.read"], self.env["sale.subscription.charge"]
        bulk_update(
            reads,
            SQL(
                "xpps_meter_read.subscription_id = ends.subscription_id AND cycle_end > ends.last_day "
                "AND cycle_start <= ends.last_day"
            ),
            {"cycle_end": SQL("ends.last_day")},
            source=source,
        )
        bulk_update(
            charges,
            SQL(
                "sale_subscription_charge.subscription_id = ends.subscription_id AND bill_after > ends.last_day "
                "AND COALESCE(cycle_start, period_start, period_end) <= ends.last_day "
                "AND invoice_status <> 'invoiced'"
            ),
            {"bill_after": SQL("ends.last_day")},
            source=source,
        )
