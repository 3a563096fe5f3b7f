# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The screens behind the menus of the app, and what the web client asks the server for when a user is there."""

import ast
from dataclasses import dataclass, field

from lxml import etree

from odoo import fields
from odoo.tools.safe_eval import safe_eval, time

#: Views that show many records, by the type of the view.
GROUPED_VIEWS = ("list", "kanban")
SUMMED_VIEWS = ("pivot", "graph")
LIMIT = 80


@dataclass
class Screen:
    """What a menu opens: ``model`` with the user's rights and the action's context, and the archs of its views.

    ``view_ids`` are {type of the view: its id}, ``filters`` {name: domain} and ``groupings`` {name: grouping, such as
    "date:month"} of its search view, and ``search_fields`` the names of the fields that are searched there.
    """

    name: str
    model: object
    domain: list
    views: dict
    view_ids: dict
    filters: dict = field(default_factory=dict)
    groupings: dict = field(default_factory=dict)
    search_fields: list = field(default_factory=list)

    def ask(self, domain, grouping=None):
        """Ask for what each view shows of a domain, as the web client does."""
        domain = [*self.domain, *domain]
        for view_type in GROUPED_VIEWS:
            if view_type not in self.views:
                continue
            arch = self.views[view_type]
            by_default = arch.get("default_group_by") if view_type == "kanban" else None
            specification = self._specification(arch)
            if not grouping and not by_default:
                self.model.web_search_read(domain, specification, limit=LIMIT)
                continue
            # Empty columns are shown where there is room for them.
            model = self.model.with_context(read_group_expand=True) if view_type == "kanban" else self.model
            model.web_read_group(
                domain,
                [grouping or by_default],
                self._aggregates(arch),
                limit=LIMIT,
                auto_unfold=view_type == "kanban",
                unfold_read_specification=specification,
            )
        for view_type in SUMMED_VIEWS:
            if view_type in self.views:
                arch = self.views[view_type]
                groupings = [grouping] if grouping else self._groupings_of(arch)
                sets = [groupings[:length] for length in range(len(groupings) + 1)]
                self.model.formatted_read_grouping_sets(domain, sets, ["__count", *self._aggregates(arch)])

    def _nodes(self, arch):
        return [
            node for node in arch.iter("field") if not any(parent.tag == "field" for parent in node.iterancestors())
        ]

    def _specification(self, arch):
        specification = {}
        for node in self._nodes(arch):
            field_ = self.model._fields[node.get("name")]
            specification[field_.name] = {"fields": {"display_name": {}}} if field_.relational else {}
        return specification

    def _aggregates(self, arch):
        names = {node.get("name") for node in self._nodes(arch)}
        return [
            f"{name}:{field_.aggregator}"
            for name in sorted(names)
            if (field_ := self.model._fields[name]).aggregator and field_.type in ("integer", "float", "monetary")
            # What is computed when it is read is added up nowhere.
            if field_.store
        ]

    def _groupings_of(self, arch):
        return [
            node.get("name") + (f":{node.get('interval')}" if node.get("interval") else "")
            for node in self._nodes(arch)
            if node.get("type") in ("row", "col") or (arch.tag == "graph" and node.get("type") != "measure")
        ]


def screens_of(env, root="xerox_xpps.menu_xpps_root"):
    """The screens behind the menus that a user sees below one.

    :param env: the environment of the user
    :return: [Screen]
    """
    menus = env["ir.ui.menu"].load_menus(False)
    pending, screens = [env.ref(root).id], []
    while pending:
        menu = menus.get(pending.pop(0))
        if not menu:
            continue
        pending += menu["children"]
        if menu["action_model"] == "ir.actions.act_window":
            screens.append(_screen(env, menu))
    return screens


def _screen(env, menu):
    action = env["ir.actions.act_window"].sudo().browse(menu["action_id"])._get_action_dict()
    scope = {"uid": env.uid, "time": time, "context_today": lambda: fields.Date.context_today(env.user), **env.context}
    context = safe_eval(action["context"] or "{}", dict(scope))
    search_id = action["search_view_id"]
    views = [*action["views"], [search_id[0] if search_id else False, "search"]]
    model = env[action["res_model"]].with_context(**context)
    found = model.get_views([list(view) for view in views])["views"]
    archs = {view_type: etree.fromstring(view["arch"]) for view_type, view in found.items()}
    search = archs.pop("search")
    view_ids = {view_type: view["id"] for view_type, view in found.items()}
    screen = Screen(menu["name"], model, safe_eval(action["domain"] or "[]", dict(scope)), archs, view_ids)
    screen.search_fields = [node.get("name") for node in search.iter("field")]
    for node in search.iter("filter"):
        name, grouped = node.get("name"), ast.literal_eval(node.get("context") or "{}").get("group_by")
        # Of properties the web client offers each one that is defined, and none where none is.
        kind = model._fields[grouped].type if grouped in model._fields else None
        if kind == "properties":
            continue
        if grouped:
            screen.groupings[name] = f"{grouped}:month" if kind in ("date", "datetime") else grouped
        elif date := node.get("date"):
            day = fields.Date.to_string(fields.Date.context_today(env.user))
            screen.filters[name] = [(date, ">=", day), (date, "<=", day)]
        else:
            screen.filters[name] = safe_eval(node.get("domain") or "[]", dict(scope))
    return screen
