# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Companies of tests: those of the template database, or others like them (setup/lib/spare_companies.py)."""

from spare_companies import NAME, make_company


def take_company(env, name, currency):
    """For tests that commit nothing: what they take is there again when their transaction is rolled back.

    :return: res.company that nobody else has in this transaction; made, where no spare one has the currency
    """
    spare = env["res.company"].search(
        [("name", "=like", f"{NAME} %"), ("active", "=", False), ("currency_id", "=", currency.id)], order="id", limit=1
    )
    if not spare:
        return make_company(env, name, currency)
    # What a new company takes from what there is besides: from the context, and from the domains of e-mail.
    spare.write({"name": name, "active": True, **env["res.company"].default_get(["alias_domain_id"])})
    spare.partner_id.write(env["res.partner"].default_get(["lang", "tz"]))
    return spare
