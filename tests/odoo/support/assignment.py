# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Devices that go from one agreement to another, for tests that look into their histories."""

from .importing import ImportCase


class AssignmentCase(ImportCase):
    """``other`` is an agreement of another customer, with ``other_line`` for its base price."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._agreement(partner_id=cls._partner("XPPS Other Customer").id)
        cls.other_line = cls.other.sale_subscription_line_ids

    def _history(self, device=None):
        """[(agreement, from, until)] of a device, the earliest first; the database says it, too."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = (device or self.device).xpps_assignment_ids.sorted(lambda row: str(row.date_from or ""))
        return [
            (row.subscription_id, row.date_from and str(row.date_from), row.date_to and str(row.date_to))
            for row in rows
        ]

    def _give(self, agreement, device=None, **values):
        """Change the agreement on the device itself."""
        (device or self.device).write(
            {
                "xpps_partner_id": agreement.partner_id.id,
                "xpps_subscription_id": agreement.id,
                "xpps_subscription_line_id": agreement.sale_subscription_line_ids[:1].id,
                **values,
            }
        )

    def _assign(self, agreement, date_from=False, date_to=False, device=None, **values):
        return self.env["xpps.device.assignment"].create(
            {
                "device_id": (device or self.device).id,
                "partner_id": agreement.partner_id.id,
                "subscription_id": agreement.id,
                "subscription_line_id": agreement.sale_subscription_line_ids[:1].id,
                "date_from": date_from,
                "date_to": date_to,
                **values,
            }
        )

    def assertInStep(self, device=None):
        """The device says what its last assignment does."""
        device = device or self.device
        last = device.xpps_assignment_ids.sorted(lambda row: str(row.date_from or ""))[-1:]
        self.assertEqual(
            (
                device.xpps_partner_id,
                device.xpps_subscription_id,
                device.xpps_subscription_line_id,
                device.xpps_location,
                device.xpps_install_date,
                device.xpps_removal_date,
            ),
            (
                last.partner_id,
                last.subscription_id,
                last.subscription_line_id,
                last.location,
                last.date_from,
                last.date_to,
            ),
        )
