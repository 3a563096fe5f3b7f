# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The two ways in which a client calls a method over HTTP: ``call_kw`` with a session, ``/json/2`` with a key."""

import json
from datetime import datetime, timedelta
from inspect import signature

from odoo.tools import mute_logger

#: What a call is answered with: done, refused as a matter of rights or of who one is, or something else that failed.
DONE = "done"
DENIED = "denied"
OTHER = "other"

DENIALS = {
    "odoo.exceptions.AccessError",
    "odoo.exceptions.AccessDenied",
    "odoo.http.SessionExpiredException",
    "werkzeug.exceptions.Forbidden",
}
QUIET = mute_logger(
    "odoo.http",
    "odoo.sql_db",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.rpc.controllers.json2",
)


class _TakeBack(Exception):
    pass


class Clients:
    """To be mixed into an ``HttpCase`` with the ``AccessWorld``. What a call does is taken back."""

    def enter(self, name):
        """Be a user of the world from here on; None is nobody."""
        self.key = None
        if name is None:
            self.authenticate(None, None)
            return
        user = self.users[name]
        # The test case logs in without looking at the password.
        self.authenticate(user.login, user.login)
        keys = self.env(user=user, su=True)["res.users.apikeys"]
        self.key = keys._generate(None, "XPPS test", datetime.now() + timedelta(days=1))
        self.env.flush_all()

    def _taken_back(self, function):
        answers = []
        try:
            with QUIET, self.cr.savepoint():
                answers.append(function())
                raise _TakeBack
        except _TakeBack:
            self.env.invalidate_all()
        return answers[0]

    def call_kw(self, model, method, ids, args=(), kwargs=None):
        """:param ids: None for a method of the model. :return: (DONE, DENIED or OTHER, what was answered)"""
        params = {
            "model": model,
            "method": method,
            "args": [*([] if ids is None else [ids]), *args],
            "kwargs": kwargs or {},
        }

        def function():
            return self.url_open(f"/web/dataset/call_kw/{model}/{method}", json={"params": params}).json()

        answer = self._taken_back(function)
        error = answer.get("error")
        if not error:
            return DONE, answer.get("result")
        return (DENIED if error["data"]["name"] in DENIALS else OTHER), error["data"]["name"] + error["data"]["message"]

    def json_2(self, model, method, ids, args=(), kwargs=None):
        """The same by names of arguments."""
        names = list(signature(getattr(type(self.env[model]), method)).parameters)[1:]
        body = {**dict(zip(names, args, strict=False)), **(kwargs or {})}
        if ids is not None:
            body["ids"] = ids
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"

        def function():
            return self.url_open(f"/json/2/{model}/{method}", data=json.dumps(body), headers=headers)

        response = self._taken_back(function)
        if response.status_code in (401, 403):
            return DENIED, response.text
        return (DONE if response.status_code == 200 else OTHER), f"{response.status_code} {response.text[:200]}"

    def open(self, address):
        """:return: the status with which an address is answered, redirections not followed"""
        return self._taken_back(lambda: self.url_open(address, allow_redirects=False).status_code)
