# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.mail import decode_message_header, email_normalize, single_email_re

from ...common.constants import (
    ACCRUAL_ASSETS,
    ACCRUAL_LIABILITIES,
    BASE_TIMING_SELECTION,
    BILLING_GROUP,
    MANAGER_GROUP,
)
from ...rules import split_numbers

#: Who reads and sets what a company decides: portal users and colleagues may read the company itself.
SETTINGS_GROUPS = "xerox_xpps.group_xpps_billing,base.group_system"


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "xpps.guard"]

    xpps_quarantine = fields.Boolean(
        string="Hold Back Faulty Devices",
        help="Import the correct device records of a file and hold back the faulty ones until they are fixed.",
        groups=SETTINGS_GROUPS,
    )
    xpps_overage_missing_passes = fields.Boolean(
        string="Import Without Stated Overage",
        help="Only warn if a device printed more than its included pages and the file does not state how many pages it "
        "bills. These pages are not charged then.",
        groups=SETTINGS_GROUPS,
    )
    xpps_serials_are_devices = fields.Boolean(
        string="Serial Numbers Become Devices",
        help="A new serial number of a printer model becomes an XPPS device when it is received, produced or entered.",
        groups=SETTINGS_GROUPS,
    )
    xpps_customer_reads = fields.Boolean(
        string="Customers Enter Reads",
        help="Customers may enter the counters of their devices, with a photo, in the portal and by the code on the "
        "label of a device. Nothing is billed by these reads.",
        groups=SETTINGS_GROUPS,
    )
    xpps_background_threshold = fields.Integer(
        string="Work in the Background Above",
        default=2000,
        help="Billing files with more devices are checked and imported in the background.",
        groups=SETTINGS_GROUPS,
    )
    xpps_usage_spike_percent = fields.Float(
        string="Usage Spike",
        default=100.0,
        help="Warn if a device prints this much more, in percent, than its three-month average. With 0, there is no "
        "warning.",
        groups=SETTINGS_GROUPS,
    )
    xpps_margin_floor_percent = fields.Float(
        string="Margin Floor",
        help="Warn if the margin of a charge, in percent of its price, is below this value. With 0, only if the price "
        "is below Xerox's cost.",
        groups=SETTINGS_GROUPS,
    )
    xpps_proration = fields.Selection(
        [
            ("none", "None: the devices that are active when the agreement is invoiced"),
            ("full", "Full month: each device that was installed for a day or more; swapped devices count as one"),
            ("day", "By day: each device for the days on which it was installed"),
        ],
        string="Partial Months",
        required=True,
        default="none",
        help="How a service whose quantity follows its devices bills a device that was installed or removed during the "
        "period.",
        groups=SETTINGS_GROUPS,
    )
    xpps_base_timing = fields.Selection(
        BASE_TIMING_SELECTION,
        string="Base Price Timing",
        required=True,
        default="arrears",
        help="Whether new agreements bill base prices after their period or on the first day of it.",
        groups=SETTINGS_GROUPS,
    )
    xpps_invoice_by_run = fields.Boolean(
        string="Invoice by Billing Runs Only",
        help="Agreements are invoiced by billing runs only, which check for missing files and charges that are not "
        "approved. The scheduled invoicing of subscriptions skips them.",
        groups=SETTINGS_GROUPS,
    )
    xpps_overage_cycles = fields.Boolean(
        string="Overage of Several Months",
        help="Agreements may bill their overage every quarter, half-year or year, and rate the months together.",
        groups=SETTINGS_GROUPS,
    )
    xpps_page_plans = fields.Boolean(
        string="Page Plans",
        help="Agreements may include pages of their own, for each device or for all together, whatever Xerox includes.",
        groups=SETTINGS_GROUPS,
    )
    xpps_payers = fields.Boolean(
        string="Several Payers",
        help="Agreements may say who pays base prices and overage, or share them among several payers. Each gets "
        "separate invoices.",
        groups=SETTINGS_GROUPS,
    )
    xpps_join_other_items = fields.Boolean(
        string="With the Customer's Other Items",
        help="Billing runs add what they bill to the customer's open draft invoice, if there is exactly one, and "
        "invoice the customer's sale orders with it.",
        groups=SETTINGS_GROUPS,
    )
    xpps_approve_services = fields.Boolean(
        string="Approve Recurring Services",
        help="A billing run drafts invoices of recurring services once somebody has approved them on its line. The "
        "scheduled invoicing of subscriptions skips the agreements.",
        groups=SETTINGS_GROUPS,
    )
    xpps_escalators = fields.Boolean(
        string="Escalators",
        help="Prices of agreements may rise by a percentage every year, or at other intervals: increases are proposed, "
        "notified to the customer and applied from a day on.",
        groups=SETTINGS_GROUPS,
    )
    xpps_responsible_id = fields.Many2one(
        "res.users",
        string="Responsible for Billing Files",
        domain=lambda self: [("all_group_ids", "in", self.env.ref(BILLING_GROUP).ids)],
        help="Gets an activity for every billing file that is received by e-mail.",
        groups=SETTINGS_GROUPS,
    )

    xpps_partner_number = fields.Char(
        string="Xerox Partner Number",
        help="Xerox's number of this company, as billing files state it; several are separated by commas. Files with "
        "another one are refused. A branch uses the number of its parent company. If empty, any file is accepted.",
        groups=SETTINGS_GROUPS,
    )
    xpps_vendor_id = fields.Many2one(
        "res.partner",
        string="Xerox as Vendor",
        help="The vendor whose bills are drafted from billing files or compared with them. A branch uses the vendor of "
        "its parent company.",
        groups=SETTINGS_GROUPS,
    )
    xpps_vendor_bill_analytic = fields.Boolean(
        string="Vendor Bills by Customer",
        help="Each customer has separate lines on Xerox's bill, with its analytic distribution.",
        groups=SETTINGS_GROUPS,
    )

    xpps_cutoff_journal_id = fields.Many2one(
        "account.journal",
        string="Cut-off Journal",
        domain=[("type", "=", "general")],
        help="The journal in which cut-offs and their reversals are posted.",
        groups=SETTINGS_GROUPS,
    )
    xpps_cutoff_accrued_revenue_account_id = fields.Many2one(
        "account.account",
        string="Accrued Revenue Account",
        domain=[("account_type", "in", ACCRUAL_ASSETS)],
        help="The asset account of what is earned and not billed yet.",
        groups=SETTINGS_GROUPS,
    )
    xpps_cutoff_deferred_revenue_account_id = fields.Many2one(
        "account.account",
        string="Deferred Revenue Account",
        domain=[("account_type", "in", ACCRUAL_LIABILITIES)],
        help="The liability account of what is billed and not earned yet.",
        groups=SETTINGS_GROUPS,
    )
    xpps_cutoff_accrued_cost_account_id = fields.Many2one(
        "account.account",
        string="Accrued Cost Account",
        domain=[("account_type", "in", ACCRUAL_LIABILITIES)],
        help="The liability account of what Xerox's files say and no vendor bill yet.",
        groups=SETTINGS_GROUPS,
    )

    xpps_alias_id = fields.Many2one(
        "mail.alias", string="Alias for Billing Files", copy=False, ondelete="set null", groups=SETTINGS_GROUPS
    )
    xpps_alias_name = fields.Char(
        string="E-Mail Alias",
        compute="_compute_xpps_alias_name",
        inverse="_inverse_xpps_alias_name",
        help="Billing files that are sent to this address become drafts.",
        groups=SETTINGS_GROUPS,
    )
    xpps_alias_domain_id = fields.Many2one(
        "mail.alias.domain",
        string="E-Mail Alias Domain",
        compute="_compute_xpps_alias_domain_id",
        inverse="_inverse_xpps_alias_domain_id",
        groups=SETTINGS_GROUPS,
    )
    xpps_sender_addresses = fields.Text(
        string="Xerox's Senders",
        groups=SETTINGS_GROUPS,
        help="Who may send billing files besides the billing users: one e-mail address per line, or a domain such as "
        "@xerox.com for all of its addresses. E-mails from others are rejected.",
    )

    def _xpps_bills_by_run_only(self):
        """Whether the scheduled invoicing of subscriptions skips the agreements."""
        # Whoever invoices follows the company's settings without a right to read them.
        company = self.sudo()
        return company.xpps_invoice_by_run or company.xpps_approve_services

    @api.depends("xpps_alias_id.alias_name")
    def _compute_xpps_alias_name(self):
        for company in self:
            company.xpps_alias_name = company.xpps_alias_id.alias_name

    def _inverse_xpps_alias_name(self):
        for company in self:
            company._xpps_ensure_alias().alias_name = company.xpps_alias_name

    @api.depends("xpps_alias_id.alias_domain_id")
    def _compute_xpps_alias_domain_id(self):
        for company in self:
            company.xpps_alias_domain_id = (company.xpps_alias_id or company).alias_domain_id

    def _inverse_xpps_alias_domain_id(self):
        for company in self:
            company._xpps_ensure_alias().alias_domain_id = company.xpps_alias_domain_id

    def _xpps_ensure_alias(self):
        """:return: the company's mail.alias, made if need be: without a name yet, that is, inactive"""
        self.ensure_one()
        if not self.xpps_alias_id:
            get_model_id = self.env["ir.model"]._get_id
            # Who may write the company may have an alias for it, as in mail.alias.mixin.
            self.xpps_alias_id = (
                self.env["mail.alias"]
                .sudo()
                .create(
                    {
                        "alias_model_id": get_model_id("xpps.billing.file"),
                        "alias_defaults": {"company_id": self.id},
                        "alias_contact": "xpps_senders",
                        "alias_domain_id": self.alias_domain_id.id,
                        "alias_parent_model_id": get_model_id("res.company"),
                        "alias_parent_thread_id": self.id,
                    }
                )
            )
        # See above.
        return self.xpps_alias_id.sudo()

    @api.constrains("xpps_background_threshold", "xpps_usage_spike_percent", "xpps_margin_floor_percent")
    def _check_xpps_limits(self):
        # The rules hold for whoever makes a company, also without a right to these settings.
        for company in self.sudo():
            if company.xpps_background_threshold < 0:
                raise ValidationError(
                    self.env._(
                        "The number of devices above which files are processed in the background cannot be negative."
                    )
                )
            if company.xpps_usage_spike_percent < 0:
                raise ValidationError(self.env._("The percentage of a usage spike cannot be negative."))
            if not 0 <= company.xpps_margin_floor_percent < 100:
                raise ValidationError(
                    self.env._("The margin floor is a percentage of the price: from 0 to less than 100.")
                )

    @api.constrains("xpps_overage_cycles")
    def _check_xpps_overage_cycles(self):
        # Open cycles would never be charged. See _check_xpps_limits.
        companies = self.sudo().filtered(lambda company: not company.xpps_overage_cycles)
        agreements = self.env["sale.subscription"].sudo()
        agreement = companies and agreements.search(
            [
                ("company_id", "in", companies.ids),
                ("is_xpps", "=", True),
                ("is_xpps_master", "=", False),
                ("stage_id.type", "!=", "post"),
                ("xpps_overage_cycle", "!=", "1"),
            ],
            limit=1,
        )
        if agreement:
            raise ValidationError(
                self.env._(
                    "%s bills its overage of several months together. Have it billed every month first, which closes "
                    "its cycle.",
                    agreement.display_name,
                )
            )

    @api.constrains("xpps_page_plans")
    def _check_xpps_page_plans(self):
        # What is not rated yet would never be charged. See _check_xpps_limits.
        companies = self.sudo().filtered(lambda company: not company.xpps_page_plans)
        plan = companies and self.env["xpps.page.plan"].sudo().search(
            [
                ("company_id", "in", companies.ids),
                ("is_master", "=", False),
                "|",
                ("date_to", "=", False),
                ("rating_ids.state", "!=", "rated"),
            ],
            limit=1,
        )
        if plan:
            raise ValidationError(
                self.env._(
                    "Page plan %(plan)s of %(agreement)s is in force, or has cycles that are not rated yet. Enter its "
                    "end, and have its cycles rated first.",
                    plan=plan.display_name,
                    agreement=plan.subscription_id.display_name,
                )
            )

    @api.constrains("xpps_payers")
    def _check_xpps_payers(self):
        # Nobody would see who pays. See _check_xpps_limits.
        companies = self.sudo().filtered(lambda company: not company.xpps_payers)
        agreements = self.env["sale.subscription"].sudo().with_context(active_test=False)
        agreement = companies and agreements.search(
            [
                ("company_id", "in", companies.ids),
                ("is_xpps", "=", True),
                ("stage_id.type", "!=", "post"),
                "|",
                "|",
                ("xpps_base_payer_id", "!=", False),
                ("xpps_overage_payer_id", "!=", False),
                ("xpps_payer_ids", "!=", False),
            ],
            limit=1,
        )
        if agreement:
            raise ValidationError(
                self.env._("%s says who pays base prices or overage. Remove its payers first.", agreement.display_name)
            )

    @api.constrains("xpps_sender_addresses")
    def _check_xpps_sender_addresses(self):
        for company in self:
            # Whoever makes a company need not read the list of its senders.
            for number, line in enumerate((company.sudo().xpps_sender_addresses or "").splitlines(), start=1):
                if line.strip() and not self._xpps_sender(line):
                    raise ValidationError(
                        self.env._(
                            "Xerox's senders, line %(number)s: “%(line)s” is neither an e-mail address nor a domain. "
                            "Enter one per line, such as billing@xerox.com, or @xerox.com for all addresses of a "
                            "domain.",
                            number=number,
                            line=line.strip()[:100],
                        )
                    )

    @api.model
    def _xpps_sender(self, line):
        """:return: a line of the list of senders as it is compared: an address, or ``@`` and a domain; else False"""
        line = line.strip()
        # A domain is good when somebody can have an address there.
        address = email_normalize(f"any{line}" if line.startswith("@") else line)
        if not address or not single_email_re.fullmatch(address):
            return False
        return address.removeprefix("any") if line.startswith("@") else address

    def _xpps_may_bring_files(self, message):
        """Whether who sends a mail may bring billing files to the company.

        :param message: email.message.EmailMessage
        """
        self.ensure_one()
        # Of several senders nobody knows who it was; then there is no address.
        address = email_normalize(decode_message_header(message, "From", separator=","))
        if not address:
            return False
        if self._xpps_billing_user(address):
            return True
        # Mails are received by users who need not read the company's list.
        senders = {self._xpps_sender(line) for line in (self.sudo().xpps_sender_addresses or "").splitlines()}
        return address in senders or f"@{address.rpartition('@')[2]}" in senders

    def _xpps_billing_user(self, address):
        """:return: the user with this normalized address who may import files of the company, empty if there is none"""
        # Mails are received by users who need not read others.
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("email_normalized", "=", address),
                    ("share", "=", False),
                    ("active", "=", True),
                    *self._domain_xpps_group(BILLING_GROUP),
                ],
                order="id",
                limit=1,
            )
        )

    @api.constrains("xpps_responsible_id")
    def _check_xpps_responsible(self):
        # See _check_xpps_limits.
        for company in self.sudo():
            user = company.xpps_responsible_id
            if user and not company._xpps_has_right(user, BILLING_GROUP):
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot be responsible for the billing files of %(company)s. The responsible user "
                        "needs access to the company and the right “Xerox XPPS / Billing”.",
                        user=user.name,
                        company=company.name,
                    )
                )

    @api.constrains("xpps_vendor_id")
    def _check_xpps_vendor(self):
        # See _check_xpps_limits.
        for company in self.sudo():
            owner = company.xpps_vendor_id.company_id
            if owner and owner not in company.parent_ids:
                raise ValidationError(
                    self.env._(
                        "%(vendor)s belongs to %(owner)s, so it cannot be the vendor of %(company)s's bills.",
                        vendor=company.xpps_vendor_id.display_name,
                        owner=owner.name,
                        company=company.name,
                    )
                )

    @api.constrains(
        "xpps_cutoff_journal_id",
        "xpps_cutoff_accrued_revenue_account_id",
        "xpps_cutoff_deferred_revenue_account_id",
        "xpps_cutoff_accrued_cost_account_id",
    )
    def _check_xpps_cutoff(self):
        # See _check_xpps_limits.
        for company in self.sudo():
            journal = company.xpps_cutoff_journal_id
            accounts = (
                company.xpps_cutoff_accrued_revenue_account_id
                | company.xpps_cutoff_deferred_revenue_account_id
                | company.xpps_cutoff_accrued_cost_account_id
            )
            foreign = [one for one in accounts if not one.company_ids & company.parent_ids]
            foreign += [one for one in journal if one.company_id not in company.parent_ids]
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(record)s belongs to another company, so %(company)s cannot use it for cut-offs.",
                        record=foreign[0].display_name,
                        company=company.name,
                    )
                )

    def _xpps_vendor_settings(self):
        """:return: the company that says who Xerox is, and how its bills are drafted: this one, or the nearest above"""
        self.ensure_one()
        # Whoever works in a branch need not have access to the companies above it.
        naming = self.sudo().parent_ids.filtered("xpps_vendor_id")
        return naming[-1:]

    def _xpps_partner_numbers(self):
        """:return: [str], Xerox's numbers of the company, or of the nearest above that has one"""
        self.ensure_one()
        # See _xpps_vendor_settings; files come by whoever may bring them, also without a right to these settings.
        naming = self.sudo().parent_ids.filtered("xpps_partner_number")
        return split_numbers(naming[-1:].xpps_partner_number)

    def _xpps_file_responsible(self):
        """:return: the user who looks after files that arrive by themselves, empty if nobody may"""
        self.ensure_one()
        # Files come by whoever may bring them, also without a right to these settings.
        chosen = self.sudo().xpps_responsible_id
        for domain in (
            [("id", "in", chosen.ids), *self._domain_xpps_group(BILLING_GROUP)],
            self._domain_xpps_group(MANAGER_GROUP),
            self._domain_xpps_group(BILLING_GROUP),
        ):
            user = self.env["res.users"].search(domain, order="id", limit=1)
            if user:
                return user
        return user

    def _domain_xpps_group(self, group):
        """Users of a group who may work in this company."""
        return [("all_group_ids", "in", self.env.ref(group).ids), ("company_ids", "in", self.ids)]

    def _xpps_has_right(self, user, group):
        """Whether a user is of a group and may work in this company."""
        return self in user.company_ids and user.has_group(group)
