# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...billing_file import to_decimal
from ...common.listing import bullets, enumeration
from ...common.locking import lock_or_refuse
from ...common.today import company_today
from ...importing import CORRECTION, CYCLE, PAGES
from .xpps_price_change_notice import MAX_LISTED


class XppsPriceChange(models.Model):
    """An increase becomes dated prices, all of them together or none, and may be taken back while it billed nothing.

    What is billed stays as it is. Pages that are charged and not invoiced yet get the price of their period's end.
    """

    _inherit = "xpps.price.change"

    def action_apply(self):
        """Have the new prices count from their day on.

        :raises UserError: when one of the increases cannot be applied: then none is
        """
        self.check_access("write")
        self._check_state("notified")
        # Dated prices are the program's to write.
        changes = self.sudo()
        changes._lock_agreements()
        changes.subscription_id._xpps_take_prices()
        self._refuse(changes._reasons_against_applying())
        for company, same in changes.grouped("company_id").items():
            same.write({"state": "applied", "applied_on": company_today(company)})
        versions = changes._create_versions()
        changes._reprice_charges("old_price", "new_price")
        changes._rerate_plans()
        versions.filtered(lambda version: version.date_from <= company_today(version.company_id))._take_effect()
        return True

    def _lock_agreements(self):
        """Keep everybody from billing the agreements meanwhile, at prices that change."""
        lock_or_refuse(
            self.subscription_id,
            self.env._(
                "%s is being billed or changed by someone else right now. Try again in a moment.",
                enumeration(self.env, self.subscription_id.mapped("display_name"), MAX_LISTED),
            ),
        )

    def _refuse(self, reasons):
        """:param reasons: {xpps.price.change: sentence}"""
        if reasons:
            texts = [f"{change.subscription_id.display_name}: {reason}" for change, reason in reasons.items()]
            raise UserError(bullets(self.env, texts, MAX_LISTED) if len(texts) > 1 else texts[0])

    def _reasons_against_applying(self):
        """:return: {xpps.price.change: sentence}"""
        unbilled = self.subscription_id._xpps_first_unbilled_days()
        planned = self.rule_id._prepare_lines({change.rule_id: change.date_effective for change in self})
        later = self._later_versions()
        reasons = {}
        for change in self:
            day = change.date_effective
            first = unbilled.get(change.subscription_id)
            same = _figures(change.line_ids) == _figures(planned[change.rule_id])
            if not same or change.currency_id != change.subscription_id.currency_id:
                reasons[change] = self.env._(
                    "Its prices have changed since the increase was proposed. Choose “Propose Again”, and notify the "
                    "customer of the new ones."
                )
            elif first and day < first:
                reasons[change] = self.env._(
                    "The increase cannot take effect on %(day)s, as the agreement is billed until %(last)s. Choose "
                    "“Propose Again”: it takes effect later then.",
                    day=format_date(self.env, day),
                    last=format_date(self.env, first - timedelta(days=1)),
                )
            elif later[change]:
                reasons[change] = self.env._(
                    "There are prices from %(day)s on already, of another increase.",
                    day=format_date(self.env, min(later[change].mapped("date_from"))),
                )
        return reasons

    def _later_versions(self):
        """:return: {xpps.price.change: the dated prices of other increases from its day on}"""
        versions = self.env["xpps.price.version"].search([("subscription_id", "in", self.subscription_id.ids)])
        by_agreement = versions.grouped("subscription_id")
        return {
            change: by_agreement.get(change.subscription_id, versions.browse()).filtered(
                lambda version, change=change: (
                    version.change_id != change and version.date_from >= change.date_effective
                )
            )
            for change in self
        }

    def _create_versions(self):
        return self.env["xpps.price.version"].create(
            [
                line._item_values()
                | {
                    "change_id": change.id,
                    "subscription_id": change.subscription_id.id,
                    "currency_id": change.currency_id.id,
                    "date_from": change.date_effective,
                    "old_price": line.old_price,
                    "price": line.new_price,
                }
                for change in self
                for line in change.line_ids
                if not line.left_out
            ]
        )

    def _reprice_charges(self, before, after):
        """Give pages that no invoice bills yet the price of their period's end, unless somebody typed another.

        :param before, after: the names of the prices of a line
        """
        charges = (
            self.env["sale.subscription.charge"]
            .search(
                [
                    ("subscription_id", "in", self.subscription_id.ids),
                    ("period_end", ">=", min(self.mapped("date_effective"))),
                    ("kind", "in", (PAGES, CORRECTION, CYCLE)),
                    ("is_manual", "=", False),
                    ("state", "!=", "rejected"),
                    ("invoice_status", "!=", "invoiced"),
                ]
            )
            .grouped("subscription_id")
        )
        for change in self:
            for line in change.line_ids.filtered(lambda line: line.kind == "page" and not line.left_out):
                mine = charges.get(change.subscription_id, self.env["sale.subscription.charge"]).filtered(
                    lambda charge, change=change, line=line: (
                        charge.product_id == line.product_id
                        and charge.period_end >= change.date_effective
                        and to_decimal(charge.unit_price) == to_decimal(line[before])
                    )
                )
                if mine:
                    mine.write({"unit_price": line[after], "reason": change._reason()})

    def _rerate_plans(self):
        """Charge what cycles of page plans come to by the prices of their last day: the difference, where they were."""
        ratings = self.env["xpps.page.rating"].search(
            [
                ("plan_id", "in", self.line_ids.page_plan_id.ids),
                ("cycle_end", ">=", min(self.mapped("date_effective"))),
            ]
        )
        first = {change.subscription_id: change.date_effective for change in self}
        ratings.filtered(lambda rating: rating.cycle_end >= first[rating.subscription_id])._rate()

    # Taking it back

    def action_take_back(self, reason=None):
        """Have the prices of before count again, where nothing was billed by the new ones.

        :param reason: why
        :raises UserError: when something was
        """
        self.check_access("write")
        reason = self._needed_reason(reason)
        self._check_state("applied")
        # See action_apply.
        changes = self.sudo()
        changes._lock_agreements()
        self._refuse(changes._reasons_against_taking_back())
        changes.write({"state": "skipped", "skip_reason": reason})
        changes.version_ids._give_back()
        changes._reprice_charges("new_price", "old_price")
        changes._rerate_plans()
        return True

    def _reasons_against_taking_back(self):
        """:return: {xpps.price.change: sentence}"""
        later = self._later_versions()
        agreements = self.subscription_id
        billed = {(agreements.browse(id_), "base"): first for id_, first, _last in agreements._xpps_last_bills()}
        charged = self.env["sale.subscription.charge"]._read_group(
            [("subscription_id", "in", agreements.ids), ("invoice_status", "=", "invoiced")],
            ["subscription_id"],
            ["period_end:max"],
        )
        billed |= {(agreement, "page"): last for agreement, last in charged}
        reasons = {}
        for change in self:
            kinds = {"base" if kind == "base" else "page" for kind in change.version_ids.mapped("kind")}
            days = [billed.get((change.subscription_id, kind)) for kind in kinds]
            if any(day and day >= change.date_effective for day in days):
                reasons[change] = self.env._(
                    "The increase cannot be taken back, as invoices bill its prices already. Delete their drafts, or "
                    "credit them and correct the prices manually."
                )
            elif later[change]:
                reasons[change] = self.env._("A later increase builds on this one. Take that one back first.")
        return reasons


def _figures(lines):
    """What is compared before an increase is applied.

    :param lines: xpps.price.change.line, or values of some
    """
    return sorted(
        (
            line["item_key"],
            to_decimal(line["old_price"]),
            to_decimal(line["new_price"]),
            line["left_out"] or "",
        )
        for line in lines
    )
