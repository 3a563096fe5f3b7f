# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Can a device record be billed, and to which agreement?"""

from odoo.tools import format_date

from .issues import clipped


class DeviceChecks:
    """Checks of the device that a record names. Each adds its issues to the ``RecordCheck``.

    How the device of a faulty record is fixed is said on its line: ``device_fix`` is "create" or "assign".
    """

    def __init__(self, context):
        self.context = context
        self.env = context.env

    def unknown(self, check):
        record = check.record
        check.line["device_fix"] = "create"
        check.add(
            "device_unknown",
            lambda: self.env._(
                "Line %(line)s: no device has the serial number %(serial)s. Create it (model %(model)s, "
                "customer %(customer)s).",
                model=clipped(record.model or record.model_number or "?"),
                customer=clipped(record.customer_name or record.customer_number or "?"),
                **check.place,
            ),
            res_model="stock.lot",
        )

    def period(self, check):
        """Was this period billed for the device before?"""
        earlier = self.context.lookups.billed.get(check.device.id)
        if not earlier or self.context.is_correction:
            return
        check.add(
            "period_duplicate",
            lambda: self.env._(
                "Line %(line)s: device %(serial)s has already been billed for this period by Xerox invoice "
                "%(invoice)s. If Xerox corrects it with this file, import the file as a correction.",
                invoice=earlier.billing_file_id.display_name,
                **check.place,
            ),
            fix=earlier.billing_file_id,
        )

    def assignment(self, check):
        """Whether the device can be billed to its agreement in the file's period."""
        billable = self._check_removed(check)
        agreement = check.device.agreement
        if not agreement:
            check.line["device_fix"] = "assign"
            check.add("device_no_subscription", lambda: self._say_no_agreement(check), fix=check.device.record)
            return False
        if not check.device.has_service:
            billable = False
            check.line["device_fix"] = "assign"
            check.add(
                "device_no_service",
                lambda: self.env._(
                    "Line %(line)s: device %(serial)s has no service that bills its base price. Choose a line of "
                    "agreement %(agreement)s on the device.",
                    agreement=agreement.record.display_name,
                    **check.place,
                ),
                fix=check.device.record,
            )
        billable &= self._check_running(check)
        billable &= self._check_customer(check)
        return billable

    def _say_no_agreement(self, check):
        if check.device.nowhere:
            return self.env._(
                "Line %(line)s: device %(serial)s was not on any agreement in the period. Dispute the record with "
                "Xerox, or correct the device's history.",
                **check.place,
            )
        return self.env._(
            "Line %(line)s: device %(serial)s has no agreement. Choose the one that bills it.", **check.place
        )

    def _check_removed(self, check):
        removal = check.device.removal_date
        if not check.device.removed or (removal and removal >= self.context.period_start):
            return True
        check.add(
            "device_removed",
            lambda: self.env._(
                "Line %(line)s: device %(serial)s was removed before the period (%(date)s). Dispute the record "
                "with Xerox, or correct the removal date.",
                date=format_date(self.env, removal) if removal else "?",
                **check.place,
            ),
            fix=check.device.record,
        )
        return False

    def _check_running(self, check):
        agreement = check.device.agreement
        if agreement.runs:
            return True
        check.add(
            "subscription_not_running",
            lambda: self.env._(
                "Line %(line)s: agreement %(agreement)s of device %(serial)s does not run in the period (closed or "
                "not started). Start it, or choose another agreement on the device.",
                agreement=agreement.record.display_name,
                **check.place,
            ),
            fix=agreement.record,
        )
        return False

    def _check_customer(self, check):
        device, agreement = check.device, check.device.agreement
        if not device.customer_id or device.customer_id == agreement.customer_id:
            return True
        check.line["device_fix"] = "assign"
        check.add(
            "customer_mismatch",
            lambda: self.env._(
                "Line %(line)s: device %(serial)s is located at %(customer)s, but its agreement %(agreement)s is with "
                "%(payer)s. Correct the device's customer or agreement.",
                customer=self.env["res.partner"].browse(device.customer_id).display_name,
                agreement=agreement.record.display_name,
                payer=agreement.record.partner_id.display_name,
                **check.place,
            ),
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
        self.context.findings.add(
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
