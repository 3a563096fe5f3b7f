# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Settings of companies that are records: a branch has those of its parents, unless it has others."""


def nearest_by(model, company, field):
    """The settings that hold in a company, with one query.

    :param model: what has a ``company_id``
    :param field: name of the field of which a company has one record a value
    :return: {value: record}
    """
    # Whoever works in a branch need not have access to the companies above it.
    parents = company.sudo().parent_ids
    records = model.search([("company_id", "in", parents.ids)])
    # From the topmost company down, so that the nearest one decides.
    return {record[field]: record for parent in parents for record in records if record.company_id == parent}
