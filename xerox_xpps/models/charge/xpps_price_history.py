# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager

from odoo import api, fields, models


class XppsPriceHistory(models.AbstractModel):
    """Prices of an agreement: whoever makes, changes or deletes one leaves an ``xpps.charge.change``.

    Nothing that a client sends along keeps it from doing so.
    """

    _name = "xpps.price.history"
    _description = "XPPS Price History"

    #: What is kept of a record that comes or goes, and the value at which it is not: {field: value}.
    _xpps_price_unset = {}
    #: What is kept besides, when it is changed.
    _xpps_price_terms = ()

    change_reason = fields.Char(
        string="Reason of the Change", store=False, help="Stored with the changes that are saved together with it."
    )

    def _xpps_change_subject(self):
        """What a change of the record says of it: values of ``xpps.charge.change``."""
        raise NotImplementedError

    def _xpps_priced(self):
        """Those of the records whose changes are kept."""
        return self

    def _xpps_price_fields(self):
        """:return: the names of the fields whose changes are kept of the record"""
        return [*self._xpps_price_unset, *self._xpps_price_terms]

    @api.model
    def _xpps_take_reason(self, vals):
        """:return: the values without the reason of the change, and the reason, or None"""
        reason = vals.get("change_reason")
        vals = {name: value for name, value in vals.items() if name != "change_reason"}
        return vals, (str(reason).strip() or None if reason else None)

    @api.model_create_multi
    def create(self, vals_list):
        pairs = [self._xpps_take_reason(vals) for vals in vals_list]
        records = super().create([vals for vals, _reason in pairs])
        records._xpps_note_all("created", [reason for _vals, reason in pairs])
        return records

    def write(self, vals):
        vals, reason = self._xpps_take_reason(vals)
        if vals.keys().isdisjoint({*self._xpps_price_unset, *self._xpps_price_terms}):
            return super().write(vals)
        with self._xpps_noting(reason):
            return super().write(vals)

    def unlink(self):
        self._xpps_note_all("deleted")
        return super().unlink()

    def _xpps_create_unnoted(self, vals_list):
        """Create records whose origin is kept elsewhere."""
        return super().create(vals_list)

    def _xpps_write_unnoted(self, vals):
        """Write what is kept elsewhere."""
        return super().write(vals)

    @contextmanager
    def _xpps_noting(self, reason=None):
        """Note what becomes of the prices of these records meanwhile."""
        # What is changed is kept, whatever the user may see of it.
        records = self.sudo()
        before = {record: {name: record[name] for name in record._xpps_price_fields()} for record in records}
        priced = records._xpps_priced()
        yield
        changes = self.env["xpps.charge.change"]
        noted = []
        for record in priced | records._xpps_priced():
            old = before[record]
            # What follows something else from now on, or did so before, is not compared: nobody typed it.
            for name in filter(old.__contains__, record._xpps_price_fields()):
                if old[name] != record[name]:
                    texts = changes._text(record, name, old[name]), changes._text(record, name, record[name])
                    noted.append((record, name, *texts, reason))
        changes._note(noted)

    def _xpps_note_all(self, kind, reasons=()):
        """Note that records come or go, and at which prices; ``reasons`` are in their order."""
        changes = self.env["xpps.charge.change"]
        values_list = []
        reasons = dict(zip(self.ids, reasons, strict=False))
        # As above.
        for record in self.sudo()._xpps_priced():
            subject = record._xpps_change_subject() | {"kind": kind, "reason": reasons.get(record.id)}
            side = "new_value" if kind == "created" else "old_value"
            values_list += [
                subject | {"field_name": name, side: changes._text(record, name, record[name])}
                for name in record._xpps_price_fields()
                if name in self._xpps_price_unset and record[name] != self._xpps_price_unset[name]
            ]
        changes._note_values(values_list)
