# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The overview through a month of billing: every figure, what it opens, and what is to be done next."""

import json

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from xerox_xpps.overview.charge_section import ChargeSection
