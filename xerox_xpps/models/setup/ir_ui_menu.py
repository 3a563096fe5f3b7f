# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...common.constants import MANAGER_GROUP
from ...overview.quickstart import QuickStart
from ...overview.section import guarded

ROOT = "xerox_xpps.menu_xpps_root"
QUICKSTART = "xerox_xpps.menu_xpps_quickstart"
#: Menus of parts that companies switch on: {field of res.company: menus}.
SWITCHED = {
    "xpps_escalators": (
        "xerox_xpps.menu_xpps_price_change",
        "xerox_xpps.menu_xpps_price_missed",
        "xerox_xpps.menu_xpps_price_rule",
    ),
    "xpps_page_plans": (
        "xerox_xpps.menu_xpps_page_plan",
        "xerox_xpps.menu_xpps_page_rating",
        "xerox_xpps.menu_xpps_page_group",
    ),
}


class IrUiMenu(models.Model):
    """Whoever sets XPPS up finds *QuickStart* first until it is done; afterwards it stays at the end.

    Menus of parts that none of the user's companies has switched on are not there.
    """

    _inherit = "ir.ui.menu"

    def load_web_menus(self, debug):
        menus = super().load_web_menus(debug)
        root, first = (self.env["ir.model.data"]._xmlid_to_res_id(xmlid) for xmlid in (ROOT, QUICKSTART))
        if first in menus and self._xpps_begins_with_quickstart():
            app, quickstart = menus[root], menus[first]
            menus[root] = {
                **app,
                "children": [first, *(child for child in app["children"] if child != first)],
                **{name: quickstart[name] for name in ("actionID", "actionModel", "actionPath")},
            }
        hidden = self._xpps_switched_off().intersection(menus)
        return {
            id_: {**menu, "children": [child for child in menu["children"] if child not in hidden]}
            for id_, menu in menus.items()
            if id_ not in hidden
        }

    def _xpps_switched_off(self):
        """:return: the ids of the menus of parts that are switched off, a set"""
        # Menus follow the settings of companies whoever looks.
        companies = self.env.user.sudo().company_ids
        off = [xmlid for name, xmlids in SWITCHED.items() if not any(companies.mapped(name)) for xmlid in xmlids]
        return {self.env["ir.model.data"]._xmlid_to_res_id(xmlid) for xmlid in off}

    def _xpps_begins_with_quickstart(self):
        if not self.env.user.has_group(MANAGER_GROUP):
            return False
        # Nothing keeps anybody from the menus.
        done, failed = guarded(self.env, QuickStart(self.env.company).is_done)
        return not done and not failed
