# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a billing run finds: what is to be billed, and what speaks against billing it yet.

The number of queries does not depend on the number of agreements.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..common.constants import BASE_ROLES
from ..common.formats import amount_text, period_text
from ..common.listing import enumeration
from ..common.plural import plural
from ..common.taxes import BillingTaxes
from ..rules import (
    RUN_FIELDS,
    covers_period,
    ended_by_domain,
    overlap_domain,
    overlap_sql,
    page_amount,
    reached_domain,
    runs_in_period_sql,
    started_domain,
)

#: What may be billed all the same, when the user says why.
RELEASABLE = (
    "file_missing",
    "devices_missing",
    "held_records",
    "flagged",
    "charges_to_approve",
    "no_service",
    "joint",
)
#: How many devices a reason names; the button beside it shows all of them.
MAX_SERIALS = 5


def joint_key(subscription):
    """What agreements have in common that one invoice may bill; False for those that are invoiced by themselves.

    Coarser than ``sale.subscription._xpps_invoice_key``, which also asks for fiscal positions, one by one.
    """
    if subscription.xpps_invoice_mode != "customer":
        return False
    customer = subscription.partner_id.commercial_partner_id
    payer = subscription._xpps_payer()
    mode = subscription.template_id.invoicing_mode == "sale_and_invoice"
    return f"{customer.id}/{payer.id}/{subscription.currency_id.id}/{subscription.journal_id.id}/{int(mode)}"


def amount_to_bill(line, bill):
    """Untaxed amount that a line of an invoice bills of a recurring service.

    :param bill: BaseBill or BaseChange
    """
    billed = line._prepare_xpps_amount(bill, "quantity")
    if not billed:
        return line.price_subtotal
    price = billed.get("price_unit", line.price_unit) * (1 - billed.get("discount", line.discount) / 100)
    taxes = line.tax_ids.compute_all(
        price,
        line.currency_id,
        billed.get("quantity", line.product_uom_qty),
        product=line.product_id,
        partner=line.sale_subscription_id.partner_id,
    )
    return taxes["total_excluded"]


@dataclass
class Billable:
    """What there is to bill of an agreement, in its currency and untaxed."""

    subscription: object
    recurring_due: bool = False
    recurring_amount: float = 0.0
    charge_count: int = 0
    charge_amount: float = 0.0

    @property
    def is_billable(self):
        return self.recurring_due or self.charge_count > 0


@dataclass
class HoldReasons:
    """What speaks against billing an agreement yet. ``reasons``: {code: text}, the most important first."""

    devices: dict = field(default_factory=dict)
    covered: set = field(default_factory=set)
    reasons: dict = field(default_factory=dict)

    @property
    def missing(self):
        """{stock.lot id: serial} of the devices that no imported file covers."""
        return {device_id: serial for device_id, serial in self.devices.items() if device_id not in self.covered}


