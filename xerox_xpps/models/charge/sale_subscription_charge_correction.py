# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...common.constants import BILLING_GROUP
from ...common.window_actions import open_records
from .sale_subscription_charge_invoicing import DOCUMENTS

#: What a clerk may correct before the charge is invoiced, saying why.
CORRECTABLE = ("name", "quantity", "unit_price", "billable", "subscription_id")
#: What Xerox's file says of a charge. Of one that was made by hand its maker does, until it is approved.
FACTS = ("product_id", "device_id", "output_type", "period_start", "period_end", "unit_cost")


class SaleSubscriptionCharge(models.Model):
    """What a clerk may change of charges, and what becomes known of it.

    Each correction has a reason, and is kept as ``xpps.charge.change`` and in the agreement's chatter.
    """

    _inherit = "sale.subscription.charge"

    reason = fields.Char(
        help="Why the charge was last corrected or rejected. Earlier reasons are stored with the changes.",
        copy=False,
    )
    change_count = fields.Integer(compute="_compute_change_count", groups=BILLING_GROUP)

    def _compute_change_count(self):
        counts = dict(
            self.env["xpps.charge.change"]._read_group([("charge_id", "in", self.ids)], ["charge_id"], ["__count"])
        )
        for charge in self:
            charge.change_count = counts.get(charge, 0)

    def write(self, vals):
        self.check_access("write")
        for name in vals.keys() & self._fields.keys():
            self._check_field_access(self._fields[name], "write")
        if DOCUMENTS.issuperset(vals):
            return super().write(vals)
        self._check_by_hand(vals)
        self._check_not_invoiced()
        # An order must not bill what the charge was before; a clerk may correct it without rights on orders.
        self.sudo()._release_from_orders()
        corrections = self._corrections(vals)
        reason = str(vals.get("reason") or "").strip()
        if corrections and not reason:
            raise UserError(self.env._("Enter a reason together with the new values of the charge."))
        if "reason" in vals and not corrections and not self.env.su:
            raise UserError(
                self.env._(
                    "A reason must be entered together with the change that it explains: enter it with the new "
                    "values, or press Reject and enter the reason there."
                )
            )
        if "subscription_id" in vals:
            self._check_move(self.env["sale.subscription"].browse(vals["subscription_id"]))
        origins = {charge: charge.subscription_id for charge in corrections}
        self.env["xpps.charge.change"]._note_values(
            [values for charge, changes in corrections.items() for values in charge._prepare_changes(changes, reason)]
        )
        corrected = self.browse(charge.id for charge in corrections)
        if corrections:
            # The reason of an earlier correction stays on charges that keep their values.
            others = {name: value for name, value in vals.items() if name != "reason"}
            super(SaleSubscriptionCharge, self - corrected).write(others)
        result = super(SaleSubscriptionCharge, corrected or self).write(vals)
        for charge, changes in corrections.items():
            charge._log_correction(changes, origins[charge])
        return result

    def unlink(self):
        # What goes with the import of a file is kept with that.
        manual = self.filtered("is_manual")
        self.env["xpps.charge.change"]._note_values(
            [
                charge._xpps_change_subject()
                | {"kind": "deleted", "field_name": name, "old_value": charge._change_text(name, charge[name])}
                for charge in manual
                for name in ("quantity", "unit_price", "subscription_id")
            ]
        )
        return super().unlink()

    def _check_by_hand(self, vals):
        """Only the program says again what Xerox's file said, or what was approved.

        :raises AccessError: when the user would do so
        """
        if self.env.su or not set(vals).intersection(FACTS):
            return
        for charge in self:
            names = {"charge": charge.name, "device": charge.device_id.name or "–"}
            if not charge.is_manual:
                raise AccessError(
                    self.env._(
                        "Charge “%(charge)s” of device %(device)s was created from Xerox's file: its material code, "
                        "device, output type, period and unit cost cannot be changed. Its description, pages, price, "
                        "agreement, and whether it is billable can be corrected.",
                        **names,
                    )
                )
            if charge.state != "draft":
                raise UserError(
                    self.env._(
                        "“%(charge)s” of device %(device)s was approved or rejected. Set it back to “To Approve” "
                        "first.",
                        **names,
                    )
                )

    def _check_move(self, agreement):
        """A charge may go to another agreement that bills it just so: for the same pages at the same price.

        :raises UserError: when ``agreement`` cannot
        """
        for charge in self:
            if charge.subscription_id == agreement:
                continue
            names = {"charge": charge.name, "agreement": agreement.display_name or "–"}
            if not agreement.is_xpps or agreement.is_xpps_master or agreement.stage_type != "in_progress":
                raise UserError(
                    self.env._(
                        "“%(charge)s” cannot be moved to %(agreement)s because it is not a running XPPS agreement. "
                        "Choose one that is running.",
                        **names,
                    )
                )
            if agreement.company_id != charge.company_id:
                raise UserError(
                    self.env._(
                        "“%(charge)s” cannot be moved to %(agreement)s because it is an agreement of another company.",
                        **names,
                    )
                )
            if agreement.currency_id != charge.currency_id:
                raise UserError(
                    self.env._(
                        "“%(charge)s” is in %(currency)s and cannot be moved to %(agreement)s, which is billed in "
                        "%(other)s. Reject it, and charge the pages on that agreement.",
                        currency=charge.currency_id.name,
                        other=agreement.currency_id.name,
                        **names,
                    )
                )

    def _corrections(self, vals):
        """:return: {charge: [(field name, old value, new value)]} for the charges that ``vals`` really changes"""
        corrections = {}
        names = [name for name in (*CORRECTABLE, *FACTS) if name in vals]
        # Whoever may correct a charge may say what it costs only if he sees that; the guard looks after it.
        for charge in self.sudo() if names else ():
            changes = []
            for name in names:
                field = self._fields[name]
                new = field.convert_to_record(field.convert_to_cache(vals[name], charge), charge)
                if charge[name] != new:
                    changes.append((name, charge[name], new))
            if changes:
                corrections[charge.with_env(self.env)] = changes
        return corrections

    def _change_text(self, name, value):
        return self.env["xpps.charge.change"]._text(self, name, value)

    def _xpps_change_subject(self):
        """What a change of the charge says of it: values of ``xpps.charge.change``."""
        self.ensure_one()
        return {
            "subject": "charge",
            "charge_id": self.id,
            "subscription_id": self.subscription_id.id,
            "agreement_name": self.subscription_id.name,
            "company_id": self.company_id.id,
            "name": self.name,
            "serial": self.device_id.name,
        }

    def _prepare_changes(self, changes, reason):
        """:return: [values of xpps.charge.change] of a correction, before it is made"""
        subject = self._xpps_change_subject()
        return [
            subject
            | {
                "field_name": name,
                "old_value": self._change_text(name, old),
                "new_value": self._change_text(name, new),
                "reason": reason,
            }
            for name, old, new in changes
        ]

    def _log_correction(self, changes, origin):
        """Track a correction where the whole agreement is followed: in its chatter.

        :param origin: the agreement that the charge was on; it gets to know of a move, too
        """
        items = Markup().join(
            Markup("<li>%s: %s → %s</li>")
            % (
                self._fields[name]._description_string(self.env),
                self._change_text(name, old) or "–",
                self._change_text(name, new) or "–",
            )
            for name, old, new in changes
        )
        body = Markup("<p>%s</p><ul>%s</ul><p>%s</p>") % (
            self.env._(
                "Charge “%(charge)s” of device %(device)s was corrected:",
                charge=self.name,
                device=self.device_id.name or "–",
            ),
            items,
            self.env._("Reason: %s", self.reason),
        )
        # A billing clerk may correct charges without being a follower who may write on the agreement.
        for agreement in (self.subscription_id | origin).sudo():
            agreement.message_post(body=body, author_id=self.env.user.partner_id.id)

    def action_open_changes(self):
        """What was changed of the charge, when, by whom and why."""
        self.ensure_one()
        return open_records(self, "xerox_xpps.action_xpps_charge_change", [("charge_id", "=", self.id)])
