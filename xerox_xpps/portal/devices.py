# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The list of devices: found, sorted and shown a page at a time, however many there are."""

from odoo.fields import Domain
from odoo.tools import format_date

from ..billing_file import serial_key
from .pages import DeviceRow


class DeviceSearch:
    """Devices of the user, with a number of queries that does not depend on how many there are.

    :param filterby, sortby, search_in: keys of ``filters``, ``sortings`` and ``inputs``; others count as the first
    :param search: a text, or nothing
    :param agreement: the sale.subscription whose devices are asked for; empty for those of all
    """

    def __init__(self, env, filterby=None, sortby=None, search="", search_in=None, agreement=None):
        self.env = env
        self.filterby = filterby if filterby in self.filters() else next(iter(self.filters()))
        self.sortby = sortby if sortby in self.sortings() else next(iter(self.sortings()))
        self.search_in = search_in if search_in in self.inputs() else next(iter(self.inputs()))
        self.search = (search or "").strip()
        self.agreement = env["sale.subscription"] if agreement is None else agreement

    def filters(self):
        return {
            "active": {"label": self.env._("In use"), "domain": Domain("xpps_state", "=", "active")},
            "removed": {"label": self.env._("Removed"), "domain": Domain("xpps_state", "=", "removed")},
            "all": {"label": self.env._("All"), "domain": Domain.TRUE},
        }

    def sortings(self):
        return {
            "serial": {"label": self.env._("Serial Number"), "order": "name, id"},
            "model": {"label": self.env._("Model"), "order": "product_id, name, id"},
            "place": {"label": self.env._("Place"), "order": "xpps_location, name, id"},
            "installed": {"label": self.env._("Newest"), "order": "xpps_install_date desc nulls last, name, id"},
        }

    def inputs(self):
        return {
            "all": {"input": "all", "label": self.env._("Search in all")},
            "serial": {"input": "serial", "label": self.env._("Search in serial numbers")},
            "model": {"input": "model", "label": self.env._("Search in models")},
            "place": {"input": "place", "label": self.env._("Search in places")},
        }

    def domain(self):
        own = self.env.user._xpps_portal_device_domain() & self.filters()[self.filterby]["domain"]
        if self.agreement:
            own &= Domain("xpps_subscription_id", "=", self.agreement.id)
        if not self.search:
            return own
        # Models and addresses are on the page, though portal users have no right to them.
        found = {
            "serial": Domain("name", "ilike", self.search)
            | Domain("xpps_serial_key", "ilike", serial_key(self.search))
            | Domain("xpps_asset_number", "ilike", self.search),
            "model": Domain("product_id", "any!", [("name", "ilike", self.search)]),
            "place": Domain("xpps_location", "ilike", self.search)
            | Domain("xpps_partner_id", "any!", [("name", "ilike", self.search)]),
        }
        return own & (Domain.OR(found.values()) if self.search_in == "all" else found[self.search_in])

    def count(self):
        return self.env["stock.lot"].search_count(self.domain())

    def rows(self, offset, limit):
        """:return: [DeviceRow]"""
        order = self.sortings()[self.sortby]["order"]
        devices = self.env["stock.lot"].search(self.domain(), order=order, offset=offset, limit=limit)
        last = self._last_reads(devices)
        return [
            DeviceRow(
                id=device.id,
                serial=device.name,
                model=device.product_id.name or "",
                place=place_of(device),
                agreement=device.xpps_subscription_id._xpps_number() or "",
                last_read=format_date(self.env, last.get(device.id)) or "",
                is_removed=device.xpps_state == "removed",
            )
            # Names of models, sites and agreements of devices that the user sees.
            for device in devices.sudo()
        ]

    def _last_reads(self, devices):
        """:return: {id: the day of the last read that the user sees}; of a read without a day, the end of its period"""
        live = Domain("device_id", "in", devices.ids) & Domain("superseded_by_id", "=", False)
        last = {}
        for domain, day in (
            (Domain("read_date", "!=", False), "read_date:max"),
            (Domain("read_date", "=", False), "period_end:max"),
        ):
            for device, found in self.env["xpps.meter.read"]._read_group(live & domain, ["device_id"], [day]):
                last[device.id] = max(found, last.get(device.id, found))
        return last


def place_of(device):
    """Where a device is: its place, and the address where that is not the customer's own. As superuser."""
    customer = device.xpps_partner_id
    site = customer.name if customer != customer.commercial_partner_id else ""
    return ", ".join(filter(None, (device.xpps_location, site)))
