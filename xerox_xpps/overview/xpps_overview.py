# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import AccessError

from ..common.constants import BILLING_GROUP, USER_GROUP
from ..common.formats import month_text
from .audit_section import AuditSection
from .charge_section import ChargeSection
from .charts import Charts
from .file_section import FileSection
from .fleet_section import FleetSection
from .invoice_section import InvoiceSection
from .months import Months, first_day, parse_month
from .result_section import ResultSection
from .setup import setup_steps
from .steps import Steps


class XppsOverview(models.AbstractModel):
    """What the first screen of the app shows: a month of billing at a glance, company by company.

    Companies are the ones of the company switcher. Whoever sees no cost finds charges and devices only. Nothing is
    written, and every figure is read with the rights of the user.
    """

    _name = "xpps.overview"
    _description = "XPPS Overview"

    @api.model
    def get_overview(self, month=None):
        """The figures of a month.

        :param month: a day of the month, as text such as "2026-10-01"; by default the month that billing is at
        :return: {"month", "previous", "next", "months", "unfinished", "with_cost", "companies", "setup"}. A month is
            {"value", "label"}; ``next`` is False where the future begins. ``months`` are those to choose from, and
            ``unfinished`` those before the month that billing is at in which something is left to do, the newest
            first: something waits, there is no file, or Xerox's bill is not checked.
            ``companies`` has of each company with agreements, devices or files {"id", "name", "steps", "sections"};
            see ``Steps`` and ``Section``. Where there is none, ``setup`` says how to begin; see ``setup_steps``.
        :raises AccessError: when the user may not see XPPS devices
        :raises UserError: when ``month`` is none
        """
        with_cost = self._check_overview_access()
        months = Months(self.env.companies)
        with_files, unfinished = months.with_files(), months.unfinished()
        open_month = months.open(with_files, unfinished)
        shown = parse_month(self.env, month) if month else open_month
        latest = max(open_month, first_day(months.today))
        left = unfinished | months.unchecked() | months.skipped(open_month) if with_cost else set()
        companies = months.used_companies()
        return {
            "month": self._month(shown),
            "previous": self._month(shown - relativedelta(months=1)),
            "next": shown < latest and self._month(shown + relativedelta(months=1)),
            "months": [self._month(date) for date in sorted({*with_files, open_month, shown}, reverse=True)],
            "unfinished": [self._month(date) for date in sorted(left - {shown}, reverse=True) if date < open_month],
            "with_cost": with_cost,
            "companies": [self._company(company, shown, months.today, with_cost) for company in companies],
            "setup": [] if companies else setup_steps(self.env),
        }

    @api.model
    def get_reports(self, month):
        """What takes longer, as it rests on the reports: earnings, the check of Xerox's bill, devices, and
        charts.

        :param month: see ``get_overview``
        :return: [{"id", "sections", "charts"}], a company each; see ``Section`` and ``Charts``
        :raises AccessError, UserError: as ``get_overview``
        """
        with_cost = self._check_overview_access()
        shown, months = parse_month(self.env, month), Months(self.env.companies)
        return [
            {
                "id": company.id,
                "sections": [
                    kind(company, shown, months.today).build()
                    for kind in ((ResultSection, AuditSection, FleetSection) if with_cost else (FleetSection,))
                ],
                "charts": Charts(company, shown).build(with_cost),
            }
            for company in months.used_companies()
        ]

    def _check_overview_access(self):
        """:return: whether the user sees cost"""
        if not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("You are not allowed to see XPPS devices and their billing."))
        return self.env.user.has_group(BILLING_GROUP)

    def _company(self, company, month, today, with_cost):
        kinds = (FileSection, ChargeSection, InvoiceSection) if with_cost else (ChargeSection,)
        sections = {kind.key: kind(company, month, today) for kind in kinds}
        built = [section.build() for section in sections.values()]
        figures = {figure["key"]: figure for section in built for figure in section["figures"]}
        return {
            "id": company.id,
            "name": company.name,
            "steps": Steps(sections, figures).build() if with_cost else [],
            "sections": built,
        }

    def _month(self, date):
        return {"value": date.isoformat(), "label": month_text(self.env, date)}
