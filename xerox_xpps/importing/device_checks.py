# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Can a device record be billed, and to which agreement?"""

from collections import Counter

from odoo.tools import format_date

from ..common.formats import period_text
from ..common.plural import plural
from ..rules import days_in_common
from .issues import clipped


class DeviceChecks:
    """Checks of the device that a record names. Each adds its issues to the ``RecordCheck``.

    How the device of a faulty record is fixed is said on its line: ``device_fix`` is "create" or "assign".
    ``absent_counts`` are {agreement id: number of its devices that are absent}, after ``absent``.
    """

    def __init__(self, context):
        self.context = context
        self.env = context.env
        self._invoice_reported = False
        self.absent_counts = Counter()

    def unknown(self, check):
        record = check.record
        check.line["device_fix"] = "create"
        near = self.context.lookups.near.get(record.serial_key)
        if near:
            check.line["near_device_id"] = near.id
            check.add("device_unknown", lambda: self._say_near(check, near), fix=near)
            return
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

    def _say_near(self, check, near):
        return self.env._(
            "Line %(line)s: no device has the serial number %(serial)s. It is nearly the one of %(near)s (model "
            "%(model)s, customer %(customer)s), which is not in the file. Confirm that it is this device, or create "
            "another one.",
            near=near.name,
            model=near.product_id.display_name,
            customer=near.xpps_partner_id.display_name or "?",
            **check.place,
        )

    def twice(self, check, first):
        """Two records of one device, by serial numbers that differ: one of them was decided on."""
        check.add(
            "serial_duplicate",
            lambda: self.env._(
                "Line %(line)s: the record of serial number %(serial)s is of device %(device)s, which has a record on "
                "line %(first)s already.",
                device=check.device.record.name,
                first=first,
                **check.place,
            ),
        )

    def period(self, check):
        """Was the device billed before for days of this period? A correction replaces what has its very period."""
        context, device_id = self.context, check.device.id
        invoice = context.details.invoice
        if not invoice.period_start or not invoice.period_end:
            return
        earlier = context.lookups.overlapping.get(device_id)
        same = context.lookups.billed.get(device_id)
        if same and not context.is_correction:
            check.add("period_duplicate", lambda: self._say_billed(check, same), fix=same.billing_file_id)
            self._report_invoice(check, same.billing_file_id)
        elif earlier:
            check.add("period_duplicate", lambda: self._say_overlap(check, earlier), fix=earlier.billing_file_id)
            if not context.is_correction:
                self._report_invoice(check, earlier.billing_file_id)

    def _report_invoice(self, check, file):
        """The same invoice may come in several files, or again as a correction; but not with the same devices again."""
        number = self.context.details.invoice.number
        if not number or file.name != number or self._invoice_reported:
            return
        # Once: the records say the rest.
        self._invoice_reported = True
        check.add(
            "invoice_duplicate",
            lambda: self.env._(
                "Line %(line)s: Xerox invoice %(number)s has already been imported from file “%(file)s”, with device "
                "%(serial)s. Open that file instead. If Xerox corrects it with this file, import the file as a "
                "correction.",
                number=clipped(number),
                file=clipped(file.file_name),
                **check.place,
            ),
            fix=file,
        )

    def _say_billed(self, check, earlier):
        return self.env._(
            "Line %(line)s: device %(serial)s has already been billed for this period by Xerox invoice "
            "%(invoice)s. If Xerox corrects it with this file, import the file as a correction.",
            invoice=earlier.billing_file_id.display_name,
            **check.place,
        )

    def _say_overlap(self, check, earlier):
        start, end = earlier.billed_period_start, earlier.billed_period_end
        days = days_in_common(start, end, self.context.period_start, self.context.period_end)
        values = check.place | {
            "days": days,
            "earlier": period_text(self.env, start, end),
            "invoice": earlier.billing_file_id.display_name,
        }
        if self.context.is_correction:
            return plural(
                days,
                self.env._(
                    "Line %(line)s: 1 day of this file's period has already been billed for device %(serial)s by Xerox "
                    "invoice %(invoice)s (%(earlier)s). A correction replaces records of its own period only: ask "
                    "Xerox for a correction of that period, or undo the import of %(invoice)s first.",
                    **values,
                ),
                self.env._(
                    "Line %(line)s: %(days)s days of this file's period have already been billed for device %(serial)s "
                    "by Xerox invoice %(invoice)s (%(earlier)s). A correction replaces records of its own period only: "
                    "ask Xerox for a correction of that period, or undo the import of %(invoice)s first.",
                    **values,
                ),
            )
        return plural(
            days,
            self.env._(
                "Line %(line)s: 1 day of this file's period has already been billed for device %(serial)s by Xerox "
                "invoice %(invoice)s (%(earlier)s). Ask Xerox for a file of the days that are not billed yet, or undo "
                "the import of %(invoice)s first.",
                **values,
            ),
            self.env._(
                "Line %(line)s: %(days)s days of this file's period have already been billed for device %(serial)s by "
                "Xerox invoice %(invoice)s (%(earlier)s). Ask Xerox for a file of the days that are not billed yet, or "
                "undo the import of %(invoice)s first.",
                **values,
            ),
        )

    def assignment(self, check):
        """Whether the device can be billed to its agreement in the file's period."""
        billable = self._check_removed(check)
        self._look_at_installation(check)
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

    def _look_at_installation(self, check):
        installed = check.device.early
        if not installed:
            return
        check.add(
            "device_not_installed",
            lambda: self.env._(
                "Line %(line)s: device %(serial)s was billed before it was installed (%(date)s). Correct that date, or "
                "dispute the record with Xerox.",
                date=format_date(self.env, installed),
                **check.place,
            ),
            fix=check.device.record,
        )

    def _check_running(self, check):
        agreement = check.device.agreement
        if agreement.runs:
            self._look_at_archived(check)
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

    def _look_at_archived(self, check):
        agreement = check.device.agreement
        if agreement.active:
            return
        check.add(
            "agreement_archived",
            lambda: self.env._(
                "Line %(line)s: agreement %(agreement)s of device %(serial)s is archived, so nothing recurring is "
                "billed on it. Unarchive it.",
                agreement=agreement.record.display_name,
                **check.place,
            ),
            fix=agreement.record,
        )

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
                agreement=agreement.record._xpps_number(),
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
            self.absent_counts[agreement.id] += 1
            self._report_absent(device, partner, agreement)

    def _report_absent(self, device, partner, agreement):
        self.context.findings.add(
            "device_absent",
            lambda: self.env._(
                "Device %(serial)s of %(customer)s is active on agreement %(agreement)s, but not in the file.",
                serial=device.name,
                customer=partner.display_name or "?",
                agreement=agreement._xpps_number(),
            ),
            fix=device,
            serial=device.name,
        )
