# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...common.constants import OUTPUT_TYPE_SELECTION
from ...common.window_actions import open_dialog, open_form, open_records
from ...importing import CODES, SEVERITY_RANKS, pages_text

#: Methods that mend what is wrong with a file, or with all devices of it: they need no record to open.
WHOLE_FILE_FIXES = (
    "_fix_create_devices",
    "_fix_assign_devices",
    "_fix_currency",
    "_fix_file_type",
    "_fix_open_serials",
    "_fix_partner_number",
    "_fix_upload",
)
#: Methods that take over what the file states and we do not know.
TAKE_OVERS = ("_fix_take_partner_number", "_fix_take_customer_numbers", "_fix_take_agreement_numbers")


class XppsBillingFileIssue(models.Model):
    """One problem of a billing file: where it is, what it is, and the place where it is mended.

    Of a file with very many problems only some are listed; one issue of each code stands for the others.

    ``action_fix`` returns an action of type ``ir.actions.act_window`` to that place. Where its context has
    ``xpps_recheck``, a record is opened to be changed: the client shows it above the list of issues and checks the
    file again when it is closed (``static/src/xpps_fix_button.js``).
    """

    _name = "xpps.billing.file.issue"
    _description = "XPPS Billing File Issue"
    _inherit = ["xpps.guard"]
    _order = "severity_rank, source_line, id"
    _rec_name = "message"
    _check_company_auto = True

    billing_file_id = fields.Many2one("xpps.billing.file", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="billing_file_id.company_id", store=True, index=True)
    severity = fields.Selection([("error", "Error"), ("warning", "Warning"), ("info", "Info")], required=True)
    severity_rank = fields.Integer(compute="_compute_severity_rank", store=True)
    code = fields.Char(required=True)
    problem = fields.Selection(
        [(code, entry.label) for code, entry in CODES.items()],
        compute="_compute_problem",
        store=True,
        help="Description of the code.",
    )
    message = fields.Text(required=True)
    problem_count = fields.Integer(
        string="Problems",
        default=1,
        aggregator="sum",
        help="More than 1 if the issue represents others of its kind that are not listed.",
    )
    source_line = fields.Integer(string="Line", aggregator=False, help="Line of the file.")
    serial = fields.Char(string="Serial Number")
    output_type = fields.Selection(OUTPUT_TYPE_SELECTION, help="The pages that the problem is about.")
    value = fields.Char(help="The value in the file, for example the code of a missing currency.")
    line_id = fields.Many2one(
        "xpps.billing.file.line", string="Device Record", index="btree_not_null", ondelete="cascade"
    )
    res_model = fields.Char(string="Model to Open")
    res_id = fields.Many2oneReference(model_field="res_model", string="Record to Open")
    can_fix = fields.Boolean(compute="_compute_fix")
    fix_help = fields.Char(compute="_compute_fix", help="What the Fix button does.")
    fix_label = fields.Char(compute="_compute_fix", help="What stands on the Fix button.")
    is_proposal = fields.Boolean(
        compute="_compute_fix", help="Nothing is wrong, but there is something that one click takes over."
    )

    @api.depends("severity")
    def _compute_severity_rank(self):
        for issue in self:
            issue.severity_rank = SEVERITY_RANKS.get(issue.severity, len(SEVERITY_RANKS))

    @api.depends("code")
    def _compute_problem(self):
        for issue in self:
            issue.problem = issue.code if issue.code in CODES else False

    @api.depends("code", "res_model", "res_id", "line_id", "value")
    def _compute_fix(self):
        helps = self._fix_helps()
        for issue in self:
            method = issue._fix_method()
            issue.can_fix = bool(method)
            issue.fix_help = helps.get(method)
            issue.fix_label = issue._say_fix(method)
            issue.is_proposal = method in TAKE_OVERS

    def _say_fix(self, method):
        """What the button does that fixes the issue by one click; of others the place that it opens says it."""
        if method == "_fix_charge_pages":
            return self.env._("Charge %s", pages_text(self.env, self._decided_number()))
        if method == "_fix_as_correction":
            return self.env._("Import as Correction")
        if method == "_fix_same_device":
            return self.env._("It Is %s", self.env["stock.lot"].browse(self.res_id).exists().name or "?")
        if method in TAKE_OVERS:
            return self.env._("Take Over")
        return self.env._("Fix")

    def _decided_number(self):
        """The number that the issue proposes."""
        return int(self.value) if (self.value or "").isdecimal() else 0

    def _fix_method(self):
        """The method that mends the issue; a code that another addon brought opens its record, if it names one."""
        self.ensure_one()
        if self._is_of_correction():
            return "_fix_as_correction"
        if self.code == "device_unknown" and self.res_model == "stock.lot" and self.res_id:
            return "_fix_same_device"
        if self.code in CODES:
            method = CODES[self.code].fix
            if method in TAKE_OVERS:
                return method if self.value not in ("", "0", False) else None
            return method if method in WHOLE_FILE_FIXES or self.line_id or self.res_id else None
        return "_fix_open_record" if self.res_model and self.res_id else None

    def _is_of_correction(self):
        """Whether what is wrong is right in a correction: the draft itself is named as the place to mend it."""
        file = self.billing_file_id
        named = self.res_model == file._name and self.res_id == file.id
        return named and self.code == "value_invalid" and file.state == "draft" and file.kind == "regular"

    def _fix_helps(self):
        return {
            "_fix_create_devices": self.env._("Create the unknown devices of this file, prefilled from it"),
            "_fix_assign_devices": self.env._("Choose the customer, agreement and service of this file's devices"),
            "_fix_device": self.env._("Open the device"),
            "_fix_agreement": self.env._("Open the agreement"),
            "_fix_unarchive": self.env._("Unarchive the agreement"),
            "_fix_mapping": self.env._("Choose the missing material code"),
            "_fix_price": self.env._("Set the agreement's price for these pages"),
            "_fix_charge_pages": self.env._(
                "Charge the customer for the pages above the allowance, by the reads of the meter"
            ),
            "_fix_same_device": self.env._("The record is of this device; nothing is created"),
            "_fix_as_correction": self.env._("Import the file as a correction: it may take pages back"),
            "_fix_currency": self.env._("Open the currency to activate it"),
            "_fix_rate": self.env._("Open the currency to enter its exchange rate"),
            "_fix_open_import": self.env._("Open the earlier import"),
            "_fix_file_type": self.env._("Create a format for such files, or upload another file"),
            "_fix_upload": self.env._("Upload Xerox's corrected file in place of this one"),
            "_fix_partner_number": self.env._("Open the XPPS settings to enter the partner number"),
            "_fix_take_partner_number": self.env._("Make this the company's Xerox partner number"),
            "_fix_take_customer_numbers": self.env._("Enter the numbers that the file states on the customers"),
            "_fix_take_agreement_numbers": self.env._("Enter the numbers that the file states on the agreements"),
            "_fix_open_serials": self.env._("Open the device records of these serial numbers"),
            "_fix_open_defaults": self.env._("Open the agreement's costs and prices"),
            "_fix_open_base_fees": self.env._("Open what Xerox billed for this device, month by month"),
            "_fix_open_reads": self.env._("Open the device's meter reads"),
            "_fix_open_rate_card": self.env._("Open the rate card"),
            "_fix_open_record": self.env._("Open the record"),
        }

    def action_fix(self):
        """Open the place where the problem is mended.

        :return: an action of type ``ir.actions.act_window``; or one that closes the window, where the click was all
        :raises UserError: when there is no such place any more
        :raises AccessError: when the user may not mend it
        """
        self.ensure_one()
        self.check_access("read")
        method = self._fix_method()
        if not method:
            raise UserError(self.env._("There is no record to open for this problem: %s", self.message))
        wizard = self.env["xpps.import.wizard"]._from_context()
        if wizard:
            # What was chosen on its Options tab must not be overwritten by what the fix finds there.
            wizard._store_mappings()
        return getattr(self.with_company(self.company_id), method)()

    # Wizards

    def _fix_create_devices(self):
        return self.billing_file_id._action_fix_devices("xpps.device.create.wizard", first=self.line_id)

    def _fix_assign_devices(self):
        return self.billing_file_id._action_fix_devices("xpps.device.assign.wizard", first=self.line_id)

    def _fix_file_type(self):
        """Make the format that a file of a known type lacks; any other file is replaced."""
        file = self.billing_file_id
        if self.env["xpps.file.format"]._knows_type(file.file_name) and self.env["xpps.file.format.wizard"].has_access(
            "create"
        ):
            return file.action_new_format()
        return self._fix_upload()

    def _fix_upload(self):
        file = self.billing_file_id
        if file.state != "draft":
            raise UserError(self.env._("Billing file %s is no longer a draft.", file.display_name))
        file.check_access("write")
        context = {
            "default_replaces_id": file.id,
            "default_company_id": file.company_id.id,
            "default_kind": file.kind,
        }
        return open_dialog(self.env["xpps.import.wizard"], self.env._("Upload Corrected File"), context)

    # Records to change

    def _fix_device(self):
        device = self._device()
        return self._open_to_change(device, self.env.ref("xerox_xpps.view_xpps_device_form"))

    def _fix_agreement(self):
        return self._open_to_change(self._named_record("sale.subscription"))

    def _fix_unarchive(self):
        """Unarchive the agreement, and show it."""
        agreement = self._named_record("sale.subscription")
        action = self._open_to_change(agreement)
        agreement.action_unarchive()
        return action

    def _fix_mapping(self):
        template = self._named_record("product.template")
        mapping = self.env["xpps.material.mapping"]._used_by(template, self.company_id)
        owner_field, owner = (
            ("price_level_id", template.xpps_price_level_id)
            if template.xpps_price_level_id
            else ("product_tmpl_id", template)
        )
        return self._open_to_change(
            mapping,
            self.env.ref("xerox_xpps.view_xpps_material_mapping_form"),
            **mapping._focus_context(self._output_type(template)),
            **{f"default_{owner_field}": owner.id, "default_company_id": self.company_id.id},
        )

    def _fix_price(self):
        subscription = self.line_id.subscription_id
        if self.res_model == "sale.subscription":
            subscription = self._named_record("sale.subscription")
        product = self._material(subscription)
        if not (subscription and product):
            raise UserError(self.env._("The agreement or material code no longer exists. Check the file again."))
        default = self.env["sale.subscription.charge.default"].search(
            [("subscription_id", "=", subscription.id), ("product_id", "=", product.id)]
        )
        return self._open_to_change(
            default,
            self.env.ref("xerox_xpps.view_sale_subscription_charge_default_price_form"),
            default_subscription_id=subscription.id,
            default_product_id=product.id,
        )

    def _fix_currency(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        if not currencies.has_access("write"):
            raise AccessError(
                self.env._(
                    "You are not allowed to activate currencies. Ask an accounting administrator, then check again."
                )
            )
        if self.res_id:
            return self._open_to_change(self._named_record("res.currency"))
        return self._open_list(
            "base.action_currency_form", [], {"active_test": False, "search_default_name": self.value or ""}
        )

    def _fix_rate(self):
        currency = self._named_record("res.currency")
        if not currency.has_access("write"):
            raise AccessError(
                self.env._(
                    "You are not allowed to enter exchange rates. Ask an accounting administrator, then check again."
                )
            )
        return self._open_to_change(currency)

    def _fix_partner_number(self):
        # Of the file's company, whichever the user works in.
        return self._open_to_change(self.env["xpps.settings"], allowed_company_ids=self.company_id.ids)

    # What one click mends

    def _fix_take_partner_number(self):
        return self._take_over(self.billing_file_id._take_partner_number)

    def _fix_take_customer_numbers(self):
        return self._take_over(self.billing_file_id._take_customer_numbers)

    def _fix_take_agreement_numbers(self):
        return self._take_over(self.billing_file_id._take_agreement_numbers)

    def _take_over(self, take):
        """Take over what the file states. Of a file that is open, what is left is found by checking it again."""
        file = self.billing_file_id
        file.check_access("write")
        take()
        if file.is_open:
            return self._check_again(file, self.env["xpps.import.wizard"]._from_context())
        # Issues are evidence that nobody has the right to delete; this one has served.
        self.sudo().unlink()
        return {"type": "ir.actions.act_window_close"}

    def _fix_charge_pages(self):
        pages = self._decided_number()
        if not pages or not self.output_type:
            raise UserError(self.env._("The record of this problem no longer exists. Check the file again."))
        return self._decide(output_type=self.output_type, pages=pages)

    def _fix_same_device(self):
        return self._decide(device_id=self._named_record("stock.lot").id)

    def _fix_as_correction(self):
        file = self.billing_file_id
        file.check_access("write")
        file.kind = "correction"
        wizard = self.env["xpps.import.wizard"]._from_context()
        if wizard:
            wizard.kind = "correction"
        return self._check_again(file, wizard)

    def _decide(self, **values):
        """Keep what the click decides, and check again.

        :return: the action that shows what is left
        """
        file = self.billing_file_id
        file._decide(self.line_id, **values)
        return self._check_again(file, self.env["xpps.import.wizard"]._from_context())

    def _check_again(self, file, wizard):
        """:return: the action that shows the wizard in which the issue is, or nothing but the file behind it"""
        if wizard:
            return wizard.action_recheck()
        file.action_check()
        return {"type": "ir.actions.act_window_close"}

    # Records to look at

    def _fix_open_import(self):
        return self._open_record(self._named_record("xpps.billing.file"))

    def _fix_open_rate_card(self):
        return self._open_record(self._named_record("xpps.rate.card"))

    def _fix_open_record(self):
        return self._open_record(self._named_record(self.res_model))

    def _fix_open_defaults(self):
        subscription = self._named_record("sale.subscription")
        return self._open_list(
            "xerox_xpps.action_sale_subscription_charge_default",
            [("subscription_id", "=", subscription.id)],
            {"default_subscription_id": subscription.id},
        )

    def _fix_open_base_fees(self):
        return self._open_list("xerox_xpps.action_xpps_billing_file_line", [("device_id", "=", self._device().id)])

    def _fix_open_serials(self):
        return self._open_list(
            "xerox_xpps.action_xpps_billing_file_line",
            [("billing_file_id", "=", self.billing_file_id.id), ("expected_serial", "!=", False)],
        )

    def _fix_open_reads(self):
        return self._open_list(
            "xerox_xpps.action_xpps_meter_read", [("device_id", "=", self._device().id)], {"search_default_live": 1}
        )

    # What an issue is about

    def _named_record(self, model):
        """The record that the issue names, read with the user's rights."""
        record = self.env[model].browse(self.res_id if self.res_model == model else False).exists()
        if not record:
            raise UserError(self.env._("The record of this problem no longer exists. Check the file again."))
        return record

    def _device(self):
        if self.res_model == "stock.lot":
            return self._named_record("stock.lot")
        device = self.line_id.device_id
        if not device:
            raise UserError(self.env._("The device no longer exists. Check the file again."))
        return device

    def _output_type(self, template):
        """The output type of a missing material code: what the check noted, else the record's first without one."""
        if self.output_type:
            return self.output_type
        mapped = self.env["xpps.material.mapping"]._material_by_template(template, self.company_id)[template]
        return next((name for name in self._billed_output_types() if name not in mapped), False)

    def _material(self, subscription):
        """The material code of the pages that the issue is about."""
        if self.res_model == "product.product":
            return self._named_record("product.product")
        template = self.line_id.device_id.product_id.product_tmpl_id
        mapped = self.env["xpps.material.mapping"]._material_by_template(template, self.company_id).get(template, {})
        output_types = [self.output_type] if self.output_type else self._billed_output_types()
        return next((mapped[name] for name in output_types if name in mapped), self.env["product.product"])

    def _billed_output_types(self):
        return [name for name, meter in (self.line_id.meter_values or {}).items() if meter.get("overage")]

    # Actions

    def _open_record(self, record):
        return open_form(record, name=record.display_name)

    def _open_list(self, action_xmlid, domain, context=None):
        return open_records(self, action_xmlid, domain, context) | {"target": "current"}

    def _open_to_change(self, record, view=None, **context):
        """A record, or a new one with the defaults of the context, in a dialog."""
        operation = "write" if record else "create"
        if not record.has_access(operation):
            raise AccessError(
                self.env._(
                    "You are not allowed to change this record (%(kind)s %(record)s). Ask an XPPS administrator to "
                    "fix it: %(problem)s",
                    kind=self.env["ir.model"]._get(record._name).name,
                    record=record.display_name if record and record.has_access("read") else "",
                    problem=self.message,
                )
            )
        name = self.env._("Fix: %s", dict(self._fields["problem"]._description_selection(self.env))[self.code])
        context = {"xpps_recheck": self.billing_file_id.state == "draft", **context}
        return open_dialog(record, name, context, view)
