# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Can a device record be billed, and to which agreement?"""

from odoo.tools import format_date

from .issues import clipped


class DeviceChecks:
    """Checks of the device that a record names. Each adds its issues to the context's findings.

    ``fixes`` says how the devices of faulty records are mended: {index of the record: "create" or "assign"}.
    """

    def __init__(self, context):
        self.context = context
        self.env = context.env
        self.add = context.findings.add
        self.fixes = {}

    def unknown(self, index, record):
        self.fixes[index] = "create"
        self.add(
            "error",
            "device_unknown",
            lambda: self.env._(
                "Line %(line)s: no device has the serial number %(serial)s. Create it (model %(model)s, "
                "customer %(customer)s).",
                line=record.source_line,
                serial=clipped(record.serial),
                model=clipped(record.model or record.model_number or "?"),
                customer=clipped(record.customer_name or record.customer_number or "?"),
            ),
            record,
            index,
            res_model="stock.lot",
        )

    def period(self, index, record, device):
        """Was this period billed for the device before?"""
        earlier = self.context.lookups.billed.get(device.id)
        if not earlier or self.context.is_correction:
            return
        self.add(
            "error",
            "period_duplicate",
            lambda: self.env._(
                "Line %(line)s: device %(serial)s was billed for this period already, by Xerox invoice "
                "%(invoice)s. If Xerox corrects it with this file, import the file as a correction.",
                line=record.source_line,
                serial=clipped(record.serial),
                invoice=earlier.billing_file_id.display_name,
            ),
            record,
            index,
            fix=earlier.billing_file_id,
        )

    def assignment(self, index, record, device):
        """Whether the device can be billed to its agreement in the file's period."""
        place = {"line": record.source_line, "serial": clipped(record.serial)}
        billable = self._check_removed(index, record, device, place)
        agreement = device.agreement
        if not agreement:
            self.fixes[index] = "assign"
            self.add(
                "error",
                "device_no_subscription",
                lambda: self._say_no_agreement(device, place),
                record,
                index,
                fix=device.record,
            )
            return False
        if not device.has_service:
            billable = False
            self.fixes[index] = "assign"
            self.add(
                "error",
                "device_no_service",
                lambda: self.env._(
                    "Line %(line)s: device %(serial)s has no service that bills its base price. Choose a line of "
                    "agreement %(agreement)s on the device.",
                    agreement=agreement.record.display_name,
                    **place,
                ),
                record,
                index,
                fix=device.record,
            )
        billable &= self._check_running(index, record, agreement, place)
        billable &= self._check_customer(index, record, device, place)
        return billable

    def _say_no_agreement(self, device, place):
        if device.nowhere:
            return self.env._(
                "Line %(line)s: device %(serial)s was on no agreement in the period. Dispute the record with Xerox, or "
                "correct the device's history.",
                **place,
            )
        return self.env._("Line %(line)s: device %(serial)s has no agreement. Choose the one that bills it.", **place)

    def _check_removed(self, index, record, device, place):
        removal = device.removal_date
        if not device.removed or (removal and removal >= self.context.period_start):
            return True
        self.add(
            "error",
            "device_removed",
            lambda: self.env._(
                "Line %(line)s: device %(serial)s was removed before the period (%(date)s). Dispute the record "
                "with Xerox, or correct the removal date.",
                date=format_date(self.env, removal) if removal else "?",
                **place,
            ),
            record,
            index,
            fix=device.record,
        )
        return False

    def _check_running(self, index, record, agreement, place):
        if agreement.runs:
            return True
        self.add(
            "error",
            "subscription_not_running",
            lambda: self.env._(
                "Line %(line)s: agreement %(agreement)s of device %(serial)s does not run in the period "
                "(closed, or not started). Start it, or choose another agreement on the device.",
                agreement=agreement.record.display_name,
                **place,
            ),
            record,
            index,
            fix=agreement.record,
        )
        return False

    def _check_customer(self, index, record, device, place):
        agreement = device.agreement
        if not device.customer_id or device.customer_id == agreement.customer_id:
            return True
        self.fixes[index] = "assign"
        self.add(
            "error",
            "customer_mismatch",
            lambda: self.env._(
                "Line %(line)s: device %(serial)s stands at %(customer)s, but its agreement %(agreement)s is with "
                "%(payer)s. Correct the device's customer or agreement.",
                customer=self.env["res.partner"].browse(device.customer_id).display_name,
                agreement=agreement.record.display_name,
                payer=agreement.record.partner_id.display_name,
                **place,
            ),
            record,
            index,
            fix=device.record,
        )
        return False

    def absent(self):
        """Which devices should be in the file, but are not? A correction names only what it corrects."""
        if self.context.is_correction:
            return
        for device, partner, agreement in self.context.lookups.absent_devices():
            self._report_absent(device, partner, agreement)

    def _report_absent(self, device, partner, agreement):
        self.add(
            "warning",
            "device_absent",
            lambda: self.env._(
                "Device %(serial)s of %(customer)s is active on agreement %(agreement)s, but not in the file.",
                serial=device.name,
                customer=partner.display_name or "?",
                agreement=agreement.display_name,
            ),
            fix=device,
            serial=device.name,
        )
