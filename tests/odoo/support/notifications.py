# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What users are told of work in the background."""

import json


class Notifications:
    """To be mixed into a test case whose ``clerk`` is a billing user."""

    def _notifications(self, user=None):
        """What the bus brings to a user, the clerk by default: [(type, message)]"""
        partner = (user or self.clerk).partner_id
        channel = f'["{self.cr.dbname}","res.partner",{partner.id}]'
        sent = self.env["bus.bus"].search([("channel", "=", channel)], order="id").mapped("message")
        payloads = [json.loads(message) for message in sent]
        return [
            (payload["payload"]["type"], payload["payload"]["message"])
            for payload in payloads
            if payload["type"] == "simple_notification"
        ]
