# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From when charges are billed: those that are there wait for no cycle, and Odoo would ask each of them."""


def migrate(cr, version):
    cr.execute("ALTER TABLE sale_subscription_charge ADD COLUMN IF NOT EXISTS bill_after date")
