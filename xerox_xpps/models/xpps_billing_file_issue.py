# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class XppsBillingFileIssue(models.Model):
    """One problem of a billing file: where it is, what it is, and the place where it is mended."""

    _name = "xpps.billing.file.issue"
    _description = "XPPS Billing File Issue"
    _order = "severity_rank, source_line, id"
    _rec_name = "message"
    _check_company_auto = True

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="billing_file_id.company_id", store=True, index=True)
    severity = fields.Selection([("error", "Error"), ("warning", "Warning"), ("info", "Info")], required=True)
    severity_rank = fields.Integer(compute="_compute_severity_rank", store=True)
    code = fields.Char(required=True)
    message = fields.Text(required=True)
    source_line = fields.Integer(string="Line", aggregator=False, help="Line of the file.")
    serial = fields.Char(string="Serial Number")
    line_id = fields.Many2one(
        "xpps.billing.file.line", string="Device Record", index="btree_not_null", ondelete="cascade"
    )
    res_model = fields.Char(string="Model to Open")
    res_id = fields.Many2oneReference(model_field="res_model", string="Record to Open")
    can_fix = fields.Boolean(compute="_compute_can_fix")

    @api.depends("severity")
    def _compute_severity_rank(self):
        ranks = {"error": 0, "warning": 1, "info": 2}
        for issue in self:
            issue.severity_rank = ranks.get(issue.severity, 3)

    @api.depends("res_model")
    def _compute_can_fix(self):
        for issue in self:
            issue.can_fix = bool(issue.res_model)

    def action_fix(self):
        """Open the place where the problem is mended: a record, or a new device prefilled from the file."""
        self.ensure_one()
        if not self.res_model:
            raise UserError(self.env._("This problem is mended in the file itself: ask Xerox for a corrected one."))
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Mend: %s", self.message)[:80],
            "res_model": self.res_model,
            "res_id": self.res_id or False,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
        }
        if self.res_model == "stock.lot":
            action["views"] = [(self.env.ref("xerox_xpps.view_xpps_device_form").id, "form")]
            if not self.res_id:
                action["context"] = self.line_id._default_device_context()
        return action
