# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...common.constants import BILLING_GROUP, USER_GROUP
from ...common.window_actions import open_form, open_records
from ...documents import LineExplanationBuilder, UsageBuilder, write_usage_xlsx
from ..guard.ir_attachment import ANNEX_FIELDS
from .xpps_billed_item import DROPPING


class AccountMove(models.Model):
    """Invoices of XPPS agreements have an annex, "Device usage", as PDF and as XLSX.

    Both are made when the invoice is sent, and kept beside its PDF: sending it again sends the same files. Resetting it
    to draft detaches them: they stay with the invoice as they were sent, and the next ones are a new version. Until
    they are sent they are made when somebody asks for them.
    """

    _name = "account.move"
    _inherit = ["account.move", "xpps.guard"]

    xpps_charge_count = fields.Integer(compute="_compute_xpps_charge_count", groups=USER_GROUP)
    has_xpps_usage = fields.Boolean(compute="_compute_has_xpps_usage", compute_sudo=True)
    xpps_usage_pdf_file = fields.Binary(string="Device Usage (PDF)", attachment=True, readonly=True, copy=False)
    xpps_usage_xlsx_file = fields.Binary(string="Device Usage (XLSX)", attachment=True, readonly=True, copy=False)
    xpps_usage_pdf_id = fields.Many2one(
        "ir.attachment",
        string="Device Usage PDF",
        compute=lambda self: self._compute_linked_attachment_id("xpps_usage_pdf_id", "xpps_usage_pdf_file"),
        depends=["xpps_usage_pdf_file"],
    )
    xpps_usage_xlsx_id = fields.Many2one(
        "ir.attachment",
        string="Device Usage XLSX",
        compute=lambda self: self._compute_linked_attachment_id("xpps_usage_xlsx_id", "xpps_usage_xlsx_file"),
        depends=["xpps_usage_xlsx_file"],
    )

    xpps_billing_run_id = fields.Many2one(
        "xpps.billing.run",
        string="XPPS Billing Run",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups=BILLING_GROUP,
    )

    # At most one: a bill belongs to one file.
    xpps_billing_file_ids = fields.One2many(
        "xpps.billing.file",
        "vendor_bill_id",
        string="XPPS Billing File",
        readonly=True,
        groups=BILLING_GROUP,
    )

    def _compute_xpps_charge_count(self):
        for move in self:
            lines = move.invoice_line_ids
            move.xpps_charge_count = len(lines.xpps_charge_ids | lines.xpps_credited_charge_ids)

    @api.depends("move_type", "invoice_line_ids.product_id")
    def _compute_has_xpps_usage(self):
        """An invoice has an annex when it bills XPPS items, a credit note only when it bills charges.

        A credit note of a whole invoice gives back what that invoice's annex says. Some payers want none.
        """
        for move in self:
            lines = move._xpps_item_lines() if move.is_sale_document() else move.invoice_line_ids.browse()
            lines = lines.filtered(
                lambda line: not line.xpps_payer_id or line._xpps_agreement()._xpps_wants_annex(line.xpps_payer_id)
            )
            move.has_xpps_usage = bool(lines.xpps_charge_ids if move.move_type == "out_refund" else lines)

    def action_open_xpps_charges(self):
        self.ensure_one()
        charges = self.invoice_line_ids.xpps_charge_ids | self.invoice_line_ids.xpps_credited_charge_ids
        return open_records(self, "xerox_xpps.action_sale_subscription_charge", [("id", "in", charges.ids)])

    def _xpps_drop_empty(self):
        """Invoices that come to 0 are not made: their charges wait for the next one, and so do services with them.

        Where another invoice bills other services of the same agreement for the same days, or the share of another
        payer, it has to be made.

        :return: the other invoices
        """
        empty = self.filtered(lambda move: move.currency_id.is_zero(move.amount_total))
        empty -= empty.invoice_line_ids._xpps_documents_with_shares_of((self - empty).invoice_line_ids)
        elsewhere = (self - empty).invoice_line_ids.filtered("xpps_subscription_line_id").xpps_subscription_id
        empty = empty.filtered(
            lambda move: (
                not move.invoice_line_ids.filtered(
                    lambda line: (
                        line.xpps_subscription_line_id
                        and line.xpps_subscription_id in elsewhere
                        and not line.currency_id.is_zero(line.price_subtotal)
                    )
                )
            )
        )
        others = self - empty
        empty.with_context(xpps_dropping=DROPPING).unlink()
        return others

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note says which charges it credits."""
        reverse_moves = super()._reverse_moves(default_values_list, cancel=cancel)
        # Whoever may reverse an invoice does so without a right to see charges.
        reverse_moves.sudo().line_ids._xpps_credit_charges()
        return reverse_moves

    def _post(self, soft=True):
        self.line_ids._xpps_check_postable()
        self._xpps_prefetch_for_posting()
        return super()._post(soft)

    def _xpps_prefetch_for_posting(self):
        """Read for all invoices at once what Odoo would read for each by itself: what taxes have to do with its lines,
        and what it looks at of a customer who gets a first invoice.
        """
        self.line_ids.mapped("tax_ids")
        self.line_ids.mapped("tax_tag_ids")
        # Read while it is numbering the invoices, it would have to write all lines twice.
        self.mapped("journal_line_ids")
        # As Odoo reads it, which does not depend on the right to see users.
        customers = self.sudo().partner_id
        newcomers = (customers | customers.commercial_partner_id).filtered(lambda partner: not partner.customer_rank)
        newcomers.mapped("user_ids")
        newcomers.mapped("child_ids")

    def button_draft(self):
        self.line_ids._xpps_check_not_rebilled()
        return super().button_draft()

    def button_cancel(self):
        self.line_ids._xpps_check_not_rebilled()
        self.line_ids._xpps_check_not_credited()
        return super().button_cancel()

    def action_download_xpps_usage(self):
        """Download the annex as XLSX."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/xerox_xpps/device_usage/{self.id}",
            "target": "download",
        }

    # Vendor bills

    def _get_alerts(self):
        alerts = super()._get_alerts()
        # Whoever is to pay the bill must know, also without a right to see billing files. What is compared is the bill
        # as it is saved.
        file = self._origin.sudo().xpps_billing_file_ids
        if file.vendor_bill_state == "different":
            alerts["xpps_vendor_bill"] = {"level": "warning", "message": file.vendor_bill_comparison}
        return alerts

    def action_open_xpps_billing_file(self):
        self.ensure_one()
        return open_form(self.xpps_billing_file_ids)

    def _action_open_xpps_vendor_bills(self):
        """:return: the action that opens a vendor bill, or the list of several"""
        values = {"name": self.env._("Vendor Bills"), "context": {"default_move_type": "in_invoice"}}
        if len(self) == 1:
            return open_form(self, **values)
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.ids)],
            **values,
        }

    # Annex

    def _xpps_item_lines(self):
        return self.invoice_line_ids.filtered(lambda line: line._is_xpps_item())

    def _xpps_usage(self):
        """The annex in the customer's language.

        :return: DeviceUsage
        """
        self.ensure_one()
        self.check_access("read")
        # Who may read an invoice may see what it bills, also without a right to see devices, reads and charges.
        return UsageBuilder(self.sudo()._in_usage_language()).build()

    def _xpps_explanations(self, lines):
        """How lines of the invoice came about, in the language of whoever reads it.

        :param lines: some of ``_xpps_item_lines``
        :return: [LineExplanation], in their order
        """
        self.ensure_one()
        self.check_access("read")
        # As for the annex.
        return LineExplanationBuilder(self.sudo()).build(lines.sudo())

    def _xpps_usage_xlsx(self):
        """:return: the annex as a workbook, in bytes"""
        return write_usage_xlsx(self._in_usage_language().env, self._xpps_usage())

    def _in_usage_language(self):
        """As Odoo's own invoice PDF."""
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _xpps_usage_filename(self, extension):
        self.ensure_one()
        move = self._in_usage_language()
        title = move.env._("Device Usage")
        name = f"{title} {move.name or move._get_move_display_name()}"
        version = self._xpps_annex_version()
        if version > 1:
            name = f"{name} ({version})"
        return f"{name.replace('/', '_')}.{extension}"

    def _xpps_annex_version(self):
        """The number of the annex that the invoice has, or gets next; earlier ones are detached from it."""
        self.ensure_one()
        # What was sent does not depend on what the user may see.
        earlier = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("res_field", "=", False),
                    ("xpps_annex_version", ">", 0),
                ],
                order="xpps_annex_version desc",
                limit=1,
            )
        )
        return earlier.xpps_annex_version + 1

    def _get_fields_to_detach(self):
        return [*super()._get_fields_to_detach(), *ANNEX_FIELDS]
