# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Install the addons that are new beside this one, where what they meet is installed.

Odoo looks for addons that install themselves when it installs others, not when it updates them. What is marked here it
installs within the same update.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import config

PRESENT = {"installed", "to install", "to upgrade"}


def migrate(cr, version):
    if config["skip_auto_install"]:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    beside = env["ir.module.module"].search(
        [("name", "=like", "xerox\\_xpps\\_%"), ("state", "=", "uninstalled"), ("auto_install", "=", True)]
    )
    beside.filtered(lambda module: set(module.dependencies_id.mapped("state")) <= PRESENT).button_install()
