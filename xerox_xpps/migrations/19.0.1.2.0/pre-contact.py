# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The contact of serial numbers that are there: none, which Odoo would find out of one after the other."""


def migrate(cr, version):
    cr.execute("ALTER TABLE stock_lot ADD COLUMN IF NOT EXISTS xpps_contact_id integer")
