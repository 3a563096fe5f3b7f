# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How tests read the profitability report."""


def read_report(env, groupby, measures, domain=()):
    """What the report says in groups, from the rows that a list shows.

    A pivot reads sums; whether it says the same is asserted on the way.

    :return: {groups: measures, rounded to cents}; a group or measure alone is no tuple
    """
    report = env["xpps.profitability.report"]
    company = [("company_id", "=", env.company.id), *domain]

    def tidy(rows):
        found = {}
        for row in rows:
            key, values = row[: len(groupby)], tuple(round(value or 0, 2) for value in row[len(groupby) :])
            found[key if len(key) > 1 else key[0]] = values if len(values) > 1 else values[0]
        return found

    aggregates = [measure if ":" in measure else f"{measure}:sum" for measure in measures]
    found = tidy(report._read_group(company, groupby, aggregates))
    pivot = tidy(report._read_grouping_sets(company, [groupby], aggregates)[0])
    asked = {key: values for key, values in found.items() if key in pivot or values not in (0, (0,) * len(measures))}
    assert asked == pivot, (asked, pivot)
    return found
