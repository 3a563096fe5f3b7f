# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The annex "Device usage" as a workbook: a sheet of rows to filter and add up, one each of page plans and of the
devices under them, if there are any, and a sheet of totals.
"""

from .report_workbook import Column, ReportWorkbook


def write_usage_xlsx(env, usage):
    """:param env: in the language of the texts
    :param usage: DeviceUsage
    :return: the workbook, as bytes
    """
    return UsageWorkbook(env, usage).to_bytes()


class UsageWorkbook(ReportWorkbook):
    def __init__(self, env, usage):
        super().__init__(env, usage.decimal_places)
        self.usage = usage

    def _write_sheets(self):
        self._write_usage()
        if any(agreement.plans for agreement in self.usage.agreements):
            self._write_plans()
            self._write_plan_devices()
        self._write_totals()

    def _write_usage(self):
        env = self.env
        columns = [
            Column(env._("Agreement"), 28),
            Column(env._("Location"), 24),
            Column(env._("Model"), 24),
            Column(env._("Serial Number"), 16),
            Column(env._("Asset Number"), 14),
            Column(env._("Output Type"), 18),
            Column(env._("Period Start"), 11, "date"),
            Column(env._("Period End"), 11, "date"),
            Column(env._("Read On"), 11, "date"),
            Column(env._("Read"), 10),
            Column(env._("Previous Read"), 11, "pages"),
            Column(env._("Current Read"), 11, "pages"),
            Column(env._("Pages"), 10, "pages"),
            Column(env._("Included"), 10, "pages"),
            Column(env._("Overage"), 10, "pages"),
            Column(env._("Billed Pages"), 10, "pages"),
            Column(env._("Remark"), 20),
            Column(env._("Price per Page"), 11, "price"),
            Column(env._("Amount (%s)", self.usage.currency), 13, "money"),
        ]
        self._add_list(self.usage.title, columns, self._rows())

    def _rows(self):
        for agreement in self.usage.agreements:
            for row in agreement.rows:
                yield (
                    agreement.name,
                    row.site,
                    row.model,
                    row.serial,
                    row.asset_number,
                    row.output_type,
                    row.period_start,
                    row.period_end,
                    row.read_date,
                    self.env._("Estimated") if row.estimated else self.env._("Actual") if row.read_date else "",
                    row.previous_read,
                    row.current_read,
                    row.pages,
                    row.included,
                    row.overage,
                    row.billed_pages,
                    row.reason,
                    row.unit_price,
                    row.amount,
                )
            for label, amount in self._remainders(agreement):
                yield (agreement.name, label, *[None] * 16, amount)

    def _remainders(self, part):
        """:param part: AgreementUsage or PlanUsage"""
        return [
            (label, amount)
            for label, amount in (
                (self.env._("Rounding"), part.rounding),
                (self.env._("Adjustment on the invoice"), part.adjustment),
            )
            if amount
        ]

    def _plans(self):
        """:return: [(PlanUsage, first values of its rows)]"""
        return [
            (plan, (agreement.name, plan.name, plan.period_start, plan.period_end))
            for agreement in self.usage.agreements
            for plan in agreement.plans
        ]

    def _plan_columns(self):
        env = self.env
        return [
            Column(env._("Agreement"), 28),
            Column(env._("Page Plan"), 24),
            Column(env._("Cycle Start"), 11, "date"),
            Column(env._("Cycle End"), 11, "date"),
        ]

    def _write_plans(self):
        env, currency = self.env, self.usage.currency
        columns = [
            *self._plan_columns(),
            Column(env._("Item"), 34),
            Column(env._("Pages"), 10, "pages"),
            Column(env._("Price per Page"), 11, "price"),
            Column(env._("Amount (%s)", currency), 13, "money"),
            Column(env._("Whole Cycle (%s)", currency), 13, "money"),
        ]
        self._add_list(env._("Page Plans"), columns, self._plan_rows())

    def _plan_rows(self):
        for plan, first in self._plans():
            for figure in plan.figures:
                yield (*first, figure.label, figure.pages, None, None, None)
            for price in plan.prices:
                yield (*first, price.label, price.pages, price.unit_price, price.amount, None)
            for label, amount in self._remainders(plan):
                yield (*first, label, None, None, amount, None)
            for part in plan.cycle:
                yield (*first, part.label, part.pages, None, None, part.amount)

    def _write_plan_devices(self):
        """With the output types of all plans: each has those that it counts."""
        env, plans = self.env, self._plans()
        types = list(dict.fromkeys(name for plan, _first in plans for name in plan.output_types))
        columns = [
            *self._plan_columns(),
            Column(env._("Location"), 24),
            Column(env._("Model"), 24),
            Column(env._("Serial Number"), 16),
            Column(env._("Asset Number"), 14),
            *(Column(name, 12, "pages") for name in types),
            Column(env._("Weighted Pages"), 11, "quantity"),
            Column(env._("Read"), 10),
            Column(env._("Included"), 10, "pages"),
            Column(env._("Carried Over"), 10, "pages"),
            Column(env._("Billable Pages"), 10, "pages"),
            Column(env._("Share (%s)", self.usage.currency), 13, "money"),
        ]
        self._add_list(env._("Devices of Page Plans"), columns, self._plan_device_rows(plans, types))

    def _plan_device_rows(self, plans, types):
        for plan, first in plans:
            for device in plan.devices:
                pages = dict(zip(plan.output_types, device.pages, strict=True))
                yield (
                    *first,
                    device.site,
                    device.model,
                    device.serial,
                    device.asset_number,
                    *(pages.get(name) for name in types),
                    device.weighted,
                    self.env._("Not read") if device.is_missing else "",
                    device.included,
                    device.rolled_in,
                    device.billable,
                    device.share,
                )
            for label, amount in self._remainders(plan):
                yield (*first, label, *[None] * (len(types) + 8), amount)

    def _write_totals(self):
        env, usage = self.env, self.usage
        sheet = self._add_sheet(env._("Totals"))
        for column, width in enumerate((48, 14, 14, 14, 14, 16)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, f"{usage.title} – {usage.document}", self.formats["title"])
        sheet.write_string(1, 0, usage.customer)
        for column, value in enumerate((usage.period_start, usage.period_end), start=1):
            if value:
                sheet.write_datetime(1, column, value, self.formats["date"])
        heads = (
            env._("Item"),
            env._("Period Start"),
            env._("Period End"),
            env._("Quantity"),
            env._("Billed Pages"),
            env._("Amount (%s)", usage.currency),
        )
        for column, title in enumerate(heads):
            sheet.write_string(3, column, title, self.formats["head"])
        sheet.freeze_panes(4, 0)
        for number, (values, kinds) in enumerate(self._totals(), start=4):
            self._write_row(sheet, number, values, kinds)

    def _totals(self):
        """:return: [(values of a row, their kinds)]"""
        plain = ("wrapped", "date", "date", "quantity", "pages", "money")
        bold = ("bold", "date", "date", "quantity", "bold_pages", "bold_money")
        none = (None, None, None)
        rows = []
        for agreement in self.usage.agreements:
            rows += [
                ((base.name, base.period_start, base.period_end, base.quantity, None, base.amount), plain)
                for base in agreement.base_prices
            ]
            rows += [((site.name, *none, site.billed_pages, site.amount), plain) for site in agreement.sites]
            rows += [((label, *none, None, amount), plain) for label, amount in self._remainders(agreement)]
            rows += [
                ((plan.name, plan.period_start, plan.period_end, None, plan.billed_pages, plan.amount), plain)
                for plan in agreement.plans
            ]
            total = self.env._("Total of %s", agreement.name)
            rows.append(((total, *none, agreement.all_pages, agreement.amount), bold))
        pages = sum(agreement.all_pages for agreement in self.usage.agreements)
        rows.append(((self.env._("All devices, before taxes"), *none, pages, self.usage.amount), bold))
        return rows
