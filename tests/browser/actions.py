# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where tours begin."""

LIST_ACTION = "/odoo/action-xerox_xpps.action_xpps_billing_file"
