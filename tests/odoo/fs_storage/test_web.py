# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files of a real web server on this machine."""

import json

from odoo.exceptions import UserError, ValidationError

from ..support.fetching import FetchCase, sound
from ..support.file_servers import WebServer

SECRET = "Sesam-0ffne/dich"


class TestWeb(FetchCase):
    def setUp(self):
        super().setUp()
        self.source.active = False
        (self.folder / "xerox").mkdir()
        self.inbox = self.folder / "xerox"
        self.server = WebServer(self.folder, password=SECRET)
        self.addCleanup(self.server.close)
        self.storage = self._storage(self.env, "http", self.server.url, self.server.options)
        self.web = self._source(self.storage, name="Xerox web", path="xerox")

    def test_twenty_files_of_which_one_cannot_be_read(self):
        self._put_twenty(self.inbox)
        self.server.breaks("xerox/billing-07.xml")
        files = self._run()
        self.assertEqual((len(files), sum(files.mapped("error_count"))), (19, 0))
        self.assertEqual(files[0]._content(), sound(0))
        self.assertEqual(self._activities().mapped("res_model"), ["xpps.fetch.source"])
        self.assertIn("billing-07.xml", self.web.problem)

        # What is there already is not even asked for.
        self.server.asked.clear()
        self.assertFalse(self._run())
        read = {asked for asked in self.server.asked if asked.startswith("GET") and asked.endswith(".xml")}
        self.assertLessEqual(read, {"GET /xerox/billing-07.xml"})
        self.assertEqual(len(self._activities()), 1)

    def test_names_and_folders(self):
        self._put("bill ing ä.xml", sound(1), self.inbox)
        (self.inbox / "below.xml").mkdir()
        self._put("outside.xml", sound(2))
        self.assertEqual(self._run().mapped("file_name"), ["bill ing ä.xml"])

    def test_server_that_does_not_say_when_files_changed(self):
        """Then it is what they say that tells."""
        self.server.be_plain()
        self._put("billing.xml", sound(1), self.inbox)
        self.assertEqual(self._run().name, "X-1")
        self.assertFalse(self._run())
        self.assertEqual(len(self.web.file_ids), 1)
        self._put("billing.xml", sound(2), self.inbox)
        self.assertEqual(self._run().name, "X-2")
        self.assertDone(self.web)

    def test_changed_file(self):
        self._put("billing.xml", sound(1), self.inbox)
        self._run()
        self._put("billing.xml", sound(22), self.inbox)
        self.assertEqual(self._run().name, "X-22")

    def test_files_stay(self):
        for afterwards in ("move", "delete"):
            with self.subTest(afterwards), self.assertRaises(ValidationError), self.cr.savepoint():
                self.web.afterwards = afterwards

    def test_nobody_learns_the_secret(self):
        self._put("billing.xml", sound(1), self.inbox)
        headers = self.server.options["client_kwargs"]["headers"]
        wrong = {"client_kwargs": {"headers": {"Authorization": headers["Authorization"] + "x"}}}
        self.storage.options = json.dumps(wrong)
        with self.assertLogs(level="DEBUG") as logged:
            self.assertFalse(self._run())
            with self.assertRaisesRegex(UserError, "does not allow it"):
                self.web.action_test()
        token = headers["Authorization"].rpartition(" ")[2]
        told = str(self.web.with_user(self.clerk).read()) + str(self.web.message_ids.mapped("body"))
        self.assertNotIn(token, told + str([line for line in logged.output if "odoo.sql_db" not in line]))
        self.assertIn("does not allow it", self.web.problem)

    def test_server_is_gone(self):
        self.server.close()
        self.assertFalse(self._run())
        self.assertEqual(self.web.problem, "There is no connection to the server.")
