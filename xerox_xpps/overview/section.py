# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the sections of the overview share: figures, each with the action that opens its records."""

import logging

from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..common.formats import amount_text, month_text, percent_text

_logger = logging.getLogger(__name__)


def plain_domain(domain):
    """A domain as the web client takes it: a list, dates as text."""
    return [term if isinstance(term, str) else [term[0], term[1], _plain_value(term[2])] for term in Domain(domain)]


def _plain_value(value):
    if isinstance(value, Domain):
        return plain_domain(value)
    if isinstance(value, str):
        return value
    if hasattr(value, "__iter__"):
        return [_plain_value(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def guarded(env, method):
    """Call a method of which a failure is logged and goes no further, in the database neither.

    :return: (what it returns, False), or (None, True) when it failed
    """
    try:
        with env.cr.savepoint():
            return method(), False
    except Exception:
        _logger.exception("Overview: %s failed", method.__qualname__)
        return None, True


class Section:
    """Figures that belong together, of one company's month.

    A figure is {"key", "label", "value", "formatted", "detail", "look", "action"}: ``value`` is a number, or None where
    there is none; ``formatted`` the text to show and ``detail`` what is said below it; ``look`` a color of Bootstrap;
    ``action`` opens the records: {"xmlid", "res_model", "domain", "context"}.

    :param company: res.company, one that the user works in
    :param month: date, its first day
    :param today: date of the user
    """

    key = None

    def __init__(self, company, month, today):
        self.env = company.env
        self.company = company
        self.month = month
        self.today = today
        self.of_company = Domain("company_id", "=", company.id)

    def label(self):
        raise NotImplementedError

    def methods(self):
        """:return: the methods that compute a figure each, in their order; one returns None where it has none"""
        raise NotImplementedError

    def build(self):
        """:return: {"key", "label", "figures"}"""
        figures = [found for method in self.methods() if (found := self._try(method))]
        return {"key": self.key, "label": self.label(), "figures": figures}

    def _try(self, method):
        """One figure that cannot be computed says so, and does not take the others with it."""
        figure, failed = guarded(self.env, method)
        if not failed:
            return figure
        return self._figure(
            method.__name__.lstrip("_"),
            self.env._("Not available"),
            None,
            detail=self.env._(
                "An unexpected error occurred. Your administrator can find the details in the server log."
            ),
            look="danger",
        )

    def _figure(self, key, label, value, formatted=None, detail="", look="", action=None):
        if formatted is None:
            formatted = "–" if value is None else formatLang(self.env, value, digits=0)
        return {
            "key": key,
            "label": label,
            "value": value,
            "formatted": formatted,
            "detail": detail,
            "look": look,
            "action": action,
        }

    def _count(self, key, label, action, look="", amount=None, currency="currency_id"):
        """A number of records and, where ``amount`` names the field, what they come to in each currency.

        :param look: unless there are none
        """
        records, detail = self.env[action["res_model"]], ""
        if amount:
            groups = records._read_group(action["domain"], [currency], ["__count", f"{amount}:sum"])
            value = sum(count for _currency, count, _amount in groups)
            detail = self._amounts({currency: total for currency, _count, total in groups})
        else:
            value = records.search_count(action["domain"])
        return self._figure(key, label, value, detail=detail, look=look if value else "", action=action)

    def _open(self, xmlid, model, domain, **context):
        return {"xmlid": xmlid, "res_model": model, "domain": plain_domain(domain), "context": context}

    def _amounts(self, amounts):
        """:param amounts: {res.currency: amount}; never added up over currencies"""
        ordered = sorted(amounts.items(), key=lambda item: (item[0] != self.company.currency_id, item[0].name or ""))
        return " + ".join(self._money(amount, currency) for currency, amount in ordered if currency)

    def _money(self, amount, currency=None, signed=False):
        return amount_text(self.env, amount, currency or self.company.currency_id, signed)

    def _percent(self, share, signed=False):
        """:param share: 0.25 for 25%"""
        return percent_text(self.env, 100 * share, signed)

    def _month_name(self, month):
        return month_text(self.env, month)
