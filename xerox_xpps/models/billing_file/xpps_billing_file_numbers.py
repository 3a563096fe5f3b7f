# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import AccessError, UserError

from ...common.constants import MANAGER_GROUP
from ...common.listing import enumeration
from ...importing import (
    agreements_without_number,
    clipped,
    customers_without_number,
    propose_agreement_numbers,
    propose_customer_numbers,
)

#: How many records a message names.
MAX_NAMED = 20


class XppsBillingFile(models.Model):
    """Xerox's numbers that a file states are taken over where we have none."""

    _inherit = "xpps.billing.file"

    def _take_partner_number(self):
        """Have the company be the partner that the file is for.

        :raises AccessError: when the user may not change the company's settings
        """
        self.ensure_one()
        if not self.partner_number or self.company_id._xpps_partner_numbers():
            raise self._nothing_to_take()
        if not self.env.user.has_group(MANAGER_GROUP) and not self.company_id.has_access("write"):
            raise AccessError(
                self.env._(
                    "Only an XPPS administrator can take over the partner number: it is a setting of the company."
                )
            )
        self.company_id.xpps_partner_number = self.partner_number
        self.message_post(
            body=self.env._("Taken over as Xerox partner number of the company: %s.", clipped(self.partner_number))
        )

    def _take_customer_numbers(self):
        """Give customers the numbers that the file states, as far as it is clear whose they are."""
        self.ensure_one()
        proposal = propose_customer_numbers(*customers_without_number(self), self.company_id)
        self._take(proposal.numbers, "xpps_customer_number")

    def _take_agreement_numbers(self):
        """As ``_take_customer_numbers``."""
        self.ensure_one()
        proposal = propose_agreement_numbers(*agreements_without_number(self), self.company_id)
        self._take(proposal.numbers, "xpps_agreement_number")

    def _take(self, numbers, field_name):
        """:param numbers: {record: number}
        :raises AccessError: when the user may not change one of the records
        """
        if not numbers:
            raise self._nothing_to_take()
        for record, number in numbers.items():
            record[field_name] = number
        pairs = [f"{record.display_name} ({clipped(number)})" for record, number in list(numbers.items())[:MAX_NAMED]]
        self.message_post(
            body=self.env._(
                "Numbers taken over from the file: %s.", enumeration(self.env, pairs, MAX_NAMED, len(numbers))
            )
        )

    def _nothing_to_take(self):
        return UserError(self.env._("There is nothing to take over any more. Check the file again."))
