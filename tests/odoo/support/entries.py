# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers enter: in the portal, and by the label of a device."""

import io

from PIL import Image

from .portal import Customers
from .usage import UsageCase


def jpeg(width=64, height=48, color="red", **options):
    """A photo, in bytes."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), color).save(stream, "JPEG", **options)
    return stream.getvalue()


def png(width=64, height=48, mode="RGB", **options):
    stream = io.BytesIO()
    Image.new(mode, (width, height)).save(stream, "PNG", **options)
    return stream.getvalue()


class EntryCase(Customers, UsageCase):
    """``portal`` is a contact of the customer, who has SN-1; ``other_portal`` of another one, who has SN-2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.xpps_customer_reads = True
        cls.other_customer = cls._partner("XPPS Test Neighbour")
        cls.neighbours = cls._device("SN-2", cls._agreement(partner_id=cls.other_customer.id))
        cls.portal = cls._portal_contact(cls.customer, "xpps_test_portal")
        cls.other_portal = cls._portal_contact(cls.other_customer, "xpps_test_other_portal")
        cls.entries = cls.env["xpps.customer.entry"]

    def _enter(self, device=None, confirmed=True, **counters):
        """:return: the entry of a read by the portal user"""
        device = self.device if device is None else device
        entries = self.entries.with_user(self.portal)
        entry, _doubt = entries._enter_read(device, "portal", counters, confirmed=confirmed)
        return entry

    def _reads(self, device=None, **domain):
        device = self.device if device is None else device
        conditions = [(name, "=", value) for name, value in domain.items()]
        return self.env["xpps.meter.read"].search([("device_id", "=", device.id), *conditions], order="id")
