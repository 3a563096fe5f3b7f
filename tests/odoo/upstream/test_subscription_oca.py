# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""All tests of subscription_oca: what is no XPPS agreement behaves as without the addon."""

from odoo.addons.subscription_oca.tests.test_subscription_oca import TestSubscriptionOCA
from odoo.addons.subscription_oca.tests.test_subscription_partner_addresses import TestSubscriptionPartnerAddresses
from odoo.addons.subscription_oca.tests.test_subscription_pause import TestSubscriptionPause
from odoo.addons.subscription_oca.tests.test_subscription_recurrence_dates import TestSubscriptionRecurrenceDates
from odoo.addons.subscription_oca.tests.test_subscription_security import TestSubscriptionSecurity

__all__ = [
    "TestSubscriptionOCA",
    "TestSubscriptionPartnerAddresses",
    "TestSubscriptionPause",
    "TestSubscriptionRecurrenceDates",
    "TestSubscriptionSecurity",
]
