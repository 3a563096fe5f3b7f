# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Xerox's numbers of partner, customers and agreements, and its form of serial numbers, against ours."""

from collections import defaultdict

from ..common.listing import enumeration
from ..common.plural import plural
from ..rules import is_other_number, number_key
from .issues import clipped
from .known_numbers import propose_agreement_numbers, propose_customer_numbers

#: How many records a message names.
MAX_NAMED = 5


class NumberChecks:
    """What Xerox states against what we know, record by record; ``report`` says what is about the file as a whole.

    What differs stays on the record's line, ``expected_…``: whatever becomes of our number, the vendor report knows
    what it was when the file was imported.
    """

    def __init__(self, context):
        self.context = context
        self.env = context.env
        self.lookups = context.lookups
        self.customers = defaultdict(set)
        self.agreements = defaultdict(set)
        self.serials = []
        # Asked for each of fifty thousand devices, of some hundred customers.
        self._expected_customers = {}
        self._expected_agreements = {}

    def partner(self):
        """Is the file for us at all?"""
        stated = self.context.details.invoice.partner_number
        ours = self.context.company._xpps_partner_numbers()
        if is_other_number(stated, ours):
            self.context.findings.add(
                "foreign_partner",
                lambda: self.env._(
                    "The file is for Xerox partner number %(stated)s, but %(company)s has %(ours)s. Import it in the "
                    "company that it is for, or enter the number in the XPPS settings if it is yours, too.",
                    stated=clipped(stated),
                    company=self.context.company.name,
                    ours=", ".join(ours),
                ),
                value=stated,
            )
        elif number_key(stated) and not ours:
            self.context.findings.add(
                "partner_number_missing",
                lambda: self.env._(
                    "The file is for Xerox partner number %(stated)s, and %(company)s has none. Take it over if it is "
                    "yours: files of other partners are refused then.",
                    stated=clipped(stated),
                    company=self.context.company.name,
                ),
                value=stated,
            )

    def run(self, check):
        """Compare a record with the customer and agreement that its line names by now."""
        line, record = check.line, check.record
        agreement = self.lookups.agreements.get(line["subscription_id"])
        if record.serial.strip() != check.device.serial:
            line["expected_serial"] = check.device.serial
            self.serials.append((record.serial.strip(), check.device.serial))
        if line["partner_id"] and number_key(record.customer_number):
            expected = self._expected_customer(record.customer_number, line["partner_id"], agreement)
            line["expected_customer_number"] = expected
            if expected:
                self._report_customer(check, expected)
        if agreement and number_key(record.agreement_number):
            expected = self._expected_agreement(record.agreement_number, agreement)
            line["expected_agreement_number"] = expected
            if expected:
                self._report_agreement(check, agreement, expected)

    def _expected_customer(self, stated, partner_id, agreement):
        """:return: our number of the customer where Xerox states another one, else None"""
        key = stated, partner_id, agreement and agreement.partner_id
        if key not in self._expected_customers:
            ours = list(self.lookups.customer_numbers.get(partner_id, ()))
            if agreement:
                ours += self.lookups.customer_numbers.get(agreement.partner_id, ())
            if not ours:
                self.customers[partner_id].add(stated)
            self._expected_customers[key] = ours[0] if is_other_number(stated, ours) else None
        return self._expected_customers[key]

    def _expected_agreement(self, stated, agreement):
        """As ``_expected_customer``."""
        key = stated, agreement.id
        if key not in self._expected_agreements:
            ours = agreement.xerox_number
            if not number_key(ours):
                self.agreements[agreement.id].add(stated)
            self._expected_agreements[key] = ours if is_other_number(stated, [ours]) else None
        return self._expected_agreements[key]

    def _report_customer(self, check, expected):
        check.add(
            "wrong_customer",
            lambda: self.env._(
                "Line %(line)s: Xerox bills device %(serial)s to customer number %(stated)s, but its customer "
                "%(customer)s has %(ours)s. Dispute the record with Xerox, or correct the number or the device.",
                stated=clipped(check.record.customer_number),
                customer=self.env["res.partner"].browse(check.line["partner_id"]).display_name,
                ours=clipped(expected),
                **check.place,
            ),
            fix=check.device.record,
            value=check.record.customer_number,
        )

    def _report_agreement(self, check, agreement, expected):
        check.add(
            "wrong_agreement",
            lambda: self.env._(
                "Line %(line)s: Xerox bills device %(serial)s on agreement number %(stated)s, but its agreement "
                "%(agreement)s has %(ours)s. Dispute the record with Xerox, or correct the number or the device.",
                stated=clipped(check.record.agreement_number),
                agreement=agreement.record._xpps_number(),
                ours=clipped(expected),
                **check.place,
            ),
            fix=check.device.record,
            value=check.record.agreement_number,
        )

    # The file as a whole

    def report(self):
        """Say which numbers could be taken over, and how many serial numbers are written otherwise."""
        company = self.context.company
        customers = propose_customer_numbers(self.env["res.partner"].browse(self.customers), self.customers, company)
        if customers.numbers or customers.unclear:
            self.context.findings.add(
                "customer_number_missing",
                lambda: self._say_customers(customers),
                value=str(len(customers.numbers)),
            )
        agreements = propose_agreement_numbers(
            self.env["sale.subscription"].browse(self.agreements), self.agreements, company
        )
        if agreements.numbers or agreements.unclear:
            self.context.findings.add(
                "agreement_number_missing",
                lambda: self._say_agreements(agreements),
                value=str(len(agreements.numbers)),
            )
        if self.serials:
            self.context.findings.add("serial_form", self._say_serials)

    def _say_customers(self, proposal):
        taken = {"count": len(proposal.numbers), "numbers": self._pairs(proposal.numbers)}
        unclear = {"count": len(proposal.unclear), "names": self._names(proposal.unclear)}
        sentences = []
        if proposal.numbers:
            sentences.append(
                plural(
                    len(proposal.numbers),
                    self.env._(
                        "1 customer has no Xerox customer number, and the file states it: %(numbers)s.", **taken
                    ),
                    self.env._(
                        "%(count)s customers have no Xerox customer number, and the file states it: %(numbers)s.",
                        **taken,
                    ),
                )
            )
        if proposal.unclear:
            sentences.append(
                plural(
                    len(proposal.unclear),
                    self.env._(
                        "1 customer has no Xerox customer number, and the file does not state one that is the "
                        "customer's alone: %(names)s. Enter it yourself.",
                        **unclear,
                    ),
                    self.env._(
                        "%(count)s customers have no Xerox customer number, and the file does not state one that is "
                        "each customer's alone: %(names)s. Enter them yourself.",
                        **unclear,
                    ),
                )
            )
        return "\n".join(sentences)

    def _say_agreements(self, proposal):
        taken = {"count": len(proposal.numbers), "numbers": self._pairs(proposal.numbers)}
        unclear = {"count": len(proposal.unclear), "names": self._names(proposal.unclear)}
        sentences = []
        if proposal.numbers:
            sentences.append(
                plural(
                    len(proposal.numbers),
                    self.env._(
                        "1 agreement has no Xerox agreement number, and the file states it: %(numbers)s.", **taken
                    ),
                    self.env._(
                        "%(count)s agreements have no Xerox agreement number, and the file states it: %(numbers)s.",
                        **taken,
                    ),
                )
            )
        if proposal.unclear:
            sentences.append(
                plural(
                    len(proposal.unclear),
                    self.env._(
                        "1 agreement has no Xerox agreement number, and the file does not state one that is the "
                        "agreement's alone: %(names)s. Enter it yourself.",
                        **unclear,
                    ),
                    self.env._(
                        "%(count)s agreements have no Xerox agreement number, and the file does not state one that is "
                        "each agreement's alone: %(names)s. Enter them yourself.",
                        **unclear,
                    ),
                )
            )
        return "\n".join(sentences)

    def _say_serials(self):
        pairs = [f"{clipped(stated)} ({ours})" for stated, ours in self.serials[:MAX_NAMED]]
        values = {"count": len(self.serials), "names": enumeration(self.env, pairs, MAX_NAMED, len(self.serials))}
        return plural(
            len(self.serials),
            self.env._("Xerox writes the serial number of 1 device otherwise than we do: %(names)s.", **values),
            self.env._(
                "Xerox writes the serial numbers of %(count)s devices otherwise than we do: %(names)s.", **values
            ),
        )

    def _pairs(self, numbers):
        pairs = [f"{record.display_name} ({clipped(number)})" for record, number in list(numbers.items())[:MAX_NAMED]]
        return enumeration(self.env, pairs, MAX_NAMED, len(numbers))

    def _names(self, records):
        return enumeration(self.env, records[:MAX_NAMED].mapped("display_name"), MAX_NAMED, len(records))
