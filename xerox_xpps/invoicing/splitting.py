# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Sorting what one agreement bills by who pays it."""

from collections import defaultdict
from uuid import uuid4

from .document import BillingPart
from .payer import make_shares


class Splitting:
    """Takes what an agreement bills, item by item with its payers, and gives the parts of the bills.

    :param agreement: sale.subscription
    """

    def __init__(self, agreement):
        self.agreement = agreement
        self.invoice_address = agreement._xpps_payer()
        self._key = uuid4().hex
        self._bills = defaultdict(lambda: defaultdict(list))
        self._charges = defaultdict(list)
        self._shares = defaultdict(dict)
        self._payers = {}
        self._known_terms = {}

    def _terms(self, partner):
        if partner not in self._known_terms:
            self._known_terms[partner] = self.agreement._xpps_payer_terms(partner)
        return self._known_terms[partner]

    def payers(self, role):
        """:return: [(res.partner, Decimal percent)] as the agreement says now"""
        if role not in self._payers:
            self._payers[role] = self.agreement._xpps_payers_of(role)
        return self._payers[role]

    def add_bill(self, line, bill, payers):
        """:param bill: BaseBill or BaseChange of a recurring line"""
        for partner, share in make_shares(self._key, payers):
            self._bills[partner][line.id].append((bill, share))

    def add_charge(self, charge, payers):
        joined = all(self._terms(partner).detail == "material" for partner, _percent in payers)
        for partner, share in make_shares(self._key, payers, joined):
            self._charges[partner].append(charge)
            if share:
                self._shares[partner][charge.id] = share

    @property
    def partners(self):
        """Those who get a bill; the invoice address always may, and comes first."""
        return list(dict.fromkeys([self.invoice_address, *self._bills, *self._charges]))

    def parts(self, lines, base_lines, charges):
        """The parts of the bills; those of somebody who pays nothing are empty.

        :param lines: the recurring lines that are due
        :param base_lines: those whose bills were added; the others are for the invoice address
        :param charges: those that were added
        :return: [BillingPart]
        """
        parts = []
        for partner in self.partners:
            bills, mine = dict(self._bills[partner]), {charge.id for charge in self._charges[partner]}
            others = lines - base_lines if partner == self.invoice_address else lines.browse()
            parts.append(
                BillingPart(
                    self.agreement,
                    lines.filtered(lambda line, bills=bills, others=others: line.id in bills or line in others),
                    charges.filtered(lambda charge, mine=mine: charge.id in mine),
                    self._terms(partner),
                    bills,
                    self._shares[partner],
                )
            )
        return parts
