# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What all packages share: constants, locking, window actions, SQL writes, and how texts list, count and format.

Each module is imported by its name. May import Odoo, and no other package of the addon.
"""
