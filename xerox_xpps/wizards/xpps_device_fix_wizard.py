# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..common.constants import BASE_ROLES
from ..common.listing import bullets
from ..common.plural import plural
from ..common.window_actions import open_dialog
from ..importing import only_agreements

#: Agreements of the row's company, and of its customer where it has one, that can bill a device now.
AGREEMENT_DOMAIN = (
    "[('is_xpps', '=', True), ('is_xpps_master', '=', False), ('stage_id.type', '=', 'in_progress'),"
    " ('company_id', '=', company_id), ('partner_id.commercial_partner_id', '=?', commercial_partner_id)]"
)
SERVICE_DOMAIN = f"[('sale_subscription_id', '=', subscription_id), ('product_id.xpps_role', 'in', {BASE_ROLES})]"
#: How many incomplete rows a refusal names.
MAX_LISTED = 20


class XppsDeviceFixWizard(models.AbstractModel):
    """What the wizards share that mend many devices of a billing file at once.

    A wizard has one row (``xpps.device.fix.row``) for each device. *Fill In* sets a value on many rows; applying
    takes the complete rows, keeps the others, and checks the file again. Then the clerk is back where the wizard was
    opened: on the file's form, or in the import wizard.
    """

    _name = "xpps.device.fix.wizard"
    _inherit = "xpps.device.maker"
    _description = "XPPS: Fix Devices of a Billing File"

    #: The ``device_fix`` of the records whose devices the wizard mends.
    _mended_by = ""
    #: Fields that *Fill In* sets, each ``fill_<name>`` here; agreements before their services.
    _filled = ("partner_id", "subscription_id", "subscription_line_id")

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="billing_file_id.company_id")
    import_wizard_id = fields.Many2one("xpps.import.wizard", readonly=True)
    notice = fields.Text(readonly=True, help="Result of the last step.")
    row_count = fields.Integer(compute="_compute_row_counts")
    incomplete_count = fields.Integer(compute="_compute_row_counts")
    row_text = fields.Char(compute="_compute_row_counts", help="How many rows there are.")
    incomplete_text = fields.Char(compute="_compute_row_counts", help="How many rows are incomplete.")
    fill_partner_id = fields.Many2one("res.partner", string="Customer")
    fill_subscription_id = fields.Many2one("sale.subscription", string="Agreement", domain=AGREEMENT_DOMAIN)
    fill_subscription_line_id = fields.Many2one(
        "sale.subscription.line",
        string="Service",
        domain=f"[('sale_subscription_id', '=', fill_subscription_id), ('product_id.xpps_role', 'in', {BASE_ROLES})]",
    )
    commercial_partner_id = fields.Many2one(related="fill_partner_id.commercial_partner_id")

    @api.depends("row_ids.missing")
    def _compute_row_counts(self):
        for wizard in self:
            wizard.row_count = len(wizard.row_ids)
            wizard.incomplete_count = len(wizard.row_ids.filtered("missing"))
            wizard.row_text = wizard._say_rows(wizard.row_count)
            wizard.incomplete_text = wizard._say_incomplete(wizard.incomplete_count)

    def _say_incomplete(self, count):
        if not count:
            return self.env._("All rows are complete.")
        return plural(count, self.env._("1 row is incomplete."), self.env._("%s rows are incomplete.", count))

    @api.onchange("fill_subscription_id")
    def _onchange_fill_subscription_id(self):
        self.fill_subscription_line_id = self.fill_subscription_id._xpps_base_service()

    @api.model
    def _create_for(self, file, first=None):
        """A wizard with a row for each device of the file that has one of its problems.

        :param first: the xpps.billing.file.line whose row comes first
        """
        if file.state != "draft":
            raise UserError(self.env._("Billing file %s is no longer a draft.", file.display_name))
        self._check_rights()
        # Not by the issues: of a file with very many problems only some are listed.
        lines = self.env["xpps.billing.file.line"].search(
            [("billing_file_id", "=", file.id), ("device_fix", "=", self._mended_by)], order="sequence"
        )
        lines = lines.sorted(lambda line: line != first)
        rows = self._prepare_rows(lines)
        if not rows:
            raise UserError(self.env._("There is nothing left to fix here. Check the file again."))
        return self.create(
            {
                "billing_file_id": file.id,
                "import_wizard_id": self.env["xpps.import.wizard"]._from_context().id,
                "row_ids": [Command.create({"sequence": index, **values}) for index, values in enumerate(rows)],
            }
        )

    @api.model
    def _check_rights(self):
        """:raises AccessError: when the user may not do what the wizard does"""
        raise NotImplementedError

    @api.model
    def _prepare_rows(self, lines):
        """:return: values of rows for lines of the file, each device once"""
        raise NotImplementedError

    def _say_rows(self, count):
        """:return: a sentence that says how many devices there are to fix"""
        raise NotImplementedError

    def _apply(self, rows):
        """Mend the devices of complete rows. :return: a sentence that says so"""
        raise NotImplementedError

    def action_fill(self):
        """Set the chosen values on the selected rows, or on all rows that lack them."""
        self.check_access("write")
        self.ensure_one()
        rows = self.row_ids
        selected = rows.filtered("selected")
        filled = {}
        for name in self._filled:
            value = self[f"fill_{name}"]
            if value:
                filled[name] = selected or rows._lacking(name, value)
                filled[name]._fill(name, value)
        filled.get("partner_id", rows.browse())._onchange_partner_id()
        selected.selected = False
        self.write({f"fill_{name}": False for name in self._filled} | {"notice": False})
        return self._open()

    def action_use_agreement_customer(self):
        """Put each device to the customer of its agreement, where the two differ."""
        self.check_access("write")
        self.ensure_one()
        for row in self.row_ids.filtered("customer_differs"):
            row.partner_id = row.subscription_id.partner_id
        return self._open()

    def action_apply(self):
        """Mend the devices of the complete rows and check the file again."""
        self.check_access("write")
        self.ensure_one()
        self._check_rights()
        complete = self.row_ids.filtered(lambda row: not row.missing)
        if not complete:
            raise UserError(
                self.env._(
                    "No row is complete yet:\n%s",
                    bullets(self.env, [f"{row.serial}: {row.missing}" for row in self.row_ids], MAX_LISTED),
                )
            )
        notice = self._apply(complete)
        complete.unlink()
        if not self.row_ids:
            return self._check_and_return()
        self._check_again()
        left = len(self.row_ids)
        still = plural(
            left,
            self.env._("1 device below is still incomplete."),
            self.env._("%s devices below are still incomplete.", left),
        )
        self.notice = f"{notice} {still}"
        return self._open()

    def action_back(self):
        """Go back to where the wizard was opened."""
        self.check_access("write")
        self.ensure_one()
        return self.import_wizard_id._reopen() if self.import_wizard_id else {"type": "ir.actions.act_window_close"}

    def _check_again(self):
        if self.import_wizard_id:
            self.import_wizard_id.action_recheck()
        else:
            self.billing_file_id.action_check()

    def _check_and_return(self):
        self._check_again()
        return self.action_back()

    def _open(self):
        return open_dialog(self, self._description, wide=True)