class RunPreparation:
    """Looks at the agreements of a billing run.

    :param run: xpps.billing.run
    :param subscriptions: the agreements to look at; None for all of the company
    """

    def __init__(self, run, subscriptions=None):
        # Whether an agreement is complete does not depend on what the user may see of it.
        self.run = run.sudo()
        self.env = self.run.env
        self.only = None if subscriptions is None else subscriptions.ids
        self.taxes = BillingTaxes(self.run.company_id)

    # What is billed

    def billable(self):
        """:return: {sale.subscription: Billable} of the agreements that are due or have charges to invoice"""
        found = {}
        due = self._due
        amounts = self._recurring_amounts(due)
        for subscription in due:
            found[subscription] = Billable(subscription, True, amounts[subscription])
        charges = self._group_charges(
            [("invoice_status", "=", "to_invoice")],
            ("product_id", "unit_price"),
            ("quantity:sum", "price_subtotal:sum"),
        )
        for subscription, product, price, count, pages, amount in charges:
            if subscription.xpps_invoice_detail == "material":
                # Of several devices, rounded once.
                amount = self._material_amount(subscription, product, price, pages)
            entry = found.setdefault(subscription, Billable(subscription))
            entry.charge_count += count
            entry.charge_amount += amount
        return found

    def bring_taxes_up_to_date(self):
        """What is announced is what is invoiced: with the taxes of today, as billing does it."""
        self._due._xpps_refresh_taxes({self.run.company_id: self.taxes})
        if self.taxes.any_included:
            agreements = self._search_all(*started_domain())
            charges = self.env["sale.subscription.charge"].search(
                [("subscription_id", "in", agreements.ids), ("invoice_status", "=", "to_invoice")]
            )
            charges._recompute_taxed_amounts(self.taxes)

    def _material_amount(self, subscription, product, price, pages):
        currency = subscription.currency_id
        amount = None
        if self.taxes.any_included:
            amount = self.taxes.terms(subscription, product).untaxed_amount(price, pages, currency)
        if amount is None:
            amount = float(page_amount(currency.decimal_places, pages, price, currency.rounding))
        return amount

    def billable_agreements(self):
        """:return: the agreements of ``billable``, without looking at amounts: sale.subscription"""
        charges = self._group_charges([("invoice_status", "=", "to_invoice")])
        return self._due.union(*(subscription for subscription, _count in charges))

    def _agreements(self):
        domain = [
            ("is_xpps", "=", True),
            ("is_xpps_master", "=", False),
            ("company_id", "=", self.run.company_id.id),
        ]
        return domain if self.only is None else [*domain, ("id", "in", self.only)]

    def _search_all(self, *conditions):
        """Archived agreements, too: they ran, and what was printed on them is to be billed."""
        agreements = self.env["sale.subscription"].with_context(active_test=False)
        return agreements.search([*self._agreements(), *conditions]).with_env(self.env)

    @cached_property
    def _due(self):
        """Those that run, and closed ones of which the last days were not billed yet.

        What is billed of a later period waits for that period's run, which looks after its files.
        """
        due = self._search_all(
            ("recurring_next_date", "<=", self.run.invoice_date),
            ("sale_subscription_line_ids", "!=", False),
            "|",
            ("stage_id.type", "=", "in_progress"),
            "&",
            ("stage_id.type", "=", "post"),
            ("date", "!=", False),
        )
        return due.filtered(lambda agreement: agreement._xpps_period_before()[0] <= self.run.period_end)

    def base_prices(self):
        """The base prices that are due.

        :return: {(res.currency, first day, last day): untaxed amount} by the period that they are for
        """
        lines = self._due.sale_subscription_line_ids.filtered(lambda line: line.xpps_role in BASE_ROLES)
        bills = lines._xpps_base_bills()
        amounts = defaultdict(float)
        for line in lines:
            for bill in line._xpps_filled_bills(bills):
                amounts[line.currency_id, bill.first, bill.last] += amount_to_bill(line, bill)
        return dict(amounts)

    def _recurring_amounts(self, due):
        """:return: {sale.subscription: untaxed amount of its recurring lines, as they are billed now}"""
        lines = due.sale_subscription_line_ids
        bills = lines._xpps_base_bills()
        return {
            subscription: sum(
                amount_to_bill(line, bill)
                for line in subscription.sale_subscription_line_ids
                for bill in line._xpps_filled_bills(bills)
            )
            for subscription in due
        }

    def _group_charges(self, domain, groups=(), aggregates=()):
        """Of charges that need not wait for the end of a cycle.

        :return: [(sale.subscription, value of each further group …, number of charges, aggregate …)]"""
        agreements = self._search_all(*started_domain())
        return self.env["sale.subscription.charge"]._read_group(
            [
                ("subscription_id", "in", agreements.ids),
                *ended_by_domain("period_start", "period_end", self.run.period_end),
                *reached_domain("bill_after", self.run._cycle_day()),
                *domain,
            ],
            ["subscription_id", *groups],
            ["__count", *aggregates],
        )

    @cached_property
    def _waiting(self):
        """The charges that wait for the end of their cycle.

        :return: {sale.subscription: (their number, the first day on which one is billed)}
        """
        groups = self.env["sale.subscription.charge"]._read_group(
            [
                ("company_id", "=", self.run.company_id.id),
                *ended_by_domain("period_start", "period_end", self.run.period_end),
                ("bill_after", ">", self.run._cycle_day()),
                ("invoice_status", "!=", "invoiced"),
                ("state", "!=", "rejected"),
                ("billable", "=", True),
            ],
            ["subscription_id"],
            ["__count", "bill_after:min"],
        )
        return {subscription: (count, day) for subscription, count, day in groups}

    # What speaks against it

    def hold_reasons(self, extra=None, approvals=None):
        """What keeps agreements from being billed.

        :param extra: {sale.subscription: Billable} of those that are billed
        :param approvals: {sale.subscription: amount at which its services were approved}
        :return: {sale.subscription: HoldReasons} of the agreements with devices in the period, and of all others that
            something speaks against
        """
        extra = extra or {}
        holds = defaultdict(HoldReasons)
        for subscription, device_id, serial in self._devices_of_period():
            holds[subscription].devices[device_id] = serial
        covered = self._covered({device_id for hold in holds.values() for device_id in hold.devices})
        for hold in holds.values():
            hold.covered = covered.intersection(hold.devices)
        held = self._held_records()
        flagged = self._flagged_rows()
        unserved = self._devices_without_service()
        drafts = dict(self._group_charges([("state", "=", "draft")]))
        archived = self._archived_taxes()
        subscriptions = self.env["sale.subscription"].union(*holds, *held, *flagged, *unserved, *drafts, *extra)
        for subscription in subscriptions:
            hold = holds[subscription]
            self._explain(
                hold,
                subscription,
                held.get(subscription),
                flagged.get(subscription),
                drafts.get(subscription),
                archived.get(subscription),
                extra.get(subscription),
                approvals or {},
            )
            if subscription in unserved:
                hold.reasons["no_service"] = self.env._(
                    "Devices of the customer have no agreement, or no service that bills their base price: %s.",
                    self._name(unserved[subscription]),
                )
        return dict(holds)

    def notice(self, subscription, billable):
        """What is to be known of an agreement before it is billed, although nothing speaks against it.

        :param Billable billable: what is billed of it
        :return: text, or False
        """
        # Where nothing is billed, what waits is the reason.
        waits = self.later_charges(subscription) if billable.is_billable else False
        return "\n".join(filter(None, (self._later_services(subscription, billable), waits))) or False

    def later_charges(self, subscription):
        """:return: the sentence that charges wait for the end of their cycle, or False where none do"""
        count, day = self._waiting.get(subscription, (0, None))
        if not count:
            return False
        values = {"count": count, "day": format_date(self.env, day)}
        return plural(
            count,
            self.env._("1 charge waits for the end of its cycle on %(day)s.", **values),
            self.env._("%(count)s charges wait for the end of their cycle on %(day)s.", **values),
        )

    def _later_services(self, subscription, billable):
        next_date = subscription.recurring_next_date
        if billable.recurring_due or not next_date or not subscription.in_progress:
            return False
        run = self.run
        if next_date <= run.invoice_date or not subscription.sale_subscription_line_ids:
            return False
        if subscription._xpps_period_before()[0] > run.period_end:
            return False
        start, end = subscription._xpps_recurring_period()
        return self.env._(
            "Its services of %(period)s are due on %(due)s, after the invoice date %(invoice)s: they are not billed.",
            period=period_text(self.env, start, end),
            due=format_date(self.env, next_date),
            invoice=format_date(self.env, run.invoice_date),
        )

    def _archived_taxes(self):
        """:return: {sale.subscription: {product.product: account.tax}} of what would be billed without its tax"""
        if not self.taxes.any_archived:
            return {}
        billed = self._group_charges([("invoice_status", "=", "to_invoice")], (), ("id:recordset",))
        charges = self.env["sale.subscription.charge"].union(*(charges for _agreement, _count, charges in billed))
        lines = self._due.sale_subscription_line_ids
        return self.env["sale.subscription"]._xpps_archived_taxes(lines, charges, {self.run.company_id: self.taxes})

    def approval_lacking(self, billable, approvals):
        """What is to be said of recurring services that nobody has approved yet, where the company has it so.

        :param Billable billable: what is billed of the agreement
        :param approvals: {sale.subscription: amount at which its services were approved}
        :return: text, or False
        """
        agreement, amount = billable.subscription, billable.recurring_amount
        currency = agreement.currency_id
        if not self.run.company_id.xpps_approve_services or not billable.recurring_due or currency.is_zero(amount):
            return False
        values = {"amount": amount_text(self.env, amount, currency)}
        if agreement not in approvals:
            return self.env._("Its recurring services of %(amount)s are waiting for approval.", **values)
        if not currency.compare_amounts(approvals[agreement], amount):
            return False
        return self.env._(
            "Its recurring services were approved at %(approved)s, and come to %(amount)s now. Approve them again.",
            approved=amount_text(self.env, approvals[agreement], currency),
            **values,
        )

    def _explain(self, hold, subscription, held, flagged, drafts, archived, billable, approvals):
        env = self.env
        hold.reasons |= subscription._xpps_hold_reasons(self.run.invoice_date)
        if archived:
            hold.reasons["tax_archived"] = subscription._xpps_say_archived_taxes(archived)
        if billable and subscription._xpps_lacks_reference():
            hold.reasons["reference_missing"] = subscription._xpps_say_reference()
        lacking = billable and self.approval_lacking(billable, approvals)
        if lacking:
            hold.reasons["services_to_approve"] = lacking
        if hold.missing and not hold.covered:
            hold.reasons["file_missing"] = env._(
                "No billing file of the period covers its devices (%s).", self._name(hold.missing)
            )
        elif hold.missing:
            hold.reasons["devices_missing"] = env._(
                "Not in any billing file of the period: %(missing)s of %(all)s devices (%(serials)s).",
                missing=len(hold.missing),
                all=len(hold.devices),
                serials=self._name(hold.missing),
            )
        if held:
            hold.reasons["held_records"] = env._("Billing file records are held back: %s.", self._name(held))
        if flagged:
            hold.reasons["flagged"] = self._say_flagged(flagged)
        if drafts:
            hold.reasons["charges_to_approve"] = plural(
                drafts,
                env._("1 charge is waiting for approval."),
                env._("%s charges are waiting for approval.", drafts),
            )

    def _say_flagged(self, found):
        """:param found: {xpps.vendor.report: {flag}}"""
        labels = dict(self.env["xpps.holding.flag"]._selection_flag())
        names = {
            self.env._(
                "%(serial)s (%(flag)s, billing file %(file)s)",
                serial=row.serial,
                flag=labels[flag],
                file=row.billing_file_id.display_name,
            )
            for row, flags in found.items()
            for flag in flags
        }
        return self.env._(
            "Flagged in the Xerox Vendor Report, and not disputed: %s.",
            enumeration(self.env, sorted(names), MAX_SERIALS, separator="; "),
        )

    def _name(self, serials):
        return enumeration(self.env, sorted(set(serials.values())), MAX_SERIALS)

    def _devices_of_period(self):
        """Where the devices were in the period, on agreements that run in it.

        :return: [(sale.subscription, stock.lot id, serial)]
        """
        run = self.run
        agreements = self._search_all()
        agreements.flush_model(RUN_FIELDS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT span.subscription_id, device.id, device.name
                  FROM (%(spans)s) span
                  JOIN stock_lot device ON device.id = span.device_id
                  JOIN sale_subscription agreement ON agreement.id = span.subscription_id
                  JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
                 WHERE agreement.id = ANY(%(agreements)s) AND %(runs)s AND %(there)s
                """,
                spans=self.env["xpps.device.assignment"]._spans(),
                agreements=agreements.ids,
                runs=runs_in_period_sql(run.period_start, run.period_end),
                there=overlap_sql(SQL("span.date_from"), SQL("span.date_to"), run.period_start, run.period_end),
            )
        )
        return [(agreements.browse(agreement_id), device_id, serial) for agreement_id, device_id, serial in rows]

    @cached_property
    def _file_ids(self):
        """:return: the ids of the imported files that cover the run's period"""
        start, end = self.run.period_start, self.run.period_end
        files = self.env["xpps.billing.file"].search_fetch(
            [
                ("company_id", "=", self.run.company_id.id),
                ("state", "=", "imported"),
                *overlap_domain("period_start", "period_end", start, end),
            ],
            ["period_start", "period_end"],
        )
        return files.filtered(lambda file: covers_period(file.period_start, file.period_end, start, end)).ids

    def _devices_without_service(self):
        """Devices of the period whose base price nothing bills: they have an agreement, but no service, or neither.

        :return: {sale.subscription: {stock.lot id: serial}} of the agreement, or of all of the customer
        """
        run = self.run
        agreements = self._search_all()
        agreements.flush_model([*RUN_FIELDS, "partner_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH unserved AS (
                    SELECT DISTINCT span.subscription_id, span.partner_id, device.id AS device_id, device.name
                      FROM (%(spans)s) span
                      JOIN stock_lot device ON device.id = span.device_id AND device.is_xpps_device
                     WHERE span.subscription_line_id IS NULL AND span.company_id = %(company)s AND %(there)s
                ), found AS (
                    SELECT subscription_id AS agreement_id, device_id, name
                      FROM unserved
                     WHERE subscription_id IS NOT NULL
                 UNION ALL
                    SELECT agreement.id, unserved.device_id, unserved.name
                      FROM unserved
                      JOIN res_partner owner ON owner.id = unserved.partner_id
                      JOIN res_partner customer ON customer.commercial_partner_id = owner.commercial_partner_id
                      JOIN sale_subscription agreement ON agreement.partner_id = customer.id
                     WHERE unserved.subscription_id IS NULL
                )
                SELECT found.agreement_id, found.device_id, found.name
                  FROM found
                  JOIN sale_subscription agreement ON agreement.id = found.agreement_id
                  JOIN sale_subscription_stage stage ON stage.id = agreement.stage_id
                 WHERE agreement.id = ANY(%(agreements)s) AND %(runs)s
                """,
                spans=self.env["xpps.device.assignment"]._spans(),
                company=run.company_id.id,
                agreements=agreements.ids,
                runs=runs_in_period_sql(run.period_start, run.period_end),
                there=overlap_sql(SQL("span.date_from"), SQL("span.date_to"), run.period_start, run.period_end),
            )
        )
        unserved = defaultdict(dict)
        for agreement_id, device_id, serial in rows:
            unserved[agreements.browse(agreement_id)][device_id] = serial
        return dict(unserved)

    def _covered(self, device_ids):
        """:return: set of the devices that a live record of a file of the run's period covers"""
        groups = self.env["xpps.billing.file.line"]._read_group(
            [
                ("device_id", "in", list(device_ids)),
                ("superseded_by_id", "=", False),
                ("billed_period_end", "!=", False),
                ("billing_file_id", "in", self._file_ids),
            ],
            ["device_id"],
        )
        return {device.id for (device,) in groups}

    def _held_records(self):
        """:return: {sale.subscription: {line id: serial}} of records of the period that wait to be mended"""
        lines = self.env["xpps.billing.file.line"].search_fetch(
            [("state", "=", "held"), ("billing_file_id", "in", self._file_ids)],
            ["serial", "subscription_id", "device_id"],
        )
        held = defaultdict(dict)
        for line in lines:
            subscription = line.subscription_id or line.device_id.xpps_subscription_id
            if subscription and (self.only is None or subscription.id in self.only):
                held[subscription][line.id] = line.serial
        return dict(held)

    def _flagged_rows(self):
        """What Xerox bills in the run's period and the company wants settled first: flagged, and not disputed.

        :return: {sale.subscription: {xpps.vendor.report: {flag that holds it}}}
        """
        holding = self.env["xpps.holding.flag"]._flags(self.run.company_id)
        if not holding or not self._file_ids:
            return {}
        domain = Domain("billing_file_id", "in", self._file_ids)
        domain &= Domain.OR(Domain("flags", "like", flag) for flag in holding)
        if self.only is not None:
            # Of a device without agreement, its own says whom it concerns.
            domain &= Domain("subscription_id", "in", [*self.only, False])
        rows = self.env["xpps.vendor.report"].search_fetch(
            domain, ["flags", "subscription_id", "device_id", "serial", "billing_file_id", "line_id", "component"]
        )
        flagged = defaultdict(dict)
        for row in rows._undisputed():
            flags = holding.intersection(row.flags.split(","))
            subscription = row.subscription_id or row.device_id.xpps_subscription_id
            if flags and subscription and (self.only is None or subscription.id in self.only):
                flagged[subscription][row] = flags
        return dict(flagged)
