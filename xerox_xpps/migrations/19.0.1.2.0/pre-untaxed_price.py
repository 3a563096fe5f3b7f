# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The price of a page before taxes, of charges that are there: very many, which Odoo would compute one by one."""


def migrate(cr, version):
    cr.execute("ALTER TABLE sale_subscription_charge ADD COLUMN IF NOT EXISTS unit_price_untaxed numeric")
    cr.execute("UPDATE sale_subscription_charge SET unit_price_untaxed = unit_price WHERE unit_price_untaxed IS NULL")
