# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Users make keys that open the XPPS API and nothing else."""

from odoo.tests import Form

from ..support.access import BILLING, USER
from ..support.api import ApiCase


class TestKeys(ApiCase):
    def _make(self, user, **values):
        """As the dialog of the preferences does it. :return: (the action that shows the key, the new key's record)"""
        self.authenticate(user.login, user.login)
        created = self._rpc(
            "res.users.apikeys.description", "create", [{"name": "Scanner", "duration": "30", **values}]
        )
        # The password was asked for just now.
        self.session["identity-check-last"] = 2**33
        self._save()
        action = self._rpc("res.users.apikeys.description", "make_key", [created])
        return action, self.env["res.users.apikeys"].search([("user_id", "=", user.id)], order="id desc", limit=1)

    def _save(self):
        from odoo.http import root

        root.session_store.save(self.session)

    def _rpc(self, model, method, args):
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        answer = self.url_open(f"/web/dataset/call_kw/{model}/{method}", json={"params": params}).json()
        self.env.invalidate_all()
        self.assertNotIn("error", answer)
        return answer["result"]

    def test_for_xpps_only(self):
        action, key = self._make(self.clerk, xpps_only=True)
        self.assertEqual((key.name, key.scope), ("Scanner", "xpps"))
        self.assertEqual(self._send(key=action["context"]["default_key"]).status_code, 201)
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        self.assertIn("in your name", view.arch)

    def test_of_full_access(self):
        action, key = self._make(self.clerk)
        self.assertFalse(key.scope)
        self.assertEqual(action["views"], [[False, "form"]])

    def test_whom_it_is_offered(self):
        for group, is_offered in ((BILLING, True), (USER, False)):
            user = self._user(f"xpps-keys-{group}", group)
            form = Form(self.env["res.users.apikeys.description"].with_user(user))
            self.assertEqual("xpps_only" in form._view["fields"], is_offered)

    def test_identity_is_asked(self):
        self.authenticate(self.clerk.login, self.clerk.login)
        created = self._rpc("res.users.apikeys.description", "create", [{"name": "Scanner", "xpps_only": True}])
        action = self._rpc("res.users.apikeys.description", "make_key", [created])
        self.assertEqual(action["res_model"], "res.users.identitycheck")
        self.assertEqual(len(self.env["res.users.apikeys"].search([("user_id", "=", self.clerk.id)])), 1)
