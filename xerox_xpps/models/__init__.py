# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The models that are stored, in wings, and what they add to models of Odoo.

A wing is imported before those that build on it. A model of many concerns is reopened in a file for each, named
``<model>_<concern>.py``. May import all packages but ``portal``, ``wizards`` and
``controllers``.
"""

from . import (
    guard,
    device,
    setup,
    charge,
    agreement,
    plan,
    invoice,
    billing_file,
    price,
    billing_run,
    audit,
    entry,
    rate_card,
    cutoff,
    customer_query,
    webhook,
    usage_alert,
    api,
    portal,
)
