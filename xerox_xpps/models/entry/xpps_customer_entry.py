# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...common.today import company_today
from .photo import read_photo

PROBLEM_ACTIVITY = "xerox_xpps.mail_activity_customer_problem"
#: How many entries of a kind a device takes, by the portal and by its label each: {time: number}.
LIMITS = {timedelta(hours=1): 5, timedelta(days=1): 15}
#: Characters of what somebody writes.
MAX_TEXT = 2000
MAX_CONTACT = 200


class XppsCustomerEntry(models.Model):
    """What a customer entered about a device: a read, or a problem.

    Entries are made by the program as superuser, for portal users who see the device, and for whoever stands before it
    and scans its label. They are kept as they came; what was made of them - reads, a message, an activity or a ticket -
    goes its own way.
    """

    _name = "xpps.customer.entry"
    _description = "XPPS Customer Entry"
    _inherit = ["xpps.guard"]
    _order = "create_date desc, id desc"
    _rec_name = "device_id"
    _check_company_auto = True

    kind = fields.Selection([("read", "Read"), ("problem", "Problem")], required=True, readonly=True)
    device_id = fields.Many2one(
        "stock.lot", required=True, readonly=True, ondelete="cascade", check_company=True, index=True
    )
    product_id = fields.Many2one(related="device_id.product_id", string="Printer Model")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        help="The customer who had the device.",
    )
    source = fields.Selection(
        [("portal", "Portal"), ("label", "Label")],
        required=True,
        readonly=True,
        help="In the portal customers log in. The label of a device is for whoever stands before it.",
    )
    user_id = fields.Many2one("res.users", string="Entered By", readonly=True, help="Empty for entries by the label.")
    date = fields.Date(required=True, readonly=True)
    topic = fields.Selection(
        [("repair", "It does not work"), ("supplies", "Toner or other supplies"), ("other", "Something else")],
        readonly=True,
    )
    text = fields.Text(readonly=True)
    contact = fields.Char(readonly=True, help="How whoever scanned the label wants to be reached.")
    photo = fields.Image(readonly=True)

    _recent_idx = models.Index("(device_id, create_date)")

    @api.model
    def _check_free(self, device, kind, source):
        """:raises UserError: when a device is not serviced, or has had enough entries for now"""
        if device.xpps_state != "active":
            raise UserError(self.env._("This device is no longer serviced."))
        now = self.env.cr.now()
        for time, limit in LIMITS.items():
            domain = [
                ("device_id", "=", device.id),
                ("kind", "=", kind),
                ("source", "=", source),
                ("create_date", ">", now - time),
            ]
            # Entries of others than the one who enters count, too.
            if self.sudo().search_count(domain, limit=limit) >= limit:
                raise UserError(self.env._("There are several new entries about this device already. Try again later."))

    @api.model
    def _add(self, kind, device, source, photo=None, **values):
        """Keep an entry.

        :param device: stock.lot, one that whoever enters it may see, or whose label he has
        :param photo: the upload, a binary file
        :raises UserError: when the photo is none
        :return: the entry, in sudo
        """
        picture = read_photo(self.env, photo)
        # Whose device it is follows from what its customer need not see. He has no right to entries, either.
        device, entries = device.sudo(), self.sudo()
        return entries.create(
            {
                "kind": kind,
                "device_id": device.id,
                "company_id": device.company_id.id,
                "partner_id": device.xpps_partner_id.id or device.xpps_subscription_id.partner_id.id,
                "source": source,
                "user_id": self.env.uid if source == "portal" else False,
                "date": company_today(device.company_id),
                "photo": base64.b64encode(picture) if picture else False,
                **values,
            }
        )

    @api.model
    def _report_problem(self, device, source, topic, text, contact="", photo=None):
        """Keep a problem that somebody reports, and tell the reseller.

        :param topic: one of the selection
        :raises UserError: when nothing is said, or the device takes no more reports for now
        :return: the entry, in sudo
        """
        text, contact = text.strip(), contact.strip()
        if not text:
            raise UserError(self.env._("Describe the problem in a few words."))
        if len(text) > MAX_TEXT or len(contact) > MAX_CONTACT:
            raise UserError(self.env._("This text is too long. Use up to %s characters.", MAX_TEXT))
        if topic not in dict(self._fields["topic"].selection):
            raise UserError(self.env._("Choose what it is about."))
        self._check_free(device, "problem", source)
        entry = self._add("problem", device, source, photo, topic=topic, text=text, contact=contact or False)
        entry._tell_reseller()
        return entry

    def _tell_reseller(self):
        """Tell the one who looks after the device: a message on it, and an activity."""
        user = self._responsible()
        entry = self._in_language_of(user)
        device, message = entry.device_id, entry._message()
        device.message_post(body=message, author_id=entry._author().id)
        if user and self.env.ref(PROBLEM_ACTIVITY, raise_if_not_found=False):
            device.activity_schedule(PROBLEM_ACTIVITY, self.date, user_id=user.id, note=message)

    def _responsible(self):
        """:return: the user who looks after a device, empty if nobody may"""
        user = self.device_id.xpps_subscription_id.user_id
        return self.env["xpps.reminder"]._reminded(self.company_id, user)

    def _author(self):
        """Who a message on the device is from: by the label, nobody is known."""
        return self.user_id.partner_id or self.env.ref("base.partner_root")

    def _in_language_of(self, user):
        return self.with_context(lang=user.lang or self.company_id.partner_id.lang)

    def _message(self):
        """:return: what the entry says, as HTML"""
        self.ensure_one()
        topic = dict(self._fields["topic"]._description_selection(self.env))[self.topic]
        parts = [
            Markup("<p><b>%s</b> %s</p>") % (self.env._("Problem reported:"), topic),
            plaintext2html(self.text),
            Markup("<p>%s</p>") % self._source_text(),
        ]
        if self.contact:
            parts.append(Markup("<p>%s</p>") % self.env._("To be reached by: %s", self.contact))
        if self.photo:
            parts.append(self._link(self.env._("See the photo")))
        return Markup().join(parts)

    def _source_text(self):
        if self.source == "label":
            return self.env._("Entered by the code on the label of the device.")
        return self.env._("Entered in the portal by %s.", self.user_id.name)

    def _link(self, text):
        return Markup('<p><a href="/odoo/xpps-customer-entries/%s">%s</a></p>') % (self.id, text)

    def action_open_device(self):
        self.ensure_one()
        self.check_access("read")
        self.device_id.check_access("read")
        return self.device_id._xpps_form_action()
