# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Xerox's bill, drafted from a billing file."""

from decimal import Decimal
from typing import NamedTuple

from odoo import Command
from odoo.exceptions import UserError
from odoo.models import BaseModel
from odoo.tools import formatLang

from ..common.constants import COMPONENT_SELECTION
from ..common.formats import period_text
from ..common.plural import plural
from ..common.program_values import PROGRAM_VALUES, ProgramValues


class GroupKey(NamedTuple):
    """What the records on one line of the bill have in common.

    ``state`` is that of the records, ``partner_id`` 0 where customers are not told apart, or not known, and
    ``distribution`` the analytic distribution as sorted pairs.
    """

    position: int
    state: str
    partner_id: int
    distribution: tuple


class Group:
    """The sum of the records on one line of the bill."""

    def __init__(self):
        self.cost = Decimal(0)
        self.pages = 0
        self.devices = 0

    def add(self, share):
        self.cost += share.cost
        self.pages += share.pages
        self.devices += bool(share.cost or share.pages)


class VendorCost(NamedTuple):
    """What one line of the bill comes to, in the currency of the file; below 0 Xerox takes it back.

    ``partner_id`` and ``distribution`` are as in ``GroupKey``, the latter as a dict. Without an ``account`` Odoo
    decides, as for any bill of this vendor.
    """

    component: str
    cost: Decimal
    partner_id: int
    distribution: dict
    account: BaseModel


