# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ...billing_file import to_decimal
from ...common.constants import USER_GROUP
from ...common.formats import percent_text
from ...common.listing import enumeration
from ...invoicing import HUNDRED, ROLES, Payer, add_up, wrong_total

#: The field that says who pays a role alone.
PAYER_FIELDS = {"base": "xpps_base_payer_id", "overage": "xpps_overage_payer_id"}
#: How many payers a sentence names.
MAX_LISTED = 5


class _ChangingPayers:
    """In the context while somebody changes payers by way of their agreement: no client can send an instance of it."""


CHANGING = _ChangingPayers()


class SaleSubscription(models.Model):
    """Who pays the base prices and the overage of XPPS agreements, where it is not the invoice address alone.

    A payer pays a whole role, or several share it by percent (``xpps.agreement.payer``). What is neither, such as other
    items of the agreement, goes to the invoice address. ``sale_subscription_payer_shares.py`` splits the bills.
    """

    _inherit = "sale.subscription"

    xpps_base_payer_id = fields.Many2one(
        "res.partner",
        string="Base Prices Paid By",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Who gets the invoices of base prices, such as a leasing company. If it is empty, the invoice address.",
    )
    xpps_overage_payer_id = fields.Many2one(
        "res.partner",
        string="Overage Paid By",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Who gets the invoices of charges for pages. If it is empty, the invoice address.",
    )
    xpps_payer_ids = fields.One2many(
        "xpps.agreement.payer",
        "subscription_id",
        string="Payers",
        copy=True,
        groups=USER_GROUP,
        help="Shares of several payers, and how the invoices of a payer differ: reference, detail and annex.",
    )
    xpps_has_payers = fields.Boolean(compute="_compute_xpps_has_payers")

    def _compute_xpps_has_payers(self):
        for agreement in self:
            # Whoever looks at agreements follows the company's settings without a right to read them.
            agreement.xpps_has_payers = agreement.company_id.sudo().xpps_payers

    # Who pays

    def _xpps_payer_rows(self):
        # Whoever has the agreement billed need not see its payers.
        return self.sudo().xpps_payer_ids

    def _xpps_names_payers(self):
        """Whether it says who pays, instead of having the invoice address pay all."""
        self.ensure_one()
        return bool(self.xpps_base_payer_id or self.xpps_overage_payer_id or self._xpps_payer_rows())

    def _xpps_payers_of(self, role):
        """:return: [(res.partner, Decimal percent)] of a role, each partner once, 100 percent in all"""
        self.ensure_one()
        shares = [
            (row._xpps_partner(), percent) for row in self._xpps_payer_rows() if (percent := row_percent(row, role))
        ]
        if not shares and role == "unders":
            return self._xpps_payers_of("overage")
        if not shares:
            shares = [(self[PAYER_FIELDS[role]] or self._xpps_payer(), HUNDRED)]
        return [(partner.with_env(self.env), percent) for partner, percent in add_up(shares)]

    def _xpps_payer_terms(self, partner):
        """How one payer is billed.

        :return: Payer
        """
        self.ensure_one()
        other = partner != self._xpps_payer()
        row = self._xpps_payer_rows().filtered(lambda row: row._xpps_partner() == partner)[:1]
        reference = row.customer_reference or (False if other else self.xpps_customer_reference)
        return Payer(partner, other, row.invoice_detail or self.xpps_invoice_detail, reference)

    def _xpps_named_payers(self):
        """Those that it names, whatever they pay."""
        return self.xpps_base_payer_id | self.xpps_overage_payer_id | self._xpps_payer_rows().partner_id

    def _xpps_other_payers(self):
        """Those that pay something, but for the invoice address."""
        self.ensure_one()
        partners = (partner for role in ROLES for partner, _percent in self._xpps_payers_of(role))
        return self.env["res.partner"].union(*partners) - self._xpps_payer()

    def _xpps_wants_annex(self, partner):
        """Whether the invoices of a payer have the annex “Device Usage”."""
        self.ensure_one()
        row = self._xpps_payer_rows().filtered(lambda row: row._xpps_partner() == partner)[:1]
        return not row or row.has_annex

    # Archived payers

    def _xpps_archived_payers(self):
        self.ensure_one()
        return self._xpps_other_payers().filtered(lambda partner: not partner.active)

    def _xpps_say_archived(self, partners):
        return self.env._(
            "Archived, but still paying for the agreement: %s. Unarchive the payer, or choose another one.",
            enumeration(self.env, partners.mapped("display_name"), MAX_LISTED),
        )

    def _xpps_hold_reasons(self, day):
        reasons = super()._xpps_hold_reasons(day)
        archived = self._xpps_names_payers() and self._xpps_archived_payers()
        if archived:
            reasons["payer_archived"] = self._xpps_say_archived(archived)
        return reasons

    # Changes

    @api.constrains("xpps_base_payer_id", "xpps_overage_payer_id", "xpps_payer_ids")
    def _check_xpps_payers(self):
        self._check_company(list(PAYER_FIELDS.values()))
        for agreement in self:
            agreement._xpps_check_shares()

    def _xpps_check_shares(self):
        """:raises ValidationError: when the shares of a role are not 100 percent, or somebody pays it alone besides"""
        self.ensure_one()
        rows = self._xpps_payer_rows()
        labels = dict(zip(ROLES, self._xpps_role_labels(), strict=True))
        percents = {role: [row_percent(row, role) for row in rows] for role in ROLES}
        role = wrong_total(percents)
        if role:
            raise ValidationError(
                self.env._(
                    "%(agreement)s: the shares of %(role)s are %(percent)s together. They must be 100%%, or all 0.",
                    agreement=self.display_name,
                    role=labels[role],
                    percent=percent_text(self.env, sum(percents[role])),
                )
            )
        for role, name in PAYER_FIELDS.items():
            if self[name] and any(percents[role]):
                raise ValidationError(
                    self.env._(
                        "%(agreement)s: %(payer)s pays %(role)s alone, so other payers cannot have shares of it. Clear "
                        "one of the two.",
                        agreement=self.display_name,
                        payer=self[name].display_name,
                        role=labels[role],
                    )
                )
        partners = [row.partner_id for row in rows]
        if len(set(partners)) != len(partners):
            raise ValidationError(
                self.env._("%s: each payer can have one row only. Add up the shares.", self.display_name)
            )

    def _xpps_role_labels(self):
        return self.env._("base prices"), self.env._("overage"), self.env._("unders")

    def write(self, values):
        if "xpps_payer_ids" not in values:
            return super().write(values)
        with self._xpps_changing_payers():
            return super(SaleSubscription, self.with_context(xpps_changing_payers=CHANGING)).write(values)

    @contextmanager
    def _xpps_changing_payers(self):
        """Check and note in the chatter what becomes of the payers meanwhile: rows are written one after the other."""
        if self.env.context.get("xpps_changing_payers") is CHANGING:
            yield
            return
        agreements = self.filtered("id")
        before = {agreement: agreement._xpps_say_payers() for agreement in agreements}
        yield
        for agreement in agreements:
            agreement._xpps_check_shares()
            after = agreement._xpps_say_payers()
            if after != before[agreement]:
                # Whoever may change payers need not be allowed to write in the chatter.
                agreement.sudo()._message_log(
                    body=self.env._("Payers: %(old)s → %(new)s", old=before[agreement] or "–", new=after or "–")
                )

    def _xpps_say_payers(self):
        """The shares of payers in words: “Lessor: 60% base prices, 0% overage, 0% unders; …”."""
        self.ensure_one()
        base, overage, unders = self._xpps_role_labels()
        texts = []
        for row in self._xpps_payer_rows():
            shares = ", ".join(
                f"{percent_text(self.env, row_percent(row, role))} {label}"
                for role, label in zip(ROLES, (base, overage, unders), strict=True)
                if row[f"{role}_percent"]
            )
            texts.append(f"{row.display_name}: {shares or '–'}")
        return "; ".join(texts)

    # Copies

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        partner = self.env["res.partner"].browse((default or {}).get("partner_id"))
        if partner:
            for agreement, vals in zip(self, vals_list, strict=True):
                if vals:
                    vals |= agreement._xpps_payers_for(partner, vals)
        return vals_list

    def _xpps_payers_for(self, partner, vals):
        """The payers of a copy for another customer: who is of the old one's company, is the invoice address there.

        :param vals: of the copy
        :return: those of its values that differ
        """
        self.ensure_one()
        old = self.partner_id.commercial_partner_id
        if not old or old == partner.commercial_partner_id:
            return {}
        own = self._xpps_named_payers().filtered(lambda payer: payer.commercial_partner_id == old)
        values = {name: False for name in PAYER_FIELDS.values() if vals.get(name) in own.ids}
        rows, merged = {}, []
        for command in vals.get("xpps_payer_ids") or ():
            row = {**command[2], "partner_id": command[2].get("partner_id") or False}
            if row["partner_id"] in own.ids:
                row["partner_id"] = False
            if row["partner_id"] in rows:
                for role in ROLES:
                    rows[row["partner_id"]][f"{role}_percent"] += row[f"{role}_percent"]
            else:
                rows[row["partner_id"]] = row
                merged.append(row)
        return values | ({"xpps_payer_ids": [Command.create(row) for row in merged]} if merged else {})


def row_percent(row, role):
    """:return: Decimal"""
    return to_decimal(row[f"{role}_percent"], 4)
