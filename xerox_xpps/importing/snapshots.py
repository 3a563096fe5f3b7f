# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the checks ask of devices and agreements, as plain values: they ask it fifty thousand times a file."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ..rules import OverageTerms, running_days

#: What ``DeviceSnapshot`` are read from.
DEVICE_FIELDS = [
    "name",
    "product_id",
    "xpps_serial_key",
    "xpps_partner_id",
    "xpps_subscription_id",
    "xpps_subscription_line_id",
    "xpps_state",
    "xpps_install_date",
    "xpps_removal_date",
]


@dataclass(slots=True)
class AgreementSnapshot:
    """An agreement; ``runs`` says whether it does in the file's period, ``active`` whether it is not archived.

    ``xerox_number`` is Xerox's number of it, "" where we do not know it.

    ``terms`` are those of its overage where more months are billed together; ``cycle`` is the one that the file's
    period counts towards, ``reconciled`` whether that is rated as a whole. ``running_days`` are those of the period's
    ``days`` on which it runs. ``plans`` are the page plans of the output types that
    such a one rates.
    """

    record: Any
    id: int
    partner_id: int
    customer_id: int
    xerox_number: str
    currency: Any
    places: int
    rounding: float
    lang: str | bool
    runs: bool
    active: bool
    terms: OverageTerms | None
    cycle: tuple[date, date] | None
    reconciled: bool
    running_days: int
    days: int
    plans: dict[str, "PlanSnapshot"]


class PlanSnapshot(NamedTuple):
    """A page plan: its id, its name, and the product.product that its customer is charged.

    ``cycle_end`` is the last day of the cycle that the file's period counts towards, where it is of several months.
    """

    id: int
    name: str
    product: Any
    cycle_end: date | None


@dataclass(slots=True)
class DeviceSnapshot:
    """A device, as it was assigned in the file's period; ``serial`` is written as we write it.

    ``partner_id`` is its own customer's id or False, ``customer_id`` that customer's company's. ``until`` is the last
    day of the assignment, or False; ``nowhere`` says that the device has been assigned, but not in the period.
    ``early`` is the day on which it was installed, where that is after the period, or False.
    ``removed`` and ``removal_date`` are as of today.
    """

    record: Any
    id: int
    serial: str
    template: Any
    model_number: str
    agreement: AgreementSnapshot | None
    partner_id: int | bool
    customer_id: int | bool
    has_service: bool
    removed: bool
    removal_date: date | bool
    until: date | bool
    nowhere: bool
    early: date | bool

    @property
    def owner_id(self):
        """Id of whoever has the device: its own customer, or the agreement's."""
        return self.partner_id or (self.agreement.partner_id if self.agreement else None)


def agreement_snapshots(subscriptions, period_start, period_end):
    """:return: {sale.subscription id: AgreementSnapshot}"""
    covering = subscriptions.env["xpps.page.plan"]._covering(subscriptions, period_start, period_end)
    found = {plan for plans in covering.values() for plan in plans.values()}
    known = {
        plan: PlanSnapshot(plan.id, plan.name, plan.product_id, plan._long_cycle_end(period_end)) for plan in found
    }
    plans = {
        agreement_id: {output_type: known[plan] for output_type, plan in by_type.items()}
        for agreement_id, by_type in covering.items()
    }
    return {
        subscription.id: _agreement_snapshot(subscription, period_start, period_end, plans.get(subscription.id, {}))
        for subscription in subscriptions
    }


def _agreement_snapshot(subscription, period_start, period_end, plans):
    terms = subscription._xpps_overage_terms()
    cycle = terms and terms.cycle(period_end)
    first, last = running_days(
        subscription.date_start, subscription.date, subscription.xpps_closed_on, period_start, period_end
    )
    return AgreementSnapshot(
        record=subscription,
        id=subscription.id,
        partner_id=subscription.partner_id.id,
        customer_id=subscription.partner_id.commercial_partner_id.id,
        xerox_number=(subscription.xpps_agreement_number or "").strip(),
        currency=subscription.currency_id,
        places=subscription.currency_id.decimal_places,
        rounding=subscription.currency_id.rounding,
        lang=subscription.partner_id.lang,
        runs=subscription._xpps_runs_between(period_start, period_end),
        active=subscription.active,
        terms=terms,
        cycle=cycle,
        reconciled=bool(cycle and subscription.xpps_cycle_reconcile),
        running_days=(last - first).days + 1,
        days=(period_end - period_start).days + 1,
        plans=plans,
    )


def device_snapshots(devices, rows, agreements):
    """:param rows: dicts of ``DEVICE_FIELDS`` of the devices, as ``assignments.set_assignments`` left them
    :param agreements: {sale.subscription id: AgreementSnapshot}, all that the rows have

    :return: {serial key: DeviceSnapshot}
    """
    env = devices.env
    products = {product.id: product for product in devices.product_id}
    partners = env["res.partner"].browse({row["xpps_partner_id"] for row in rows} - {False})
    customer_ids = {partner.id: partner.commercial_partner_id.id for partner in partners}
    models = {id_: (product.product_tmpl_id, product.xpps_model_number) for id_, product in products.items()}
    snapshots = {}
    for device, row in zip(devices, rows, strict=True):
        template, model_number = models[row["product_id"]]
        snapshots[row["xpps_serial_key"]] = DeviceSnapshot(
            record=device,
            id=device.id,
            serial=row["name"].strip(),
            template=template,
            model_number=model_number or "",
            agreement=agreements.get(row["xpps_subscription_id"]),
            partner_id=row["xpps_partner_id"],
            customer_id=customer_ids.get(row["xpps_partner_id"], False),
            has_service=bool(row["xpps_subscription_line_id"]),
            removed=row["xpps_state"] == "removed",
            removal_date=row["xpps_removal_date"],
            until=row["until"],
            nowhere=row["nowhere"],
            early=row["early"],
        )
    # Nothing else reads these fields of so many devices: the cache need not keep them.
    devices.invalidate_recordset(DEVICE_FIELDS)
    return snapshots
