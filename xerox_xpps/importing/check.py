# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the records of a billing file to lines, issues, meter reads and charges - as values, nothing written."""

from decimal import Decimal

from odoo import fields

from ..billing_file import check_serials, check_totals, round_half_up, to_decimal
from .findings import CostChange, FoundIssue
from .lookups import Lookups
from .pricing import ChargePricing


def plain(value):
    """A click price without trailing zeros: 0.005100 reads 0.0051."""
    return f"{to_decimal(value).normalize():f}"


class BillingFileCheck:
    """All checks of one billing file, and what its import would write.

    After ``run`` the attributes hold:

    - ``issues``: [FoundIssue], errors among them in ``errors``
    - ``header``: values of the file itself
    - ``line_values``, ``read_values``, ``charge_values``: values of ``create``, in the order of the file's records;
      ``charge_read_index`` says which meter read a charge belongs to
    - ``cost_changes``: [CostChange]
    """

    def __init__(self, file):
        self.file = file
        self.env = file.env
        self.company = file.company_id
        self.issues = []
        self.header = {}
        self.line_values = []
        self.read_values = []
        self.charge_values = []
        self.charge_read_index = []
        self._cost_changes = {}

    @property
    def errors(self):
        return [issue for issue in self.issues if issue.severity == "error"]

    @property
    def cost_changes(self):
        return list(self._cost_changes.values())

    def run(self):
        file_format, result = self._read()
        self._index_records(result.details)
        for issue in result.issues:
            self._add_reader_issue(issue)
        self.header = {"format_id": file_format.id}
        duplicate = self._check_file_duplicate()
        if result.details is None:
            return self
        self.details = result.details
        self._check_header(duplicate)
        invoice = self.details.invoice
        # Without a readable period the file cannot be imported; the records are checked as of today all the same.
        self.period_end = invoice.period_end or invoice.period_start or fields.Date.context_today(self.file)
        self.period_start = invoice.period_start or self.period_end
        self.lookups = Lookups(self.file, self.details, self.period_start, self.period_end)
        self.pricing = ChargePricing(self.lookups.subscriptions, self.period_end)
        for index, record in enumerate(self.details.devices):
            self._check_record(index, record, duplicate)
        self._check_absent()
        self._report_cost_changes()
        return self

    def prepare_issues(self, lines):
        return [issue.create_values(self.file, lines) for issue in self.issues]

    # The file

    def _read(self):
        data = self.file.attachment_id.raw or b""
        return self.env["xpps.file.format"]._read_file(data, self.file.file_name, self.company)

    def _index_records(self, details):
        """Remember where each record is, so that an issue finds its own, also in a file of a single line."""
        devices = details.devices if details else ()
        self._record_index = {}
        for index, record in enumerate(devices):
            self._record_index[record.source_line, record.serial] = index

    def _add_reader_issue(self, issue):
        message = self.env._(issue.template, **issue.params)
        place = {"line": issue.source_line, "serial": issue.serial, "message": message}
        if issue.serial and issue.serial not in message:
            message = self.env._("Line %(line)s, device %(serial)s: %(message)s", **place)
        elif issue.source_line and "line" not in issue.params:
            message = self.env._("Line %(line)s: %(message)s", **place)
        self.issues.append(
            FoundIssue(
                issue.severity,
                issue.code,
                message,
                issue.source_line or 0,
                issue.serial,
                line_index=self._record_index.get((issue.source_line, issue.serial)),
            )
        )

    def _add(self, severity, code, message, record=None, index=None, fix=None, res_model=""):
        self.issues.append(
            FoundIssue(
                severity,
                code,
                message,
                record.source_line if record else 0,
                record.serial if record else "",
                line_index=index,
                record=fix,
                res_model=res_model,
            )
        )

    def _imported_twin(self, field_name, value):
        return self.file.search(
            [
                (field_name, "=", value),
                ("company_id", "=", self.company.id),
                ("state", "=", "imported"),
                ("id", "!=", self.file.id),
            ],
            limit=1,
        )

    def _check_file_duplicate(self):
        """:return: whether the very same file was imported before"""
        twin = self._imported_twin("checksum", self.file.checksum)
        if twin:
            self._add(
                "error",
                "file_duplicate",
                self.env._("This file was imported already as Xerox invoice %s. Open it instead.", twin.display_name),
                fix=twin,
            )
        return bool(twin)

    def _check_header(self, duplicate):
        invoice = self.details.invoice
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", invoice.currency)])
        self.currency = currency
        places = currency.decimal_places if currency else 2
        self.places = places
        self.totals = [record.computed_total(places) for record in self.details.devices]
        self.header |= {
            "name": invoice.number,
            "invoice_date": invoice.date,
            "period_start": invoice.period_start,
            "period_end": invoice.period_end,
            "currency_id": currency.id,
            "device_count": len(self.details.devices),
            "amount_total": float(sum(self.totals, Decimal(0))),
        }
        if not currency or not currency.active:
            self._add(
                "error",
                "currency_unknown",
                self.env._("Xerox bills in %s, which is not an active currency. Activate it first.", invoice.currency),
                fix=currency or None,
                res_model="" if currency else "res.currency",
            )
        for issue in (*check_serials(self.details), *check_totals(self.details, places)):
            self._add_reader_issue(issue)
        if duplicate:
            return
        twin = self._imported_twin("name", invoice.number)
        if twin:
            self._add(
                "error",
                "invoice_duplicate",
                self.env._(
                    "Xerox invoice %(number)s was imported already, from file “%(file)s”. Open it instead.",
                    number=invoice.number,
                    file=twin.file_name,
                ),
                fix=twin,
            )

    # One device record

    def _check_record(self, index, record, duplicate):
        device = self.lookups.devices.get(record.serial_key)
        subscription = device.xpps_subscription_id if device else None
        self.line_values.append(self._prepare_line(record, device, subscription, self.totals[index]))
        if not record.serial_key:
            return
        if not device:
            self._add(
                "error",
                "device_unknown",
                self.env._(
                    "Line %(line)s: no device has the serial number %(serial)s. Create it (model %(model)s, "
                    "customer %(customer)s).",
                    line=record.source_line,
                    serial=record.serial,
                    model=record.model or record.model_number or "?",
                    customer=record.customer_name or record.customer_number or "?",
                ),
                record,
                index,
                res_model="stock.lot",
            )
            return
        if not duplicate:
            self._check_period(index, record, device)
        if self._check_assignment(index, record, device, subscription) and record.complete:
            self._check_warnings(index, record, device)
            self._plan_meters(index, record, device, subscription)

    def _check_period(self, index, record, device):
        earlier = self.lookups.billed.get(device)
        if earlier:
            self._add(
                "error",
                "period_duplicate",
                self.env._(
                    "Line %(line)s: device %(serial)s was billed for this period already, by Xerox invoice "
                    "%(invoice)s. Ask Xerox whether this file corrects it.",
                    line=record.source_line,
                    serial=record.serial,
                    invoice=earlier.display_name,
                ),
                record,
                index,
                fix=earlier,
            )

    def _check_assignment(self, index, record, device, subscription):
        """Whether the device can be billed to an agreement in the file's period."""
        place = {"line": record.source_line, "serial": record.serial}
        found = len(self.issues)
        if device.xpps_state == "removed" and (
            not device.xpps_removal_date or device.xpps_removal_date < self.period_start
        ):
            self._add(
                "error",
                "device_removed",
                self.env._(
                    "Line %(line)s: device %(serial)s was removed before the period (%(date)s). Dispute the record "
                    "with Xerox, or correct the removal date.",
                    date=device.xpps_removal_date or "?",
                    **place,
                ),
                record,
                index,
                fix=device,
            )
        if not subscription:
            self._add(
                "error",
                "device_no_subscription",
                self.env._("Line %(line)s: device %(serial)s has no agreement. Choose the one that bills it.", **place),
                record,
                index,
                fix=device,
            )
            return False
        if not device.xpps_subscription_line_id:
            self._add(
                "error",
                "device_no_service",
                self.env._(
                    "Line %(line)s: device %(serial)s has no service that bills its base price. Choose a line of "
                    "agreement %(agreement)s on the device.",
                    agreement=subscription.display_name,
                    **place,
                ),
                record,
                index,
                fix=device,
            )
        if not subscription._xpps_runs_between(self.period_start, self.period_end):
            self._add(
                "error",
                "subscription_not_running",
                self.env._(
                    "Line %(line)s: agreement %(agreement)s of device %(serial)s does not run in the period "
                    "(closed, or not started). Start it, or choose another agreement on the device.",
                    agreement=subscription.display_name,
                    **place,
                ),
                record,
                index,
                fix=subscription,
            )
        customer = device.xpps_partner_id.commercial_partner_id
        if customer and customer != subscription.partner_id.commercial_partner_id:
            self._add(
                "error",
                "customer_mismatch",
                self.env._(
                    "Line %(line)s: device %(serial)s stands at %(customer)s, but its agreement %(agreement)s is with "
                    "%(payer)s. Correct the device's customer or agreement.",
                    customer=customer.display_name,
                    agreement=subscription.display_name,
                    payer=subscription.partner_id.display_name,
                    **place,
                ),
                record,
                index,
                fix=device,
            )
        return not any(issue.severity == "error" for issue in self.issues[found:])

    def _check_warnings(self, index, record, device):
        place = {"line": record.source_line, "serial": record.serial}
        model = device.product_id
        if (
            record.model_number
            and model.xpps_model_number
            and record.model_number.casefold() != model.xpps_model_number.casefold()
        ):
            self._add(
                "warning",
                "model_mismatch",
                self.env._(
                    "Line %(line)s: Xerox calls device %(serial)s a %(theirs)s, here it is a %(ours)s.",
                    theirs=record.model_number,
                    ours=model.xpps_model_number,
                    **place,
                ),
                record,
                index,
                fix=device,
            )
        if record.estimated:
            self._add(
                "warning",
                "read_estimated",
                self.env._("Line %(line)s: Xerox estimated the meter read of device %(serial)s.", **place),
                record,
                index,
                fix=device,
            )
        last_line = self.lookups.last_lines.get(device)
        base = float(round_half_up(record.base_total, self.places))
        if (
            last_line
            and last_line.currency_id == self.currency
            and self.currency.compare_amounts(last_line.base_price_cost, base)
        ):
            self._add(
                "warning",
                "base_fee_changed",
                self.env._(
                    "Line %(line)s: Xerox's base fee for device %(serial)s moved from %(old)s to %(new)s.",
                    old=self.currency.format(last_line.base_price_cost),
                    new=self.currency.format(base),
                    **place,
                ),
                record,
                index,
                fix=device,
            )
        for meter in record.meters:
            self._check_meter(index, record, device, meter, place)

    def _check_meter(self, index, record, device, meter, place):
        place = {"type": self._type_label(meter.output_type), **place}
        if meter.current is not None and meter.previous is not None:
            expected = max(0, meter.current - meter.previous - (meter.included or 0))
            if meter.current < meter.previous:
                self._add(
                    "warning",
                    "read_backwards",
                    self.env._(
                        "Line %(line)s: the %(type)s meter of device %(serial)s runs backwards, from %(previous)s "
                        "to %(current)s.",
                        previous=meter.previous,
                        current=meter.current,
                        **place,
                    ),
                    record,
                    index,
                    fix=device,
                )
            elif meter.overage is not None and meter.overage != expected:
                self._add(
                    "warning",
                    "overage_mismatch",
                    self.env._(
                        "Line %(line)s: Xerox bills %(overage)s %(type)s pages of device %(serial)s above the "
                        "allowance; by its reads there are %(expected)s.",
                        overage=meter.overage,
                        expected=expected,
                        **place,
                    ),
                    record,
                    index,
                    fix=device,
                )
        last = self.lookups.last_reads.get((device.id, meter.output_type))
        if last and meter.previous is not None and last[1] != meter.previous:
            self._add(
                "warning",
                "read_gap",
                self.env._(
                    "Line %(line)s: the %(type)s meter of device %(serial)s starts at %(previous)s, but our last "
                    "read is %(last)s.",
                    previous=meter.previous,
                    last=last[1],
                    **place,
                ),
                record,
                index,
                fix=device,
            )

    # Meter reads and charges

    def _plan_meters(self, index, record, device, subscription):
        for meter in record.meters:
            self.read_values.append(self._prepare_read(record, device, subscription, meter))
            if meter.overage:
                self._plan_charge(index, record, device, subscription, meter)

    def _plan_charge(self, index, record, device, subscription, meter):
        place = {
            "line": record.source_line,
            "serial": record.serial,
            "type": self._type_label(meter.output_type),
        }
        template = device.product_id.product_tmpl_id
        product = self.lookups.materials[template].get(meter.output_type)
        if not product:
            self._add(
                "error",
                "mapping_missing",
                self.env._(
                    "Line %(line)s: device %(serial)s has %(pages)s %(type)s pages to bill, but neither its model "
                    "%(model)s nor its price level has a material code for %(type)s.",
                    pages=meter.overage,
                    model=template.display_name,
                    **place,
                ),
                record,
                index,
                fix=template,
            )
            return
        terms = self.pricing.terms(subscription, product, meter.overage)
        if terms.billable and not to_decimal(terms.unit_price):
            self._add(
                "error",
                "price_missing",
                self.env._(
                    "Line %(line)s: %(material)s has no price for the %(type)s pages of device %(serial)s. Give the "
                    "material code a sales price, or agreement %(agreement)s a price of its own.",
                    material=product.display_name,
                    agreement=subscription.display_name,
                    **place,
                ),
                record,
                index,
                fix=product,
            )
            return
        unit_cost = self._unit_cost(subscription, meter)
        if terms.billable and to_decimal(terms.unit_price) < to_decimal(unit_cost):
            self._add(
                "warning",
                "margin_low",
                self.env._(
                    "Line %(line)s: the %(type)s pages of device %(serial)s are sold at %(price)s, below Xerox's "
                    "price of %(cost)s.",
                    price=plain(terms.unit_price),
                    cost=plain(unit_cost),
                    **place,
                ),
                record,
                index,
                fix=subscription,
            )
        self._note_cost(record, subscription, product, meter, terms, unit_cost)
        self.charge_read_index.append(len(self.read_values) - 1)
        self.charge_values.append(
            {
                "subscription_id": subscription.id,
                "company_id": self.company.id,
                "currency_id": subscription.currency_id.id,
                "product_id": product.id,
                "device_id": device.id,
                "output_type": meter.output_type,
                "billing_file_id": self.file.id,
                "period_start": self.period_start,
                "period_end": self.period_end,
                "name": product.with_context(lang=subscription.partner_id.lang).display_name,
                "quantity": meter.overage,
                "unit_cost": unit_cost,
                "unit_price": float(to_decimal(terms.unit_price)),
                "billable": terms.billable,
            }
        )

    def _unit_cost(self, subscription, meter):
        """Xerox's price of a page in the agreement's currency, six decimals."""
        cost = meter.unit_cost or Decimal(0)
        if self.currency and self.currency != subscription.currency_id:
            rate = self.pricing.rate(
                self.currency, subscription.currency_id, self.company, self.details.invoice.date or self.period_end
            )
            cost *= Decimal(repr(rate))
        return float(round_half_up(cost, 6))

    def _note_cost(self, record, subscription, product, meter, terms, unit_cost):
        """Remember a unit cost that the agreement's default does not have yet."""
        if meter.unit_cost is None:
            return
        if terms.default and to_decimal(terms.default.unit_cost) == to_decimal(unit_cost):
            return
        change = self._cost_changes.get((subscription, product))
        if change:
            # Devices of one agreement may differ; the default takes the cost of the last one.
            change.new_cost = unit_cost
            change.device_count += 1
        else:
            self._cost_changes[subscription, product] = CostChange(
                subscription, product, terms.default, unit_cost, 1, record.source_line, record.serial
            )

    def _report_cost_changes(self):
        for change in self.cost_changes:
            message = self.env._(
                "%(count)s device(s) have a unit cost that differs from agreement %(agreement)s's default for "
                "%(material)s: it will change there from %(old)s to %(new)s.",
                count=change.device_count,
                agreement=change.subscription.display_name,
                material=change.product.display_name,
                old=plain(change.default.unit_cost) if change.default else self.env._("none"),
                new=plain(change.new_cost),
            )
            self.issues.append(
                FoundIssue(
                    "info",
                    "unit_cost_changed",
                    message,
                    change.source_line,
                    change.serial,
                    record=change.subscription,
                )
            )

    def _check_absent(self):
        for device in self.lookups.absent:
            self._add(
                "warning",
                "device_absent",
                self.env._(
                    "Device %(serial)s of %(customer)s is active on agreement %(agreement)s, but not in the file.",
                    serial=device.name,
                    customer=device.xpps_partner_id.display_name or "?",
                    agreement=device.xpps_subscription_id.display_name,
                ),
                fix=device,
            )
            self.issues[-1].serial = device.name

    # Values

    def _type_label(self, output_type):
        return dict(self.env["xpps.meter.read"]._fields["output_type"].selection)[output_type]

    def _prepare_line(self, record, device, subscription, total):
        return {
            "billing_file_id": self.file.id,
            "company_id": self.company.id,
            "currency_id": self.currency.id,
            "sequence": record.sequence,
            "source_line": record.source_line,
            "serial": record.serial,
            "device_id": device.id if device else False,
            "subscription_id": subscription.id if subscription else False,
            "partner_id": (device.xpps_partner_id or subscription.partner_id).id if device else False,
            "xerox_model": record.model,
            "xerox_model_number": record.model_number,
            "xerox_customer_number": record.customer_number,
            "xerox_customer_name": record.customer_name,
            "xerox_agreement_number": record.agreement_number,
            "xerox_location": record.location,
            "read_date": record.read_date,
            "estimated": record.estimated,
            "base_price_cost": float(record.base_total),
            "base_service_cost": float(record.base_service or 0),
            "base_supply_cost": float(record.base_supply or 0),
            "overage_cost": float(total - record.base_total),
            "cost_total": float(total),
            "meter_values": {
                meter.output_type: {
                    "previous": meter.previous,
                    "current": meter.current,
                    "included": meter.included,
                    "overage": meter.overage,
                    "unit_cost": None if meter.unit_cost is None else f"{meter.unit_cost:f}",
                }
                for meter in record.meters
            },
        }

    def _prepare_read(self, record, device, subscription, meter):
        return {
            "device_id": device.id,
            "company_id": self.company.id,
            "partner_id": (device.xpps_partner_id or subscription.partner_id).id,
            "subscription_id": subscription.id,
            "output_type": meter.output_type,
            "period_start": self.period_start,
            "period_end": self.period_end,
            "read_date": record.read_date,
            "previous_read": meter.previous or 0,
            "current_read": meter.current or 0,
            "included": meter.included or 0,
            "overage": meter.overage or 0,
            "currency_id": self.currency.id,
            "unit_cost": float(meter.unit_cost or 0),
            "cost": float(round_half_up(meter.cost_unrounded, self.places)),
            "estimated": record.estimated,
            "billing_file_id": self.file.id,
        }
