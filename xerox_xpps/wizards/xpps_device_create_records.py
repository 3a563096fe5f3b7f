# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..common.listing import enumeration
from ..common.plural import plural
from ..common.today import company_today
from .xpps_device_create_customers import NewCustomers
from .xpps_device_create_models import NewModels

#: How many names a sentence names.
NAMED = 4


class XppsDeviceCreateWizard(models.TransientModel):
    """What the devices need and nobody knows is made of the file as well: printer models, customers, agreements.

    Agreements are copies of a master agreement, which start with the file's period.
    """

    _inherit = "xpps.device.create.wizard"

    master_id = fields.Many2one(
        "sale.subscription",
        string="Master Agreement",
        compute="_compute_master_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('is_xpps_master', '=', True), ('company_id', '=', company_id)]",
        help="The new agreements are copies of it.",
    )
    new_model_text = fields.Char(compute="_compute_new_texts", help="Printer models that only the file knows.")
    new_agreement_text = fields.Char(compute="_compute_new_texts", help="Agreements that only the file knows.")

    @api.depends("billing_file_id")
    def _compute_master_id(self):
        for wizard in self:
            masters = self.env["sale.subscription"].search(
                [("is_xpps_master", "=", True), ("company_id", "=", wizard.company_id.id)], limit=2
            )
            wizard.master_id = masters if len(masters) == 1 else False

    # Not while rows are edited: it looks at all records of the file.
    @api.depends("billing_file_id")
    def _compute_new_texts(self):
        for wizard in self:
            wizard.new_model_text = wizard._say_models(NewModels(wizard.row_ids).names())
            wizard.new_agreement_text = wizard._say_agreements(NewCustomers(wizard.row_ids).names())

    def _say_models(self, names):
        if not names:
            return False
        return plural(
            len(names),
            self.env._("The file names 1 printer model that is not in Odoo: %s.", names[0]),
            self.env._(
                "The file names %(count)s printer models that are not in Odoo: %(names)s.",
                count=len(names),
                names=enumeration(self.env, names, NAMED),
            ),
        )

    def _say_agreements(self, names):
        if not names:
            return False
        return plural(
            len(names),
            self.env._("The file names 1 agreement that is not in Odoo, of %s.", names[0]),
            self.env._(
                "The file names %(count)s agreements that are not in Odoo, of %(names)s.",
                count=len(names),
                names=enumeration(self.env, list(dict.fromkeys(names)), NAMED),
            ),
        )

    def action_create_models(self):
        """Make the printer models that the file names and nobody knows, and put them on the rows."""
        self._start_creating("product.product")
        created = NewModels(self.row_ids).create_models()
        levels = created.xpps_price_level_id
        self.notice = plural(
            len(created),
            self.env._("1 printer model was created."),
            self.env._("%s printer models were created.", len(created)),
        )
        if levels:
            self.notice += " " + self.env._("Their price level is %s.", levels.name)
        return self._open()

    def action_create_agreements(self):
        """Make the agreements, and their customers, that the file names and nobody knows; put them on the rows."""
        self._start_creating("sale.subscription")
        self._check_master()
        new = NewCustomers(self.row_ids)
        customers = new.create_customers()
        agreements = self._copy_master(new.agreements())
        new.assign(agreements)
        self.notice = self._say_created(len(customers), agreements)
        return self._open()

    def _start_creating(self, model):
        self.check_access("write")
        self.ensure_one()
        self.env[model].check_access("create")
        self.row_ids._take_known()

    def _check_master(self):
        """:raises UserError: when there is no agreement to copy, or nothing in it that bills devices"""
        if not self.master_id:
            raise UserError(
                self.env._(
                    "Choose the master agreement that the new agreements are copies of. You make one under XPPS ▸ "
                    "Agreements ▸ Master Agreements."
                )
            )
        if not self.master_id._xpps_base_service():
            raise UserError(
                self.env._(
                    "Add a service that bills the base price of the devices to master agreement %s first.",
                    self.master_id.display_name,
                )
            )

    def _copy_master(self, wanted):
        """:param wanted: [(res.partner, Xerox's number of the agreement)]
        :return: sale.subscription, started, in this order
        """
        if not wanted:
            return self.env["sale.subscription"]
        copier = self.env["xpps.agreement.copy.wizard"].create(
            {
                "subscription_id": self.master_id.id,
                "partner_ids": [Command.set([partner.id for partner, _number in wanted])],
                "date_start": self.billing_file_id.period_start or company_today(self.company_id),
            }
        )
        agreements = copier._copy_to([(partner, {"xpps_agreement_number": number}) for partner, number in wanted])
        # Xerox bills their devices: they run, whatever day it is.
        agreements.action_start_subscription()
        return agreements

    def _say_created(self, customers, agreements):
        said = plural(
            len(agreements),
            self.env._("1 agreement was created and started."),
            self.env._("%s agreements were created and started.", len(agreements)),
        )
        if not customers:
            return said
        new = plural(
            customers,
            self.env._("1 customer was created."),
            self.env._("%s customers were created.", customers),
        )
        return f"{said} {new}"


class XppsDeviceCreateWizardRow(models.TransientModel):
    _inherit = "xpps.device.create.wizard.row"

    def _take_known(self):
        """Put on the rows what somebody else has made since the wizard was opened."""
        records = self._records()
        lines = self.env["xpps.billing.file.line"].union(*records.values())
        prepared = lines._prepare_devices()
        taken = defaultdict(self.browse)
        for row, line in records.items():
            values = prepared[line]
            for name, known in (
                ("product_id", values["product_id"]),
                ("partner_id", values["xpps_partner_id"]),
                ("subscription_id", values["xpps_subscription_id"]),
            ):
                if known and not row[name]:
                    taken[name, known] |= row
        for (name, known), rows in taken.items():
            rows[name] = known
        self.filtered("subscription_id")._onchange_subscription_id()
