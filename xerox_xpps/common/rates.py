# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether currencies have an exchange rate on a day. Odoo takes a later rate for an earlier day, and 1 for none."""


def unrated_currencies(currencies, company, day):
    """Those of the currencies that cannot be converted on a day: no rate is of that day or of one before it.

    :param currencies: res.currency; the company's own needs no rate
    :return: res.currency
    """
    foreign = currencies - company.currency_id
    if not foreign:
        return foreign
    # Whoever imports or bills need not see rates.
    groups = (
        company.env["res.currency.rate"]
        .sudo()
        ._read_group(
            [
                ("currency_id", "in", foreign.ids),
                ("name", "<=", day),
                ("company_id", "in", (False, company.sudo().root_id.id)),
            ],
            ["currency_id"],
        )
    )
    rated = {currency.id for (currency,) in groups}
    return foreign.filtered(lambda currency: currency.id not in rated)