class VendorBillDraft:
    """Makes the bill of a file; ``amounts`` are its VendorAmounts, ``vendor`` the res.partner that is Xerox.

    :param by_customer: whether every customer has lines of its own, with its analytic distribution
    """

    def __init__(self, file, amounts, vendor, by_customer=False):
        self.file = file
        self.env = file.env
        self.amounts = amounts
        self.vendor = vendor
        self.by_customer = by_customer
        self.components = [code for code, _label in COMPONENT_SELECTION]
        self.labels = dict(self.env["xpps.vendor.bill.component"]._fields["component"]._description_selection(self.env))
        self._distributions = {}

    def make(self):
        """:return: the account.move, a draft; a refund when Xerox takes back more than it bills"""
        total = self.amounts.total
        self.sign = -1 if total < 0 else 1
        bill = (
            self.env["account.move"]
            .with_company(self.file.company_id)
            .create(
                {
                    "move_type": "in_refund" if total < 0 else "in_invoice",
                    "company_id": self.file.company_id.id,
                    "partner_id": self.vendor.id,
                    "ref": self.file.name.strip(),
                    "invoice_date": self.file.invoice_date,
                    "currency_id": self.file.currency_id.id,
                }
            )
        )
        # The bill knows its fiscal position by now.
        self._look_up_accounts(bill.fiscal_position_id)
        bill.invoice_line_ids = [Command.create(values) for values in self._prepare_lines()]
        self._check_total(bill)
        return bill

    def costs(self, fiscal_position):
        """What the lines of the bill say, without making it.

        :param fiscal_position: that of the bill
        :return: [VendorCost]
        """
        self._look_up_accounts(fiscal_position)
        costs = [
            self._cost(self.components[key.position], group.cost, key.partner_id, dict(key.distribution))
            for key, group in sorted(self._group().items(), key=lambda item: item[0])
            if group.cost
        ]
        if self.amounts.rounding:
            costs.append(self._cost("base_service", self.amounts.rounding))
        return costs

    def _cost(self, component, cost, partner_id=0, distribution=None):
        return VendorCost(component, cost, partner_id, distribution or {}, self._account(component))

    def _look_up_accounts(self, fiscal_position):
        self.settings = self.env["xpps.component.account"]._by_component(self.file.company_id)
        self.fiscal_position = fiscal_position

    def _account(self, component):
        """:return: the account.account of a component; empty where Odoo decides"""
        setting = self.settings.get(component)
        account = setting.account_id if setting else self.env["account.account"]
        return self.fiscal_position.map_account(account) if account else account

    # Lines

    def _prepare_lines(self):
        groups = self._group()
        names = {key.partner_id: "" for key in groups}
        names |= {partner.id: partner.display_name for partner in self.env["res.partner"].browse(filter(None, names))}
        ordered = sorted(
            (key for key, group in groups.items() if group.cost),
            key=lambda key: (key.position, key.state != "imported", key.state, names[key.partner_id], key),
        )
        lines = [self._prepare_group_line(key, groups[key], names[key.partner_id]) for key in ordered]
        if self.amounts.rounding:
            name = self.env._(
                "%s: rounding difference, because Xerox rounds the total only", self.labels["base_service"]
            )
            lines.append(self._prepare_line("base_service", name, self.amounts.rounding))
        if not lines:
            raise UserError(
                self.env._("Billing file %s has nothing to bill, so no bill can be drafted.", self.file.display_name)
            )
        return lines

    def _group(self):
        """:return: {GroupKey: Group}"""
        groups = {}
        for line, shares in self.amounts.records:
            partner = line.partner_id if self.by_customer else line.partner_id.browse()
            for component, share in shares.items():
                distribution = self._distribution(line, component) if self.by_customer else {}
                key = GroupKey(
                    self.components.index(component), line.state, partner.id or 0, tuple(sorted(distribution.items()))
                )
                groups.setdefault(key, Group()).add(share)
        return groups

    def _prepare_group_line(self, key, group, customer):
        component = self.components[key.position]
        name = self._describe(component, key.state, group, customer)
        values = self._prepare_line(component, name, group.cost)
        if key.distribution:
            values["analytic_distribution"] = dict(key.distribution)
        return values

    def _describe(self, component, state, group, customer):
        title = self.labels[component]
        if customer:
            title = f"{title} – {customer}"
        notes = []
        if self.file.kind == "correction":
            notes.append(self.env._("correction"))
        if state == "held":
            notes.append(self.env._("held back, not imported"))
        elif state == "left_out":
            notes.append(self.env._("left out of the import"))
        if notes:
            title = f"{title} ({', '.join(notes)})"
        values = {
            "title": title,
            "pages": formatLang(self.env, group.pages, digits=0),
            "devices": group.devices,
            "period": period_text(self.env, self.file.period_start, self.file.period_end),
        }
        if component.startswith("base_"):
            return plural(
                group.devices,
                self.env._("%(title)s: 1 device, %(period)s", **values),
                self.env._("%(title)s: %(devices)s devices, %(period)s", **values),
            )
        return plural(
            group.devices,
            self.env._("%(title)s: %(pages)s pages of 1 device, %(period)s", **values),
            self.env._("%(title)s: %(pages)s pages of %(devices)s devices, %(period)s", **values),
        )

    def _prepare_line(self, component, name, cost):
        """What is not configured is left out, so that Odoo decides as for any bill of this vendor."""
        values = {
            "name": name,
            "quantity": 1,
            "price_unit": float(self.sign * cost),
            PROGRAM_VALUES: ProgramValues(xpps_component=component),
        }
        if account := self._account(component):
            values["account_id"] = account.id
        setting = self.settings.get(component)
        if setting and setting.tax_ids:
            values["tax_ids"] = [Command.set(self.fiscal_position.map_tax(setting.tax_ids).ids)]
        return values

    # Analytic

    def _distribution(self, line, component):
        """As the service that bills the device's base price is distributed, else as Odoo's models say of the customer.

        :return: {ids of analytic accounts: percentage}, empty where the vendor's models are to decide
        """
        service = line.device_id.xpps_subscription_line_id
        key = (component, line.partner_id, line.subscription_id, service)
        if key not in self._distributions:
            own = service.analytic_distribution if service.sale_subscription_id == line.subscription_id else False
            self._distributions[key] = own or self._distribution_of_customer(line.partner_id, component)
        return self._distributions[key]

    def _distribution_of_customer(self, customer, component):
        if not customer:
            return {}
        account = self._account(component)
        return self.env["account.analytic.distribution.model"]._get_distribution(
            {
                "partner_id": customer.id,
                "partner_category_id": customer.category_id.ids,
                "account_prefix": account.code,
                "company_id": self.file.company_id.id,
            }
        )

    def _check_total(self, bill):
        """:raises UserError: when a tax takes its share out of the amounts"""
        currency = self.file.currency_id
        if not currency.compare_amounts(bill.amount_untaxed, float(abs(self.amounts.total))):
            return
        taxes = bill.invoice_line_ids.tax_ids.filtered("price_include")
        raise UserError(
            self.env._(
                "Xerox's amounts are before taxes, but these taxes are included in prices: %s. Choose others under "
                "XPPS ▸ Configuration ▸ Vendor Bill Accounts.",
                ", ".join(taxes.mapped("name")),
            )
        )
