# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo inside this process, without its server."""

from odoo.tools import config


def start_odoo(database):
    """Read the configuration that ODOO_RC names, for one database."""
    config.parse_config(["-d", database, "--no-http", "--log-level=error"], setup_logging=True)
