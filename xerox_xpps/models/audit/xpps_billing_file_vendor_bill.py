# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...audit import LineRecognition, VendorAmounts, VendorBillDraft
from ...common.formats import amount_text
from ...common.locking import lock_or_refuse
from ...common.rates import converted, unrated_currencies
from .xpps_vendor_bill_component import OTHER


class XppsBillingFile(models.Model):
    """Xerox's bill of an imported file: drafted from it, or matched by Xerox's invoice number.

    Whether both agree follows the bill, whatever becomes of it.
    """

    _inherit = "xpps.billing.file"

    vendor_bill_id = fields.Many2one(
        "account.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    vendor_bill_component_ids = fields.One2many(
        "xpps.vendor.bill.component", "billing_file_id", string="Vendor Bill by Component", readonly=True
    )
    vendor_bill_expected = fields.Monetary(
        string="Expected Bill",
        readonly=True,
        copy=False,
        help="The total of Xerox's bill of this file before taxes. A negative total is a refund.",
    )
    vendor_bill_amount = fields.Monetary(
        string="Billed by Vendor",
        compute="_compute_vendor_bill_state",
        store=True,
        help="The vendor bill before taxes, in the currency of the file.",
    )
    vendor_bill_difference = fields.Monetary(
        compute="_compute_vendor_bill_state",
        store=True,
        help="Vendor bill less billing file, before taxes.",
    )
    vendor_bill_state = fields.Selection(
        [("none", "Missing"), ("equal", "Equal"), ("different", "Different")],
        string="Bill Check",
        compute="_compute_vendor_bill_state",
        store=True,
        help="Whether the total of Xerox's bill matches the billing file.",
    )
    vendor_bill_comparison = fields.Char(
        compute="_compute_vendor_bill_comparison", help="Describes how the vendor bill differs from the file."
    )

    _vendor_bill_uniq = models.UniqueIndex(
        "(vendor_bill_id) WHERE vendor_bill_id IS NOT NULL", "This vendor bill already belongs to another billing file."
    )

    @api.depends(
        "vendor_bill_expected",
        "vendor_bill_id.state",
        "vendor_bill_id.move_type",
        "vendor_bill_id.currency_id",
        "vendor_bill_id.invoice_date",
        "vendor_bill_id.amount_untaxed",
    )
    def _compute_vendor_bill_state(self):
        for file in self:
            bill = file._live_vendor_bill()
            amount = file._in_file_currency(bill, bill.amount_untaxed)
            file.vendor_bill_amount = amount or 0.0
            file.vendor_bill_difference = bill and amount is not None and amount - file.vendor_bill_expected
            if not bill:
                file.vendor_bill_state = "none"
            elif bill.currency_id == file.currency_id and file.currency_id.is_zero(file.vendor_bill_difference):
                file.vendor_bill_state = "equal"
            else:
                file.vendor_bill_state = "different"

    @api.depends("vendor_bill_state", "vendor_bill_difference", "vendor_bill_component_ids.difference")
    def _compute_vendor_bill_comparison(self):
        for file in self:
            file.vendor_bill_comparison = file.vendor_bill_state != "none" and file._describe_vendor_bill()

    def _live_vendor_bill(self):
        return self.vendor_bill_id.filtered(lambda bill: bill.state != "cancel")

    def _in_file_currency(self, bill, amount):
        """An amount of a bill, negative when it is a refund, in the currency in which Xerox's file is.

        :return: None where one of the two currencies has no exchange rate of the bill's day or before
        """
        if not bill:
            return 0.0
        sign = -1 if bill.move_type == "in_refund" else 1
        return converted(sign * amount, bill.currency_id, self.currency_id, self.company_id, self._bill_day(bill))

    def _bill_day(self, bill):
        return bill.invoice_date or bill.date or fields.Date.context_today(self)

    def _vendor_bill_amounts(self):
        """What the live bill bills of each component, without taxes, in the file's currency.

        :return: {component or OTHER: amount}
        """
        self.ensure_one()
        bill = self._live_vendor_bill()
        if not bill:
            return {}
        recognition = LineRecognition(bill)
        amounts = defaultdict(float)
        for line in bill.invoice_line_ids.filtered(lambda line: line.display_type == "product"):
            component = recognition.component(line)
            if component:
                amounts[component] += line.price_subtotal
        amounts[OTHER] = bill.amount_untaxed - sum(amounts.values())
        return {component: self._in_file_currency(bill, amount) or 0.0 for component, amount in amounts.items()}

    # Drafting and matching

    def action_create_vendor_bill(self):
        """Draft Xerox's bill of imported files.

        A regular file bills what its records say, a correction the difference to what it replaces; where that is
        negative, the bill is a refund.

        :return: the action that opens the bills
        :raises UserError: when a file is not imported or has a bill, or nobody said who Xerox is
        """
        self.check_access("write")
        self.env["account.move"].check_access("create")
        bills = self.env["account.move"]
        for file in self:
            file._check_vendor_bill_wanted()
            bills |= file._draft_vendor_bill()
        return bills._action_open_xpps_vendor_bills()

    def action_match_vendor_bill(self):
        """Find the bill that has Xerox's invoice number, and compare it with the file.

        :raises UserError: when there is none, or more than one
        """
        self.check_access("write")
        self.env["account.move"].check_access("read")
        for file in self:
            file._check_vendor_bill_wanted()
            bill = file._find_vendor_bill()
            file._link_vendor_bill(bill, VendorAmounts(file))
            file._note_on_both(
                bill,
                file.env._("Vendor bill %(bill)s is matched. %(comparison)s"),
                file.env._("Matched with Xerox's billing file %(file)s. %(comparison)s"),
            )
        return True

    def action_open_vendor_bill(self):
        self.check_access("read")
        return self.vendor_bill_id._action_open_xpps_vendor_bills()

    def _check_vendor_bill_wanted(self):
        """Lock the file, and see that it still lacks a bill."""
        self.ensure_one()
        lock_or_refuse(
            self,
            self.env._(
                "Someone else is working on billing file %s right now, or has just been. Reload it before you "
                "continue.",
                self.display_name,
            ),
        )
        if self.state != "imported":
            raise UserError(
                self.env._(
                    "Billing file %s has not been imported. Import it before you create its bill.", self.display_name
                )
            )
        bill = self._live_vendor_bill()
        if bill:
            raise UserError(
                self.env._(
                    "Billing file %(file)s already has a vendor bill: %(bill)s. Open it, or delete it to create a new "
                    "one.",
                    file=self.display_name,
                    bill=bill.display_name,
                )
            )

    def _vendor(self):
        """:return: the res.partner that is Xerox"""
        vendor = self.company_id._xpps_vendor_settings().xpps_vendor_id
        if not vendor:
            raise UserError(
                self.env._(
                    "No vendor is set for Xerox yet. Ask your administrator to choose it for %s under XPPS ▸ "
                    "Configuration ▸ Settings ▸ Xerox's Bills.",
                    self.company_id.name,
                )
            )
        return vendor.with_env(self.env)

    def _draft_vendor_bill(self):
        settings = self.company_id._xpps_vendor_settings()
        vendor = self._vendor()
        twins = self._bills_of_number(vendor)
        if twins:
            raise UserError(
                self.env._(
                    "There is already a bill for Xerox invoice %(number)s: %(bills)s. Press Match Vendor Bill to "
                    "compare it with the file.",
                    number=self.name,
                    bills=self._listed_bills(twins),
                )
            )
        amounts = VendorAmounts(self)
        bill = VendorBillDraft(self, amounts, vendor, settings.xpps_vendor_bill_analytic).make()
        self._link_vendor_bill(bill, amounts)
        self._note_on_both(
            bill,
            self.env._("Vendor bill %(bill)s is drafted."),
            self.env._("Drafted from Xerox's billing file %(file)s."),
        )
        return bill

    def _bills_of_number(self, vendor):
        """Xerox's bills that have the number of the file's invoice, in whatever currency.

        Without those of other files of the same number: an invoice may come in several files, each of which has its
        bill.
        """
        number = self._normalized(self.name)
        bills = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("move_type", "in", ("in_invoice", "in_refund")),
                ("state", "!=", "cancel"),
                ("commercial_partner_id", "=", vendor.commercial_partner_id.id),
                "|",
                "|",
                ("ref", "ilike", self.name.strip()),
                ("payment_reference", "ilike", self.name.strip()),
                ("name", "ilike", self.name.strip()),
            ]
        )
        # Whose bill it is does not depend on what the user may see of the other file.
        others = self.sudo().search(
            [("vendor_bill_id", "in", bills.ids), ("id", "!=", self.id), ("name", "=", self.name)]
        )
        bills -= others.vendor_bill_id.with_env(self.env)
        return bills.filtered(
            lambda bill: number in (self._normalized(text) for text in (bill.ref, bill.payment_reference, bill.name))
        )

    @api.model
    def _normalized(self, number):
        return (number or "").strip().casefold()

    def _listed_bills(self, bills):
        return ", ".join(f"{bill.display_name} ({bill.currency_id.name})" for bill in bills)

    def _find_vendor_bill(self):
        """:return: the one account.move that has Xerox's invoice number"""
        vendor = self._vendor()
        found = self._bills_of_number(vendor)
        bills = found.filtered(lambda bill: bill.currency_id == self.currency_id)
        if len(bills) == 1:
            return bills
        terms = {
            "number": self.name,
            "vendor": vendor.display_name,
            "currency": self.currency_id.name,
            "bills": self._listed_bills(found),
        }
        if bills:
            raise UserError(
                self.env._(
                    "Several bills of %(vendor)s have the number %(number)s: %(bills)s. Delete or cancel those that "
                    "are not Xerox's bill, or correct their references.",
                    **terms,
                )
            )
        if found:
            raise UserError(
                self.env._(
                    "The bill of Xerox invoice %(number)s is in another currency than the file, which is in "
                    "%(currency)s: %(bills)s. Correct the bill's currency.",
                    **terms,
                )
            )
        raise UserError(
            self.env._(
                "No bill of %(vendor)s has the number %(number)s as its reference. Enter the bill, or draft it from "
                "the file with Create Vendor Bill.",
                **terms,
            )
        )

    def _link_vendor_bill(self, bill, amounts):
        """Keep what the file says by component, and which bill is to be compared with it."""
        # What is compared is evidence that nobody writes by hand; see write.
        file = self.sudo()
        file.vendor_bill_component_ids.unlink()
        file.vendor_bill_component_ids.create(
            [
                {
                    "billing_file_id": file.id,
                    "company_id": file.company_id.id,
                    "currency_id": file.currency_id.id,
                    "component": component,
                    "file_amount": float(amount),
                }
                for component, amount in [*amounts.by_component.items(), (OTHER, 0)]
            ]
        )
        file.write({"vendor_bill_id": bill.id, "vendor_bill_expected": float(amounts.total)})

    # What is said about it

    def _note_on_both(self, bill, on_file, on_bill):
        """Post a note on the file and one on its bill; both may name %(file)s, %(bill)s and the %(comparison)s."""
        terms = {
            "file": self._get_html_link(),
            "bill": bill._get_html_link(),
            "comparison": self.vendor_bill_comparison,
        }
        self.message_post(body=Markup(on_file) % terms)
        bill.message_post(body=Markup(on_bill) % terms)

    def _describe_vendor_bill(self):
        """How bill and file compare, in one or two sentences."""
        self.ensure_one()

        def amount(value):
            return amount_text(self.env, value, self.currency_id)

        if self.vendor_bill_state == "equal":
            return self.env._("The bill total matches the file: %s before taxes.", amount(self.vendor_bill_expected))
        bill = self.vendor_bill_id
        unrated = unrated_currencies(bill.currency_id | self.currency_id, self.company_id, self._bill_day(bill))
        if bill.currency_id != self.currency_id and unrated:
            return self.env._(
                "Bill and file cannot be compared: %(currency)s has no exchange rate of %(day)s or before. Enter the "
                "rate, and match the bill again.",
                currency=unrated[0].name,
                day=format_date(self.env, self._bill_day(bill)),
            )
        terms = {
            "bill": amount(self.vendor_bill_amount),
            "file": self.display_name,
            "expected": amount(self.vendor_bill_expected),
            "difference": amount(abs(self.vendor_bill_difference)),
        }
        if self.vendor_bill_difference < 0:
            text = self.env._(
                "The bill total is %(bill)s before taxes: %(difference)s less than the %(expected)s of Xerox's "
                "billing file %(file)s.",
                **terms,
            )
        else:
            text = self.env._(
                "The bill total is %(bill)s before taxes: %(difference)s more than the %(expected)s of Xerox's "
                "billing file %(file)s.",
                **terms,
            )
        if self.vendor_bill_id.currency_id != self.currency_id:
            text += " " + self.env._("It is in %s.", self.vendor_bill_id.currency_id.name)
        rows = self.vendor_bill_component_ids
        if not any(row.bill_amount for row in rows if row.component != OTHER):
            # Nothing of the bill tells a component.
            return text
        parts = [
            f"{row.display_name} {amount(row.difference)}"
            for row in rows
            if not self.currency_id.is_zero(row.difference)
        ]
        if not parts:
            return text
        by_component = self.env._("By component, bill less file: %s.", ", ".join(parts))
        return f"{text} {by_component}"

    # Undoing

    def _posted_vendor_bill(self):
        """:return: the posted bill that was drafted from the file, whose import it rests on"""
        bill = self.vendor_bill_id.filtered(lambda bill: bill.state == "posted")
        return bill if any(bill.invoice_line_ids.mapped("xpps_component")) else bill.browse()

    def _release_vendor_bill(self):
        """Let go of the bill when the import is undone; it stays, as somebody may have worked on it."""
        bill = self.vendor_bill_id
        self.vendor_bill_component_ids.unlink()
        self.write({"vendor_bill_id": False, "vendor_bill_expected": 0})
        if bill:
            self._note_on_both(
                bill,
                self.env._("Vendor bill %(bill)s is no longer linked to this file. Delete it if you do not need it."),
                self.env._(
                    "The import of Xerox's billing file %(file)s was undone, so the bill is no longer linked to it. "
                    "Delete the bill if you do not need it, or match it when the file is imported again."
                ),
            )
