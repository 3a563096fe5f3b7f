# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a file tells about devices that nobody knows yet: proposals, for whoever creates the devices to confirm."""

from collections import defaultdict

from odoo.fields import Domain

from ..rules import name_key, named_domain


class DeviceProposals:
    """Model, customer, agreement and service of unknown devices, with one query a kind of record.

    What fits more than one model, customer or agreement is left empty: nothing is guessed.

    :param lines: xpps.billing.file.line of one company
    """

    def __init__(self, lines):
        self.env = lines.env
        self.lines = lines
        self.company = lines.company_id.ensure_one()
        self.models_by_number = self._models("xpps_model_number")
        self.models_by_name = self._models("name")
        self.agreements = self._agreements_by_number()
        self.customers = self._customers_by_number()
        self.named = customers_by_name(self.env, self.company, self._texts("xerox_customer_name"))
        self.only = self._only_agreements()

    def prepare(self):
        """:return: {xpps.billing.file.line: values of stock.lot}; ids or False"""
        return {line: self._prepare(line) for line in self.lines}

    def _prepare(self, line):
        agreement, customer = self._agreement(line), self._customer(line)
        return {
            "name": line.serial.strip(),
            "product_id": self._model(line).id,
            "company_id": self.company.id,
            "is_xpps_device": True,
            "xpps_partner_id": customer.id,
            "xpps_subscription_id": agreement.id,
            "xpps_subscription_line_id": agreement._xpps_base_service().id,
            "xpps_location": line.xerox_location,
        }

    def _model(self, line):
        none = self.env["product.product"]
        by_number = self.models_by_number.get((line.xerox_model_number or "").casefold(), none)
        return by_number or self.models_by_name.get((line.xerox_model or "").casefold(), none)

    def _customer(self, line):
        """Xerox's numbers of customer and agreement are surer than a name."""
        none = self.env["res.partner"]
        return (
            self.customers.get(line.xerox_customer_number, none)
            or self._numbered_agreement(line).partner_id
            or self.named.get(name_key(line.xerox_customer_name or ""), none)
        )

    def _agreement(self, line):
        agreement = self._numbered_agreement(line)
        if agreement:
            return agreement
        only = self.only.get((self._customer(line).commercial_partner_id, line.billing_file_id), agreement)
        stated, known = line.xerox_agreement_number, only.xpps_agreement_number
        # Of two numbers the file's is that of another agreement.
        return only if not (stated and known) or stated == known.strip() else agreement

    def _numbered_agreement(self, line):
        return self.agreements.get(line.xerox_agreement_number, self.env["sale.subscription"])

    # What they are looked up in

    def _models(self, field_name):
        models = self.env["product.product"]
        domain = [("is_xpps_printer", "=", True), *models._check_company_domain(self.company)]
        return self._by_key(models, field_name, domain, str.casefold)

    def _customers_by_number(self):
        partners = self.env["res.partner"]
        numbers = self._texts("xerox_customer_number")
        domain = [("xpps_customer_number", "in", numbers), *partners._check_company_domain(self.company)]
        return self._by_key(partners, "xpps_customer_number", domain)

    def _agreements_by_number(self):
        numbers = self._texts("xerox_agreement_number")
        domain = [("xpps_agreement_number", "in", numbers), *_agreements_domain(self.company)]
        return self._by_key(self.env["sale.subscription"], "xpps_agreement_number", domain)

    def _by_key(self, model, field_name, domain, key=str):
        """The only record of a model for each of the values that a field of it has."""
        found = defaultdict(model.browse)
        records = model.search([(field_name, "!=", False), *domain])
        for record in records:
            found[key(record[field_name].strip())] |= record
        # Browsed together, they are read together.
        return {value: one.with_prefetch(records.ids) for value, one in found.items() if len(one) == 1}

    def _texts(self, field_name):
        return [text for text in set(self.lines.mapped(field_name)) if text]

    def _only_agreements(self):
        """:return: {(commercial partner, xpps.billing.file): sale.subscription}"""
        found = {}
        for file, lines in self.lines.grouped("billing_file_id").items():
            customers = self.env["res.partner"].union(*map(self._customer, lines))
            by_customer = only_agreements(self.company, customers, file.period_start, file.period_end)
            found |= {(customer, file): agreement for customer, agreement in by_customer.items()}
        return found


def customers_by_name(env, company, names):
    """The customers whose names a file has, with one query, where there is just one.

    Addresses that are called as their customer are no other customer.

    :return: {name_key: res.partner}
    """
    keys = {name_key(name) for name in names} - {""}
    if not keys:
        return {}
    partners = env["res.partner"]
    found = defaultdict(partners.browse)
    for partner in partners.search(named_domain("name", keys) & Domain(partners._check_company_domain(company))):
        found[name_key(partner.name)] |= partner
    chosen = {key: _one_customer(same) for key, same in found.items()}
    return {key: customer for key, customer in chosen.items() if customer}


def _one_customer(partners):
    """:return: the only one, or the one whose addresses all others are, or none"""
    owner = partners.commercial_partner_id
    return partners if len(partners) == 1 else partners & owner if len(owner) == 1 else partners.browse()


def only_agreements(company, customers, period_start, period_end):
    """The agreement of each customer that runs in a period, with one query, where there is just one.

    :param customers: res.partner; an agreement of any address of a customer is the customer's
    :return: {commercial partner: sale.subscription}
    """
    owners = customers.commercial_partner_id
    if not (owners and period_start and period_end):
        return {}
    agreements = customers.env["sale.subscription"].search(
        [("partner_id.commercial_partner_id", "in", owners.ids), *_agreements_domain(company)]
    )
    running = agreements.filtered(lambda agreement: agreement._xpps_runs_between(period_start, period_end))
    by_customer = running.grouped(lambda agreement: agreement.partner_id.commercial_partner_id)
    return {customer: found for customer, found in by_customer.items() if len(found) == 1}


def _agreements_domain(company):
    """Agreements that may bill a device of a company."""
    return [("company_id", "=", company.id), ("is_xpps", "=", True), ("is_xpps_master", "=", False)]
