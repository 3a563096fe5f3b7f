# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...common.constants import MANAGER_GROUP
from ...overview.quickstart import QuickStart
from ...overview.section import guarded

ROOT = "xerox_xpps.menu_xpps_root"
QUICKSTART = "xerox_xpps.menu_xpps_quickstart"

#: {menu: the setting of the company that it is for}
SWITCHED = {
    "xerox_xpps.menu_xpps_page_plan": "xpps_page_plans",
    "xerox_xpps.menu_xpps_page_rating": "xpps_page_plans",
    "xerox_xpps.menu_xpps_page_group": "xpps_page_plans",
}


class IrUiMenu(models.Model):
    """Whoever sets XPPS up finds *QuickStart* first until it is done; afterwards it stays at the end.

    What a company has to switch on is in the menus once it did.
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
        return self._xpps_without_switched_off(menus)

    def _xpps_without_switched_off(self, menus):
        """What no company of the user has switched on is in no menu."""
        # Nothing keeps anybody from the menus.
        companies = self.env.companies.sudo()
        names = {name for name in SWITCHED.values() if not any(companies.mapped(name))}
        hidden = {
            self.env["ir.model.data"]._xmlid_to_res_id(xmlid) for xmlid, name in SWITCHED.items() if name in names
        }
        if hidden.isdisjoint(menus):
            return menus
        return {
            menu_id: {**menu, "children": [child for child in menu["children"] if child not in hidden]}
            for menu_id, menu in menus.items()
            if menu_id not in hidden
        }

    def _xpps_begins_with_quickstart(self):
        if not self.env.user.has_group(MANAGER_GROUP):
            return False
        # Nothing keeps anybody from the menus.
        done, failed = guarded(self.env, QuickStart(self.env.company).is_done)
        return not done and not failed
