# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Everything a billing file's records are matched with, loaded once for the whole file."""


class Lookups:
    """Devices of the file's company, their past and their material codes.

    Nothing here queries per record of the file: each attribute is filled by a fixed number of queries.
    """

    def __init__(self, file, details, period_start, period_end):
        env = file.env
        company = file.company_id
        devices = env["stock.lot"].search(
            [
                ("is_xpps_device", "=", True),
                ("company_id", "=", company.id),
                ("xpps_serial_key", "in", list({record.serial_key for record in details.devices})),
            ]
        )
        # One read for all that the checks look at, instead of one for each field that is met first.
        devices.fetch(
            [
                "name",
                "product_id",
                "xpps_serial_key",
                "xpps_partner_id",
                "xpps_subscription_id",
                "xpps_subscription_line_id",
                "xpps_state",
                "xpps_removal_date",
            ]
        )
        self.devices = {device.xpps_serial_key: device for device in devices}
        self.subscriptions = devices.xpps_subscription_id
        self.materials = env["xpps.material.mapping"]._material_by_template(devices.product_id.product_tmpl_id, company)
        self.last_reads = env["stock.lot"]._xpps_last_reads(devices.ids, before=period_start)
        self.last_lines = env["xpps.billing.file.line"]._last_base_costs(devices, before=period_start)
        self.billed = self._already_billed(env, devices, period_start, period_end)
        self.absent = env["stock.lot"].search(
            [
                ("is_xpps_device", "=", True),
                ("company_id", "=", company.id),
                ("id", "not in", devices.ids),
                ("xpps_state", "=", "active"),
                ("xpps_subscription_id.stage_id.type", "=", "in_progress"),
                ("xpps_subscription_id.date_start", "<=", period_end),
                "|",
                ("xpps_install_date", "=", False),
                ("xpps_install_date", "<=", period_end),
            ]
        )

    @staticmethod
    def _already_billed(env, devices, period_start, period_end):
        """Devices with an imported record of the same period.

        :return: {stock.lot: xpps.billing.file}
        """
        lines = env["xpps.billing.file.line"].search_fetch(
            [
                ("device_id", "in", devices.ids),
                ("billing_file_id.state", "=", "imported"),
                "|",
                ("billing_file_id.period_start", "=", period_start),
                ("billing_file_id.period_end", "=", period_end),
            ],
            ["device_id", "billing_file_id"],
        )
        return {line.device_id: line.billing_file_id for line in lines}
