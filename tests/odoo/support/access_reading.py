# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The ways in which a client reads records and searches them."""

#: Each takes a model and ids, and returns what it learns of these records.
READINGS = {
    "read": lambda model, ids: model.browse(ids).read(["id"]),
    "web_read": lambda model, ids: model.browse(ids).web_read({"display_name": {}}),
    "search": lambda model, ids: model.search([("id", "in", ids)]),
    "search_count": lambda model, ids: model.search_count([("id", "in", ids)]),
    "search_read": lambda model, ids: model.search_read([("id", "in", ids)], ["id"]),
    "web_search_read": lambda model, ids: model.web_search_read([("id", "in", ids)], {"id": {}})["records"],
    "name_search": lambda model, ids: model.name_search("", [("id", "in", ids)]),
    "formatted_read_group": lambda model, ids: [
        group for group in model.formatted_read_group([("id", "in", ids)], [], ["__count"]) if group["__count"]
    ],
    "web_read_group": lambda model, ids: [
        group for group in model.web_read_group([("id", "in", ids)], ["id"], ["__count"])["groups"] if group["__count"]
    ],
    "export_data": lambda model, ids: model.browse(ids).export_data(["id"])["datas"],
}

FIRST_READINGS = ("read", "web_search_read", "formatted_read_group")

#: Each takes a model and the name of a field, maybe a path, and uses the field to tell records apart.
SEARCHES = {
    # Of a required field, "!= False" is known to be true without looking at it.
    "domain": lambda model, name: model.search([(name, "not in", [1])]),
    "domain >": lambda model, name: model.search([(name, ">", 0)]),
    "domain in": lambda model, name: model.search_count([(name, "in", [1, True])]),
    "domain !": lambda model, name: model.search(["!", (name, "=", True)]),
    "search_read": lambda model, name: model.search_read([(name, "=", True)], ["id"]),
    "name_search": lambda model, name: model.name_search("", [(name, "in", [1, True])]),
    "order": lambda model, name: model.search([], order=f"{name} desc"),
    "web_search_read order": lambda model, name: model.web_search_read([], {"id": {}}, order=name),
    "formatted_read_group by": lambda model, name: model.formatted_read_group([], [name], ["__count"]),
    "formatted_read_group of": lambda model, name: model.formatted_read_group([], [], [f"{name}:max"]),
    "formatted_read_group sum": lambda model, name: model.formatted_read_group([], [], [f"{name}:sum"]),
    "formatted_read_group having": lambda model, name: model.formatted_read_group(
        [], ["create_uid"], ["__count"], [(f"{name}:sum", ">", 0)]
    ),
    "formatted_read_group order": lambda model, name: model.formatted_read_group(
        [], ["create_uid"], ["__count"], order=f"{name}:sum"
    ),
    "formatted_read_grouping_sets": lambda model, name: model.formatted_read_grouping_sets([], [[name]], ["__count"]),
    "read_group": lambda model, name: model.read_group([], [f"{name}:max"], [name]),
    "web_read_group": lambda model, name: model.web_read_group([], [name], ["__count"]),
    "read_progress_bar": lambda model, name: model.read_progress_bar(
        [], "create_uid", {"field": name, "colors": {"a": "success"}}
    ),
    "search_panel_select_range": lambda model, name: model.search_panel_select_range(name)["values"],
    "search_panel_select_multi_range": lambda model, name: model.search_panel_select_multi_range(name)["values"],
    "export_data": lambda model, name: model.search([]).export_data([name])["datas"],
}

#: Those that take a path over another record, too.
PATH_SEARCHES = (
    "domain",
    "domain >",
    "domain in",
    "domain !",
    "formatted_read_group by",
    "export_data",
)
