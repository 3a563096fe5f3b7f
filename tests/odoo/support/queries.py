# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of customers' questions share: who asks, and who answers."""

from odoo import Command

from .access import BILLING


class Queries:
    """To be mixed into a test case of ``Records``."""

    @classmethod
    def _portal_user(cls, login, partner, **values):
        """A contact of a customer who may log in."""
        user = cls._user(login, password=login, **values)
        user.write({"group_ids": [Command.set(cls.env.ref("base.group_portal").ids)]})
        user.partner_id.parent_id = partner
        return user

    @classmethod
    def _clerk(cls, login="xpps_query_clerk", *groups, **values):
        return cls._user(login, *(groups or (BILLING,)), password=login, **values)

    def _as(self, user, records):
        return records.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def _ask(self, line, user, text="Why so many?", device=None):
        """:return: the question, as the program sees it"""
        line = self._as(user, line)
        return line.env["xpps.customer.query"]._ask(line, text, device)[0].with_env(self.env)
