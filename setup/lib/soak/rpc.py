# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How clerks talk to Odoo: as its web client does, or through its JSON-2 API."""

from typing import Any

import requests

from .places import DATABASE

TIMEOUT = 150
#: By these Odoo tells users what to do; all else is a failure of the program.
REFUSALS = (
    "UserError",
    "ValidationError",
    "AccessError",
    "MissingError",
    "RedirectWarning",
    "LockError",
    "AccessDenied",
)


class RefusedError(Exception):
    """Odoo says that it is not possible, and why."""


class BrokenError(Exception):
    """An error that Odoo has no words for; ``trace`` is what stands in its log."""

    def __init__(self, message: str, trace: str) -> None:
        super().__init__(message)
        self.trace = trace


class NoAnswerError(Exception):
    """No answer, so that nobody knows whether it was done."""


def _raise(name: str, message: str, trace: str) -> None:
    if name.rsplit(".", 1)[-1] in REFUSALS:
        raise RefusedError(message)
    if name.endswith("SessionExpiredException"):
        raise NoAnswerError(message)
    raise BrokenError(f"{name}: {message}", trace)


class Client:
    """Calls methods of models; ``uid`` is the user's id, once somebody is signed in."""

    def __init__(self, url: str, login: str) -> None:
        self.url, self.login = url, login
        self._http = requests.Session()

    def call(self, model: str, method: str, ids: list[int] | None = None, **values: Any) -> Any:
        raise NotImplementedError

    def _post(self, path: str, body: dict[str, Any], **headers: str) -> requests.Response:
        try:
            return self._http.post(f"{self.url}{path}", json=body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise NoAnswerError(str(error)) from error

    def _answer(self, response: requests.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            # While there is no database Odoo has no pages either.
            raise NoAnswerError(f"HTTP {response.status_code}") from error

    # What all clerks need

    def create(self, model: str, values: dict[str, Any], **context: Any) -> int:
        return self.call(model, "create", vals_list=[values], context=context)[0]

    def find(
        self, model: str, domain: list[Any], fields: list[str], limit: int = 200, order: str = "id desc"
    ) -> list[Any]:
        return self.call(model, "search_read", domain=domain, fields=fields, limit=limit, order=order)


class WebClient(Client):
    def __init__(self, url: str, login: str, password: str) -> None:
        super().__init__(url, login)
        self._password = password
        self._signed_in = False

    def _sign_in(self) -> None:
        params = {"db": DATABASE, "login": self.login, "password": self._password}
        answer = self._answer(self._post("/web/session/authenticate", {"jsonrpc": "2.0", "params": params}))
        if "error" in answer:
            raise NoAnswerError(answer["error"]["message"])
        self._signed_in = True

    def call(self, model: str, method: str, ids: list[int] | None = None, **values: Any) -> Any:
        if not self._signed_in:
            self._sign_in()
        arguments: list[Any] = [] if ids is None else [ids]
        if method == "create":
            arguments = [values.pop("vals_list")]
        params = {"model": model, "method": method, "args": arguments, "kwargs": values}
        path = f"/web/dataset/call_kw/{model}/{method}"
        answer = self._answer(self._post(path, {"jsonrpc": "2.0", "method": "call", "params": params}))
        if "error" in answer:
            error = answer["error"]["data"]
            if error["name"].endswith("SessionExpiredException"):
                self._signed_in = False
            _raise(error["name"], error["message"], error.get("debug") or "")
        return answer.get("result")


class ApiClient(Client):
    def __init__(self, url: str, login: str, key: str) -> None:
        super().__init__(url, login)
        self._key = key

    def call(self, model: str, method: str, ids: list[int] | None = None, **values: Any) -> Any:
        body = values if ids is None else {"ids": ids, **values}
        response = self._post(f"/json/2/{model}/{method}", body, Authorization=f"Bearer {self._key}")
        answer = self._answer(response)
        if response.status_code >= 400:
            if not isinstance(answer, dict) or "name" not in answer:
                raise NoAnswerError(f"HTTP {response.status_code}: {answer}")
            _raise(answer["name"], answer["message"], answer.get("debug") or "")
        return answer
