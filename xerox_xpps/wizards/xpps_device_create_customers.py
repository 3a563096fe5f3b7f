# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from functools import cached_property

from odoo.fields import Domain

from ..rules import name_key, named_domain


class NewCustomers:
    """The agreements that a billing file names, and that nobody knows, with their customers.

    :param rows: xpps.device.create.wizard.row; what has an agreement already, or is a device that is there, needs none
    """

    def __init__(self, rows):
        self.env = rows.env
        self.company = rows.wizard_id.company_id
        self.rows = rows.filtered(lambda row: not row.subscription_id and not row.same_as_id)

    def names(self):
        """:return: [name of the customer], one an agreement"""
        return [rows[:1].partner_id.name or _name(line) for line, rows in self._new.values()]

    def create_customers(self):
        """:return: res.partner that were created; all rows of new agreements have a customer from now on"""
        lacking = {}
        for (customer, _number), (line, rows) in self._new.items():
            if not rows.partner_id:
                line, others = lacking.get(customer, (line, rows.browse()))
                lacking[customer] = (line, others | rows)
        partners = self.env["res.partner"].with_company(self.company)
        created = partners.create([self._prepare_customer(line) for line, _rows in lacking.values()])
        for partner, (_line, rows) in zip(created, lacking.values(), strict=True):
            rows.partner_id = partner
        return created.with_env(self.env)

    def agreements(self):
        """:return: [(res.partner, Xerox's number of the agreement or False)]"""
        return [(rows[:1].partner_id, number) for (_customer, number), (_line, rows) in self._new.items()]

    def assign(self, agreements):
        """:param agreements: sale.subscription, in the order of ``agreements()``"""
        for agreement, (_line, rows) in zip(agreements, self._new.values(), strict=True):
            rows._fill("subscription_id", agreement)

    @cached_property
    def _new(self):
        """:return: {(customer, Xerox's number of the agreement or False): (a record of it, rows)}; a customer is a
            res.partner, or what Xerox calls somebody whom nobody knows

        Where the agreement may be one that is there, the user chooses.
        """
        found = {}
        for row, line in self.rows._records().items():
            customer = row.partner_id or _called(line)
            if customer:
                key = (customer, (line.xerox_agreement_number or "").strip() or False)
                line, rows = found.get(key, (line, row.browse()))
                found[key] = (line, rows | row)
        if not found:
            return found
        numbers, customers = self._taken(found)
        return {
            (customer, number): value
            for (customer, number), value in found.items()
            if number not in numbers and customer not in customers
        }

    def _taken(self, found):
        """:return: ({Xerox's number of an agreement that is there}, {customer of whom there is something to choose})"""
        known = [customer for customer, _number in found if not isinstance(customer, str)]
        payers = self.env["res.partner"].union(*known).commercial_partner_id
        numbered = Domain("xpps_agreement_number", "in", [number for _customer, number in found if number])
        # It may be any of its customer's.
        unnumbered = Domain("xpps_agreement_number", "=", False) & Domain(
            "partner_id.commercial_partner_id", "in", payers.ids
        )
        agreements = self.env["sale.subscription"].search(
            Domain("is_xpps", "=", True)
            & Domain("is_xpps_master", "=", False)
            & Domain("company_id", "=", self.company.id)
            & (numbered | unnumbered)
        )
        open_ = agreements.filtered(lambda agreement: not agreement.xpps_agreement_number)
        payers = open_.partner_id.commercial_partner_id
        customers = {customer for customer in known if customer.commercial_partner_id in payers}
        return set(agreements.mapped("xpps_agreement_number")) - {False}, customers | self._known_names(found)

    def _known_names(self, found):
        """:return: what Xerox calls those customers that may be one who is there, or several"""
        lines = [line for (customer, _number), (line, _rows) in found.items() if isinstance(customer, str)]
        keys = set().union(*map(_keys, lines))
        customers = self.env["res.partner"]
        known = customers.search(
            Domain(customers._check_company_domain(self.company))
            & (named_domain("name", keys) | named_domain("xpps_customer_number", keys))
        )
        known_keys = {name_key(text) for one in known for text in (one.name, one.xpps_customer_number) if text}
        return {_called(line) for line in lines if known_keys & _keys(line)}

    def _prepare_customer(self, line):
        return {
            "name": _name(line),
            "xpps_customer_number": (line.xerox_customer_number or "").strip() or False,
            "is_company": True,
            "customer_rank": 1,
        }


def _called(line):
    """What tells the customer of a record from others: Xerox's number, else the name."""
    return (line.xerox_customer_number or line.xerox_customer_name or "").strip()


def _name(line):
    return (line.xerox_customer_name or line.xerox_customer_number).strip()


def _keys(line):
    """:return: the ``name_key`` of whatever a record calls its customer"""
    return {name_key(text) for text in (line.xerox_customer_name, line.xerox_customer_number) if text}
