# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Odoo's web client asks of the server when it opens a record's form."""

from lxml import etree

#: Records of an embedded list that the client asks for where the view does not say.
LIST_LIMIT = 40


def open_form(record):
    """Call what the client calls: the views, then the record with the first page of each list.

    :return: the values that the client gets
    """
    views = record.get_views([(False, "form"), (False, "list"), (False, "search")], {"toolbar": True})
    arch = etree.fromstring(views["views"]["form"]["arch"])
    fields = {model: description["fields"] for model, description in views["models"].items()}
    return record.with_context(bin_size=True).web_read(_specification(arch, record._name, fields))


def open_vendor_pivot(env):
    """Call what the client calls for the pivot of the vendor report, as its view has it.

    :return: the number of rows that it adds up
    """
    measures = []
    for name in ("xerox_cost", "expected_cost", "difference"):
        measures += [f"{name}:sum", "currency_id:array_agg_distinct", f"{name}:sum_currency"]
    groups = [[], ["component"], ["period_end:month"], ["component", "period_end:month"]]
    totals, *_groups = env["xpps.vendor.report"].formatted_read_grouping_sets([], groups, [*measures, "__count"])
    return totals[0]["__count"]


def open_savings_pivot(env):
    """Call what the client calls for the pivot of the savings report, of all months.

    :return: what Xerox billed too much
    """
    measures = []
    for name in ("over_billed", "not_claimed", "disputed_amount", "credited_amount", "open_amount", "rejected_amount"):
        measures += [f"{name}:sum", "currency_id:array_agg_distinct", f"{name}:sum_currency"]
    groups = [[], ["kind"], ["month:month"], ["kind", "month:month"]]
    totals, *_groups = env["xpps.savings.report"].formatted_read_grouping_sets([], groups, [*measures, "__count"])
    return totals[0]["over_billed:sum"]


def open_profitability_pivot(env):
    """Call what the client calls for the pivot of the profitability report, of all months.

    :return: (revenue, cost)
    """
    measures = []
    for name in ("revenue", "cost", "margin"):
        measures += [f"{name}:sum", "currency_id:array_agg_distinct", f"{name}:sum_currency"]
    groups = [[], ["partner_id"], ["date:month"], ["partner_id", "date:month"]]
    report = env["xpps.profitability.report"]
    totals, *_groups = report.formatted_read_grouping_sets([], groups, [*measures, "__count"])
    return totals[0]["revenue:sum"], totals[0]["cost:sum"]


def _specification(arch, model, fields):
    """The fields of a view, and of lists and forms inside it, as ``web_read`` wants them."""
    specification = {}
    for node in arch.xpath(".//field[not(ancestor::field)]"):
        name = node.get("name")
        description = fields[model][name]
        specification[name] = {}
        if description["type"] == "many2one":
            specification[name] = {"fields": {"display_name": {}}}
        elif description["type"] in ("one2many", "many2many"):
            view = next(iter(node.xpath("./list | ./kanban")), None)
            if view is not None:
                # A copy, for which the fields are no longer inside a field.
                view = etree.fromstring(etree.tostring(view))
                specification[name] = {
                    "fields": _specification(view, description["relation"], fields),
                    "limit": int(view.get("limit", LIST_LIMIT)),
                }
    return specification
