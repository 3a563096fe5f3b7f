# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who sees what of tickets."""

from odoo.addons.xerox_xpps.common.constants import USER_GROUP

#: Whoever handles tickets.
HELPDESK_GROUP = "helpdesk_mgmt.group_helpdesk_user_own"
#: Who sees what the device of a ticket printed. The customer may see the ticket, but not what others printed before.
METRICS_GROUPS = f"{HELPDESK_GROUP},{USER_GROUP}"