class XppsDeviceFixRow(models.AbstractModel):
    """A device of a billing file, and what is to be known about it."""

    _name = "xpps.device.fix.row"
    _description = "XPPS: Device to Fix"
    _order = "sequence, id"

    #: Columns that a complete row has.
    _needed = ("subscription_id", "subscription_line_id")

    sequence = fields.Integer()
    selected = fields.Boolean(help="Fill In sets its values on the selected rows.")
    source_line = fields.Integer(string="Line", readonly=True, aggregator=False, help="Line of the file.")
    serial = fields.Char(string="Serial Number", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer")
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    subscription_id = fields.Many2one("sale.subscription", string="Agreement", domain=AGREEMENT_DOMAIN)
    subscription_line_id = fields.Many2one("sale.subscription.line", string="Service", domain=SERVICE_DOMAIN)
    customer_differs = fields.Boolean(compute="_compute_missing")
    missing = fields.Char(compute="_compute_missing", string="Still Missing")

    @api.depends(lambda self: (*self._needed, "partner_id", "subscription_id.partner_id"))
    def _compute_missing(self):
        labels = {name: self._fields[name]._description_string(self.env) for name in self._needed}
        for row in self:
            missing = [labels[name] for name in self._needed if not row[name]]
            payer = row.subscription_id.partner_id
            row.customer_differs = bool(
                row.partner_id and payer and row.commercial_partner_id != payer.commercial_partner_id
            )
            if row.customer_differs:
                missing.append(self.env._("the agreement is with %s", payer.display_name))
            row.missing = ", ".join(missing)

    @api.onchange("subscription_id")
    def _onchange_subscription_id(self):
        """What nearly always follows from the agreement."""
        for row in self:
            if row.subscription_line_id.sale_subscription_id != row.subscription_id:
                row.subscription_line_id = row.subscription_id._xpps_base_service()
            if row.subscription_id and not row.partner_id:
                row.partner_id = row.subscription_id.partner_id

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """The only agreement of the customer that runs in the file's period."""
        for wizard, rows in self.grouped("wizard_id").items():
            file, lacking = wizard.billing_file_id, rows.filtered(lambda row: not row.subscription_id)
            only = only_agreements(file.company_id, lacking.partner_id, file.period_start, file.period_end)
            for row in lacking.filtered(lambda row, only=only: row.commercial_partner_id in only):
                row.subscription_id = only[row.commercial_partner_id]
                row._onchange_subscription_id()

    def _lacking(self, name, value):
        """The rows that have no such value and that this one suits: no agreement of another customer."""
        rows = self.filtered(lambda row: not row[name])
        if name == "subscription_id":
            customer = value.partner_id.commercial_partner_id
            rows = rows.filtered(lambda row: row.commercial_partner_id in (customer, customer.browse()))
        return rows

    def _fill(self, name, value):
        """Set one value; a service only on the rows of its own agreement."""
        rows = self
        if name == "subscription_line_id":
            rows = self.filtered(lambda row: row.subscription_id == value.sale_subscription_id)
        rows[name] = value
        if name == "subscription_id":
            rows._onchange_subscription_id()

    def _prepare_device(self):
        """:return: values of ``stock.lot`` that a row decides"""
        self.ensure_one()
        return {
            "xpps_partner_id": (self.partner_id or self.subscription_id.partner_id).id,
            "xpps_subscription_id": self.subscription_id.id,
            "xpps_subscription_line_id": self.subscription_line_id.id,
        }
