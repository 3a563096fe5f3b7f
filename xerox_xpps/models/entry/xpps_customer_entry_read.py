# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ...billing_file import OUTPUT_TYPES
from ...common.locking import claim
from ...common.today import company_today
from ...rules import CUSTOMER_ORIGIN, counter_of, usual_pages

#: Output types that are asked of a device which was never read.
USUAL_TYPES = ("mono", "color")


class XppsCustomerEntry(models.Model):
    """Reads that customers enter: ``rules.customer_read`` says what they are good for."""

    _inherit = "xpps.customer.entry"

    read_ids = fields.One2many("xpps.meter.read", "customer_entry_id", string="Reads", readonly=True)
    counters = fields.Json(string="Counters by Output Type", readonly=True)
    counter_text = fields.Char(string="Counters", compute="_compute_counter_text")
    doubt = fields.Text(readonly=True, help="What the customer was asked about the read, and confirmed.")
    discarded_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends("counters")
    @api.depends_context("lang")
    def _compute_counter_text(self):
        labels = dict(self.env["xpps.meter.read"]._fields["output_type"]._description_selection(self.env))
        for entry in self:
            counters = entry.counters or {}
            texts = [
                self.env._("%(type)s %(counter)s", type=labels[one], counter=self._pages_text(counters[one]))
                for one in OUTPUT_TYPES
                if one in counters
            ]
            entry.counter_text = ", ".join(texts) or False

    @api.model
    def _output_names(self, device):
        """As its customer knows them."""
        # Customers have no right to what the company decides.
        return self.env["xpps.output.name"].sudo()._by_output_type(device.sudo().company_id)

    def _pages_text(self, pages):
        return formatLang(self.env, pages, digits=0)

    @api.model
    def _asked_types(self, device):
        """The output types whose counters are asked: those that the device was ever read of.

        :return: {output type: (date, counter) of the last read, None where there is none}
        """
        # The last read may be of an earlier customer: the meter shows more than that.
        known = {one: read[:2] for (_id, one), read in device.sudo()._xpps_last_reads(device.ids).items()}
        return {one: known.get(one) for one in OUTPUT_TYPES if one in (known or USUAL_TYPES)}

    @api.model
    def _enter_read(self, device, source, typed, photo=None, confirmed=False):
        """Keep what a customer says that the counters of a device show today.

        :param device: stock.lot, one that whoever enters it may see, or whose label he has
        :param typed: {output type: text}; what is empty is not stated
        :param confirmed: whether the customer was asked what is doubtful, and says that it is right
        :return: (the entry, in sudo; what is to be asked first, str). One of them is empty
        :raises UserError: when the reseller takes no reads, or there is something wrong with them
        """
        # Customers have no right to what the company decides, nor to all reads of the device.
        device = device.sudo()
        if not device._xpps_takes_reads():
            raise UserError(self.env._("Reads are not entered here."))
        # Two at once would each be the last of the day. Nobody else comes to this row often.
        claim(device)
        self._check_free(device, "read", source)
        asked = self._asked_types(device)
        names = self._output_names(device)
        counters = self._counters(asked, typed, names)
        self._check_not_below(asked, counters, names)
        doubt = self._doubt(device, asked, counters) or self._earlier_doubt(device, counters, names)
        if doubt and not confirmed:
            return self.browse(), doubt
        entry = self._add("read", device, source, photo, counters=counters, doubt=doubt or False)
        self.env["xpps.meter.read"]._note(CUSTOMER_ORIGIN, device, entry.date, counters, customer_entry_id=entry.id)
        told = entry._in_language_of(entry._responsible())
        told._post(told.env._("Read entered by the customer: %s", told.counter_text))
        return entry, ""

    def _counters(self, asked, typed, names):
        """:return: {output type: counter} of what was typed"""
        counters = {}
        for output_type in asked:
            text = (typed.get(output_type) or "").strip()
            if not text:
                continue
            counter = counter_of(text)
            if counter is None:
                raise UserError(
                    self.env._(
                        "%(type)s: “%(text)s” is not a counter. Enter the number that the device shows.",
                        type=names[output_type],
                        text=text[:40],
                    )
                )
            counters[output_type] = counter
        if not counters:
            raise UserError(self.env._("Enter at least one counter."))
        return counters

    def _check_not_below(self, asked, counters, names):
        """:raises UserError: when a meter would have run backwards"""
        for output_type, counter in counters.items():
            if not asked[output_type]:
                continue
            date, last = asked[output_type]
            if counter < last:
                raise UserError(
                    self.env._(
                        "%(type)s: %(counter)s is below the last read, which was %(last)s on %(date)s. Look at the "
                        "counter again.",
                        type=names[output_type],
                        counter=self._pages_text(counter),
                        last=self._pages_text(last),
                        date=format_date(self.env, date),
                    )
                )

    def _doubt(self, device, asked, counters):
        """:return: what the customer is asked about a read that may be wrong; empty if nothing"""
        today = company_today(device.company_id)
        reads = [(counter, asked[one]) for one, counter in counters.items() if asked[one]]
        pages = sum(counter - last for counter, (_date, last) in reads)
        since = min((date for _counter, (date, _last) in reads), default=None)
        mean = device._xpps_mean_pages(device.ids, today).get(device.id)
        usual = usual_pages(mean, device.company_id.xpps_usage_spike_percent, since, today)
        if since and pages > usual:
            return self.env._(
                "These are %(pages)s pages since %(date)s, far more than usual. Are the counters right?",
                pages=self._pages_text(pages),
                date=format_date(self.env, since),
            )
        return ""

    def _earlier_doubt(self, device, counters, names):
        """Of reads that a customer entered before, nobody knows that they were right."""
        # Reads that somebody else entered count, too.
        reads = self.env["xpps.meter.read"].sudo()
        earlier = reads._read_group(
            [
                ("device_id", "=", device.id),
                ("origin", "=", CUSTOMER_ORIGIN),
                ("superseded_by_id", "=", False),
                ("output_type", "in", list(counters)),
            ],
            ["output_type"],
            ["current_read:max"],
        )
        for output_type, last in earlier:
            if counters[output_type] < last:
                return self.env._(
                    "%(type)s: %(last)s was entered before, which is more. Are the counters right?",
                    type=names[output_type],
                    last=self._pages_text(last),
                )
        return ""

    def _post(self, text):
        """Say something of the entry on its device."""
        self.device_id.message_post(body=self._link(text), author_id=self._author().id)

    def action_discard(self):
        """Take back reads that a customer entered. The entry stays, and says who discarded them."""
        self.check_access("read")
        # Whoever may note the reads of devices may discard these.
        self.device_id.check_access("write")
        for entry in self.filtered("read_ids"):
            # Only the program writes reads and entries.
            entry.sudo()._discard_reads()
            entry.sudo().discarded_by_id = self.env.user
            entry.device_id.message_post(body=self.env._("Read of the customer discarded: %s", entry.counter_text))
        return True

    def _discard_reads(self):
        """Delete the reads. An earlier one of the day takes the place of the last one."""
        for read in self.read_ids:
            earlier = self.env["xpps.meter.read"].search([("superseded_by_id", "=", read.id)])
            if read.superseded_by_id:
                earlier.superseded_by_id = read.superseded_by_id
                read.unlink()
            else:
                # There is one live read a day and type: this one goes first.
                earlier.superseded_by_id = earlier
                earlier.flush_recordset()
                read.unlink()
                earlier.superseded_by_id = False
