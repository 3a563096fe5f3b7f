# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Everything a billing file's records are matched with, loaded once for the whole file."""

from odoo.fields import Domain

from ..rules import beyond_border_domain, same_period_domain
from .assignments import expected_devices, set_assignments
from .difference import CYCLE
from .known_numbers import customer_numbers
from .manual_reads import ManualReads
from .near_devices import find_near_devices
from .snapshots import DEVICE_FIELDS, agreement_snapshots, device_snapshots


class Lookups:
    """Devices of the file's company, their past and their material codes.

    Nothing here queries per record of the file: each attribute is filled by a fixed number of queries.
    """

    def __init__(self, file, records, period_start, period_end):
        self.env = file.env
        self.company = file.company_id
        self.period_start = period_start
        self.period_end = period_end
        lots = self.env["stock.lot"]
        self._decided = file._decided_devices()
        keys = {record.serial_key for record in records}
        devices = lots.search(
            Domain("is_xpps_device", "=", True)
            & Domain("company_id", "=", self.company.id)
            & (Domain("xpps_serial_key", "in", list(keys)) | Domain("id", "in", list(self._decided.values())))
        )
        self.materials = self.env["xpps.material.mapping"]._material_by_template(
            devices.product_id.product_tmpl_id, self.company
        )
        # Most reads bill what is on their counter, too.
        shared = {}
        self.last_reads = lots._xpps_last_reads(devices.ids, before=period_start, shared=shared)
        self.last_billed = lots._xpps_last_reads(devices.ids, before=period_start, billed=True, shared=shared)
        del shared
        self.mean_pages = lots._xpps_mean_pages(devices.ids, before=period_start)
        self.last_base_costs = self.env["xpps.billing.file.line"]._last_base_costs(devices, before=period_start)
        self.billed, self.overlapping = self._billed_lines(devices)
        self.billed_later = self._billed_later()
        corrects = file.kind == "correction" and self.billed
        self.prior_reads = self._prior_reads(devices) if corrects else {}
        self.prior_charges = self._prior_charges()
        self.manual_reads = ManualReads(self.env, self.company, period_start, period_end)
        rows = devices.read(DEVICE_FIELDS, load=None)
        set_assignments(self.env, rows, period_start, period_end)
        agreement_ids = dict.fromkeys(row["xpps_subscription_id"] for row in rows if row["xpps_subscription_id"])
        self.subscriptions = devices.xpps_subscription_id.browse(agreement_ids).union(
            *(line.subscription_id for line in self.billed.values()),
            *(read.subscription_id for read in self.prior_reads.values()),
            *(charges.subscription_id for charges in self.prior_charges.values()),
        )
        self.agreements = agreement_snapshots(self.subscriptions, period_start, period_end)
        self.devices = device_snapshots(devices, rows, self.agreements)
        self.customer_numbers = self._customer_numbers(rows)
        self._by_id = {device.id: device for device in self.devices.values()} if self._decided else {}
        self.near = self._near(records, keys)

    def device_of(self, record):
        """:return: the DeviceSnapshot of a record: what somebody decided on, else that of its serial; or None"""
        decided = self._decided.get((record.sequence, record.serial))
        return self._by_id.get(decided) or self.devices.get(record.serial_key)

    def _customer_numbers(self, rows):
        """:return: {res.partner id: [number]} of all customers that a record may be compared with"""
        ids = {row["xpps_partner_id"] for row in rows if row["xpps_partner_id"]}
        partners = self.subscriptions.partner_id | self.env["res.partner"].browse(ids)
        return customer_numbers(partners.union(*(line.partner_id for line in self.billed.values())))

    def _near(self, records, keys):
        """:return: {serial key that nobody knows: the only stock.lot that it may mean}"""
        unknown = [record.serial_key for record in records if record.serial_key not in self.devices]
        unknown = [key for key in unknown if key]
        return find_near_devices(self.env, self.company, unknown, keys | self.devices.keys()) if unknown else {}

    def _billed_later(self):
        """:return: the ids of the agreements that were billed for a later period already"""
        later = self.env["xpps.billing.file"].search(
            [("company_id", "=", self.company.id), ("state", "=", "imported"), ("period_end", ">", self.period_end)]
        )
        groups = self.env["xpps.billing.file.line"]._read_group(
            [("billing_file_id", "in", later.ids), ("billed_period_end", "!=", False)], ["subscription_id"]
        )
        return {subscription.id for (subscription,) in groups}

    def _billed_lines(self, devices):
        """The live records of devices that were billed for days of the period already.

        :return: ({stock.lot id: xpps.billing.file.line} of the very period, which a correction replaces; the same of
            periods that overlap it, one a device)
        """
        lines = self.env["xpps.billing.file.line"].search_fetch(
            Domain("device_id", "in", devices.ids)
            & Domain("billed_period_end", "!=", False)
            & Domain("superseded_by_id", "=", False)
            & beyond_border_domain("billed_period_start", "billed_period_end", self.period_start, self.period_end),
            ["device_id", "billing_file_id", "billed_period_start", "billed_period_end"],
            order="billed_period_end desc, id",
        )
        same, overlapping = {}, {}
        # Of two that border on the period's ends, the one that ends with it counts as the same.
        for line in lines.sorted(lambda line: line.billed_period_end != self.period_end):
            ends = line.billed_period_start == self.period_start or line.billed_period_end == self.period_end
            found = same if ends and line.device_id.id not in same else overlapping
            found.setdefault(line.device_id.id, line)
        return same, overlapping

    def _prior_reads(self, devices):
        """The live reads of the period, that of the very same period end before one that only starts with it.

        :return: {(stock.lot id, output type): xpps.meter.read}
        """
        # Xerox's periods may share a border day, so both ends cannot be asked for.
        reads = self.env["xpps.meter.read"].search(
            Domain("device_id", "in", devices.ids)
            & Domain("superseded_by_id", "=", False)
            & Domain("origin", "=", "file")
            & same_period_domain(self.period_start, self.period_end)
        )
        ordered = reads.sorted(lambda read: read.period_end == self.period_end)
        return {(read.device_id.id, read.output_type): read for read in ordered}

    def _prior_charges(self):
        """The charges that led to the prior reads, the oldest first: Xerox may have corrected the period, too.

        :return: {xpps.meter.read id: sale.subscription.charge}
        """
        reads = self.env["xpps.meter.read"]
        prior_ids = {read.id: read.id for read in self.prior_reads.values()}
        layer = list(prior_ids)
        while layer:
            replaced = reads.search([("superseded_by_id", "in", layer)])
            prior_ids |= {read.id: prior_ids[read.superseded_by_id.id] for read in replaced}
            layer = replaced.ids
        charges = self.env["sale.subscription.charge"].search(
            # What a cycle charges hangs on the last of its reads, and is corrected with the cycle.
            [("meter_read_id", "in", list(prior_ids)), ("kind", "!=", CYCLE)],
            order="id",
        )
        return charges.grouped(lambda charge: prior_ids[charge.meter_read_id.id])

    def absent_devices(self):
        """Devices that were on an agreement that runs in the period and that the file does not name.

        :return: [(stock.lot, res.partner, sale.subscription)]
        """
        named = [device.id for device in self.devices.values()]
        return expected_devices(self.env, self.company, self.period_start, self.period_end, named)
