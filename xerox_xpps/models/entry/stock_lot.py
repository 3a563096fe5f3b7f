# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import consteq

from ...common.constants import BILLING_GROUP, USER_GROUP

#: Where the code of a label leads to; the token comes after it.
LABEL_ROOT = "/xpps/d/"
#: Characters of the part of a token by which the device is found, and of that which is compared. 6 bits each.
KEY_LENGTH = 10
SECRET_LENGTH = 22
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{KEY_LENGTH + SECRET_LENGTH}}}")


class StockLot(models.Model):
    """The label on a device: whoever scans its code may report a problem or enter a read, without logging in.

    A token is random and belongs to one device. It has a part by which the device is found, and a part that is compared
    in constant time, so that nobody learns a token by how long the answer takes. It stays readable in the database, as
    a label that was lost is printed again.
    """

    _inherit = "stock.lot"

    xpps_label_key = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    xpps_label_secret = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    xpps_customer_entry_ids = fields.One2many(
        "xpps.customer.entry", "device_id", string="Customer Entries", readonly=True, groups=USER_GROUP
    )

    _xpps_label_uniq = models.UniqueIndex(
        "(xpps_label_key) WHERE xpps_label_key IS NOT NULL", "Another device has this label code."
    )

    def _xpps_takes_reads(self):
        """Whether the reseller lets customers enter reads of the device."""
        # Customers have no right to what the company decides.
        return self.sudo().company_id.xpps_customer_reads

    def _xpps_make_label_tokens(self):
        """Give devices new tokens: labels that are there become void."""
        # Tokens are nobody's to read or write.
        for device in self.sudo():
            device.xpps_label_key = secrets.token_urlsafe(16)[:KEY_LENGTH]
            device.xpps_label_secret = secrets.token_urlsafe(SECRET_LENGTH)[:SECRET_LENGTH]

    def _xpps_label_url(self):
        """Where the code of the label leads to; the device has a token."""
        self.ensure_one()
        # Whoever prints the label learns the token by it.
        device = self.sudo()
        return f"{device.get_base_url()}{LABEL_ROOT}{device.xpps_label_key}{device.xpps_label_secret}"

    @api.model
    def _xpps_of_label(self, token):
        """:return: the device of a token, in sudo; empty if no label has it"""
        # Whoever has the token need not be known.
        devices = self.sudo()
        if not _TOKEN.fullmatch(token):
            return devices.browse()
        key, secret = token[:KEY_LENGTH], token[KEY_LENGTH:]
        device = devices.search([("xpps_label_key", "=", key), ("is_xpps_device", "=", True)], limit=1)
        # Compared in any case, so that an unknown one takes as long.
        if not consteq(device.xpps_label_secret or "-" * SECRET_LENGTH, secret) or not device:
            return device.browse()
        return device

    def action_xpps_new_label_code(self):
        """Void the labels of devices, as when one was lost: new ones are to be printed."""
        self.check_access("write")
        devices = self.filtered("is_xpps_device")
        if not self.env.user.has_group(BILLING_GROUP):
            raise AccessError(self.env._("Only billing users can void the labels of devices."))
        devices._xpps_make_label_tokens()
        for device in devices:
            device.message_post(body=self.env._("New label code: labels that were printed before are void."))
        return True
