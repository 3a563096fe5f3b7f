# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Xerox's numbers of our customers and agreements, and what a file proposes for those that have none."""

from collections import defaultdict
from typing import Any, NamedTuple

from ..rules import number_key


def customer_numbers(partners):
    """Xerox's number may stand on an address, or on a company above it.

    :param partners: res.partner
    :return: {res.partner id: [number]}, those of the partner and of all above it, the nearest first; with a query a
        level
    """
    # What Xerox calls a customer's company does not depend on what the user may see of it.
    level = partners.sudo()
    known = {}
    while level:
        for row in level.read(["parent_id", "xpps_customer_number"], load=None):
            known[row["id"]] = (row["parent_id"], (row["xpps_customer_number"] or "").strip())
        level = level.browse({parent_id for parent_id, _number in known.values() if parent_id} - known.keys())
    return {partner_id: _numbers_above(partner_id, known) for partner_id in known}


def _numbers_above(partner_id, known):
    numbers = []
    while partner_id:
        partner_id, number = known[partner_id]
        if number_key(number):
            numbers.append(number)
    return numbers


def customers_without_number(file):
    """What the lines of a file state of customers that have no number, by today.

    :return: (res.partner, {res.partner id: {number}}), as ``propose_customer_numbers`` takes them
    """
    groups = file.env["xpps.billing.file.line"]._read_group(
        [("billing_file_id", "=", file.id), ("partner_id", "!=", False), ("xerox_customer_number", "!=", False)],
        ["partner_id", "subscription_id", "xerox_customer_number"],
    )
    partners = file.env["res.partner"].union(*(partner for partner, *_group in groups))
    payers = partners.union(*(agreement.partner_id for _partner, agreement, _number in groups))
    known = customer_numbers(payers)
    stated = defaultdict(set)
    for partner, agreement, number in groups:
        if number_key(number) and not known[partner.id] and not known.get(agreement.partner_id.id):
            stated[partner.id].add(number)
    return partners.filtered(lambda partner: partner.id in stated), stated


def agreements_without_number(file):
    """As ``customers_without_number``, of sale.subscription."""
    groups = file.env["xpps.billing.file.line"]._read_group(
        [("billing_file_id", "=", file.id), ("subscription_id", "!=", False), ("xerox_agreement_number", "!=", False)],
        ["subscription_id", "xerox_agreement_number"],
    )
    agreements = file.env["sale.subscription"].union(*(agreement for agreement, _number in groups))
    stated = defaultdict(set)
    for agreement, number in groups:
        if number_key(number) and not number_key(agreement.xpps_agreement_number):
            stated[agreement.id].add(number)
    return agreements.filtered(lambda agreement: agreement.id in stated), stated


class NumberProposal(NamedTuple):
    """Numbers that a file states and that we lack.

    ``numbers`` are {record: number}, to be taken over; ``unclear`` the records of which the file does not tell it: it
    states several for one record, one for several of them, or one that another record has.
    """

    numbers: dict
    unclear: Any


def propose_customer_numbers(partners, stated, company):
    """Numbers of customers that have none. One that several addresses of a customer state is the customer's.

    :param partners: res.partner
    :param stated: {res.partner id: {number}}
    :return: NumberProposal
    """
    domain = [("xpps_customer_number", "!=", False), *partners._check_company_domain(company)]
    return _propose(
        partners,
        stated,
        lambda same: same.commercial_partner_id,
        lambda: partners.search(domain).mapped("xpps_customer_number"),
    )


def propose_agreement_numbers(agreements, stated, company):
    """As ``propose_customer_numbers``, of sale.subscription; an agreement has a number of its own."""
    domain = [("xpps_agreement_number", "!=", False), ("company_id", "=", company.id)]
    return _propose(
        agreements,
        stated,
        lambda same: same,
        lambda: agreements.search(domain).mapped("xpps_agreement_number"),
    )


def _fullest(number):
    return len(number), number


def _propose(records, stated, owner_of, used):
    """:param owner_of: gives whose number it is that several records state
    :param used: gives the numbers that records have already
    """
    if not records:
        return NumberProposal({}, records)
    # Of several writings of one number, the one with its leading zeros.
    numbers = {
        record: {number_key(number): number for number in sorted(stated[record.id], key=_fullest)} for record in records
    }
    unclear = records.filtered(lambda record: len(numbers[record]) > 1)
    by_key = defaultdict(records.browse)
    for record in records - unclear:
        by_key[next(iter(numbers[record]))] |= record
    used_keys = set(map(number_key, used()))
    owners = {key: same if len(same) == 1 else owner_of(same) for key, same in by_key.items()}
    keys = defaultdict(list)
    for key, owner in owners.items():
        keys[owner].append(key)
    taken = {}
    for key, same in by_key.items():
        owner = owners[key]
        if len(owner) != 1 or owner in unclear or len(keys[owner]) > 1 or key in used_keys:
            unclear |= same
        else:
            taken[owner] = max((numbers[record][key] for record in same), key=_fullest)
    return NumberProposal(taken, unclear)
