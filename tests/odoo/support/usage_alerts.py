# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of usage alerts share."""

from odoo.addons.mail.tests.common import MockEmail


def alert_records(agreement, device):
    """One record of each model of usage alerts, on an agreement.

    :return: xpps.usage.alert.rule
    """
    env = agreement.env(su=True)
    company = agreement.company_id.id
    rule = env["xpps.usage.alert.rule"].create({"kind": "no_read", "threshold": 400, "company_id": company})
    values = {"company_id": company, "subscription_id": agreement.id, "partner_id": agreement.partner_id.id}
    alert = env["xpps.usage.alert"].create(
        {
            **values,
            "rule_id": rule.id,
            "kind": rule.kind,
            "threshold": rule.threshold,
            "device_id": device.id,
            "cycle_start": "2024-01-31",
            "cycle_end": "2025-06-30",
            "read_until": "2024-01-31",
            "value": 516,
        }
    )
    env["xpps.usage.notice"].create({**values, "alert_ids": alert.ids, "stage": "stopped"})
    return rule


class Alerts(MockEmail):
    """To be mixed into a case that imports files."""

    @classmethod
    def _rule(cls, kind="allowance", threshold=80, **values):
        values = {"by_mail": True, "by_activity": False, **values}
        return cls.env["xpps.usage.alert.rule"].create({"kind": kind, "threshold": threshold, **values})

    def _look(self):
        """As the cron does it. :return: the alerts, the oldest first"""
        with self.enter_registry_test_mode():
            self.env.ref("xerox_xpps.ir_cron_usage_alerts").method_direct_trigger()
        self.env.invalidate_all()
        return self._alerts()

    def _alerts(self, **domain):
        domain = [("company_id", "=", self.company.id), *((name, "=", domain[name]) for name in domain)]
        return self.env["xpps.usage.alert"].search(domain, order="id")

    def _notices(self):
        return self.env["xpps.usage.notice"].search([("company_id", "=", self.company.id)], order="id")

    def _usage_mails(self):
        """All e-mails about usage of the company, sent or not, the oldest first."""
        notices = self.env["xpps.usage.notice"].search([])
        mails = self.env["mail.mail"].search([("model", "=", notices._name)], order="id")
        return mails.filtered(lambda mail: mail.res_id in self._notices().ids)

    def _send(self):
        """As the queue of mails does it."""
        with self.mock_mail_gateway():
            self._usage_mails().filtered(lambda mail: mail.state == "outgoing").send()
        self.env.invalidate_all()
