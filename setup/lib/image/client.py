"""What a browser does, over HTTP: for setup/image, by the standard library.

client.py URL login PASSWORD           logs in as admin
client.py URL refused LOGIN PASSWORD   fails if these let one in
client.py URL no-manager               fails if databases can be listed, dumped or made
client.py URL import PASSWORD FILE     imports a billing file by the wizard
"""

import base64
import http.cookiejar
import json
import sys
import urllib.request
from pathlib import Path

DATABASE = "xpps"


class Client:
    def __init__(self, url):
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def ask(self, path, **params):
        """:return: the result of a JSON-RPC request; ends with the server's message where it has none"""
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        answer = json.load(self.opener.open(request, timeout=600))
        if "error" in answer:
            raise PermissionError(answer["error"]["data"]["message"])
        return answer["result"]

    def login(self, login, password):
        return self.ask("/web/session/authenticate", db=DATABASE, login=login, password=password)["uid"]

    def call(self, model, method, *args, **kwargs):
        return self.ask(f"/web/dataset/call_kw/{model}/{method}", model=model, method=method, args=args, kwargs=kwargs)

    def import_file(self, path):
        values = {"file_name": path.name, "file_data": base64.b64encode(path.read_bytes()).decode()}
        wizard = self.call("xpps.import.wizard", "create", [values])
        self.call("xpps.import.wizard", "action_check", wizard)
        self.call("xpps.import.wizard", "action_import", wizard)
        (file_id, _name) = self.call("xpps.import.wizard", "read", wizard, ["billing_file_id"])[0]["billing_file_id"]
        (file,) = self.call("xpps.billing.file", "read", [file_id], ["name", "state", "device_count"])
        if file["state"] != "imported":
            sys.exit(f"Error: {file}")
        return file

    def manager_answers(self):
        """:return: what of the database manager answers, with the password that Odoo has where none is set"""
        answers = []
        for method, args in (
            ("list", []),
            ("dump", ["admin", DATABASE, "zip"]),
            ("create_database", ["admin", "other", False, "en_US"]),
        ):
            try:
                self.ask("/jsonrpc", service="db", method=method, args=args)
                answers.append(method)
            except PermissionError:
                pass
        return answers


def main(url, command, *args):
    client = Client(url)
    if command == "login":
        print(f"logged in over HTTP: user {client.login('admin', *args)}")
    elif command == "refused":
        try:
            client.login(*args)
        except PermissionError as error:
            print(f"refused: {error}")
        else:
            sys.exit(f"Error: {args} let one in.")
    elif command == "no-manager":
        answers = client.manager_answers()
        if answers:
            sys.exit(f"Error: these answer: {answers}")
        print("refused: the manager of databases")
    else:
        client.login("admin", args[0])
        print(f"imported over HTTP: {client.import_file(Path(args[1]))}")


if __name__ == "__main__":
    main(*sys.argv[1:])
