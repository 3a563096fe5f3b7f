# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files of a real SFTP server, Debian's, on this machine."""

import json
import logging
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.xerox_xpps.billing_file.limits import MAX_SIZE
from odoo.addons.xerox_xpps_fs_storage.rules import fingerprint_of

from ..support.fetching import FetchCase, sound
from ..support.file_servers import Doorkeeper, SftpServer, WebServer, free_port, make_key

SECRET = "Sesam-0ffne/dich"


class Everything(logging.Handler):
    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@contextmanager
def everything_logged():
    """Whatever anybody says, down to the smallest detail. :return: a list of lines"""
    handler = Everything()
    names = ("", "fsspec", "paramiko", "paramiko.transport", "odoo.addons.xerox_xpps_fs_storage", "odoo.sql_db")
    loggers = [logging.getLogger(name) for name in names]
    # What databases are asked may say what is stored: it is no log of ours.
    levels = [logger.level for logger in loggers]
    for logger in loggers[:-1]:
        logger.setLevel(logging.DEBUG)
    loggers[0].addHandler(handler)
    try:
        yield handler.lines
    finally:
        loggers[0].removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


class TestSftp(FetchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls._serve(SftpServer, SECRET)

    def setUp(self):
        super().setUp()
        self.inbox = Path(tempfile.mkdtemp(dir=self.server.folder))
        self.inbox.chmod(0o777)
        self.addCleanup(shutil.rmtree, self.inbox, ignore_errors=True)
        self.storage = self._storage(self.env, "sftp", self.server.folder, self.server.options)
        self.sftp = self._source(self.storage, name="Xerox SFTP", path=self.inbox.name, host_key=self.server.host_key)

    def _told(self):
        """All that anybody who is no administrator may read of the source."""
        source = self.sftp.with_user(self.clerk)
        files = source.file_ids
        texts = [source.read(), source.message_ids.mapped("body"), files.read(), files.billing_file_id.read()]
        return str(texts + [self._activities().read(), files.billing_file_id.message_ids.mapped("body")])

    def test_twenty_files_of_which_one_cannot_be_read(self):
        self._put_twenty(self.inbox)
        (self.inbox / "billing-07.xml").chmod(0)
        files = self._run()
        self.assertEqual((len(files), set(files.mapped("state"))), (19, {"draft"}))
        self.assertEqual(sum(files.mapped("error_count")), 0)
        self.assertEqual(sorted(files.mapped("name")), sorted(f"X-{number}" for number in range(20) if number != 7))
        self.assertEqual(self._activities().mapped("res_model"), ["xpps.fetch.source"])
        self.assertEqual(self.sftp.problem, "billing-07.xml: The server does not allow it.")

        self.assertFalse(self._run())
        self.assertEqual(len(self._activities()), 1)
        (self.inbox / "billing-07.xml").chmod(0o644)
        self.assertEqual(self._run().name, "X-7")
        self.assertDone(self.sftp)
        self.assertFalse(self._activities())

    def test_size_is_asked_before_the_file(self):
        path = self._put("large.xml", b"", self.inbox)
        os.truncate(path, MAX_SIZE + 1)
        path.chmod(0)
        self._run()
        self.assertIn("larger than 64 MiB", self.sftp.problem)

    def test_moved_and_deleted(self):
        self.sftp.write({"afterwards": "move", "move_path": "processed"})
        for number in (1, 2):
            self._put("billing.xml", sound(number), self.inbox).chmod(0o644)
            self.assertEqual(self._run().name, f"X-{number}")
        moved = {path.name: path.read_bytes() for path in (self.inbox / "processed").iterdir()}
        self.assertEqual(moved, {"billing.xml": sound(1), "billing-2.xml": sound(2)})
        self.sftp.afterwards = "delete"
        self._put("billing.xml", sound(3), self.inbox).chmod(0o644)
        self.assertEqual(self._run().name, "X-3")
        self.assertEqual([path.name for path in self.inbox.iterdir()], ["processed"])

    def test_links_lead_nowhere(self):
        (self.inbox / "link.xml").symlink_to("/etc/passwd")
        self.assertFalse(self._run())
        self.assertFalse(self.sftp.file_ids)

    def test_wrong_host_key(self):
        """Nothing is said to a server that is another one."""
        self._put("billing.xml", sound(1), self.inbox).chmod(0o644)
        another = make_key(self.folder / "another")
        for known in (another, fingerprint_of(another), f"127.0.0.1 {another}"):
            with self.subTest(known):
                self.sftp.host_key = known
                before = self.server.log().count("Accepted")
                self.assertFalse(self._run())
                self.assertIn(fingerprint_of(self.server.host_key), self.sftp.problem)
                self.assertIn("another host key than the known one", self.sftp.problem)
                with self.assertRaisesRegex(UserError, "another host key"):
                    self.sftp.action_test()
                self.assertEqual(self.server.log().count("Accepted"), before)
        for known in (self.server.host_key, fingerprint_of(self.server.host_key), f"host {self.server.host_key} note"):
            with self.subTest(known):
                self.sftp.host_key = known
                self.assertIn("1 file matches", self.sftp.action_test()["params"]["message"])

    def _behind(self, turned_away):
        """Have the source ask somebody who turns the first callers away."""
        door = Doorkeeper(self.server.port, turned_away)
        self.addCleanup(door.close)
        self.storage.options = json.dumps(self.server.options | {"port": door.port})
        return door

    def test_turned_away_once(self):
        """A server that has too many callers is asked once more; so are files, and so is its key."""
        self._put("billing.xml", sound(1), self.inbox).chmod(0o644)
        door = self._behind(1)
        self.assertEqual(self._run().name, "X-1")
        self.assertDone(self.sftp)
        self.assertEqual(door.asked, 2)
        self.sftp.host_key = False
        door = self._behind(1)
        self.sftp.action_test()
        self.assertEqual((self.sftp.seen_host_key, door.asked), (self.server.host_key, 2))

    def test_turned_away_twice(self):
        """Neither key nor passphrase is to blame; nobody is asked for ever."""
        self._put("billing.xml", sound(1), self.inbox).chmod(0o644)
        for host_key in (self.server.host_key, False):
            with self.subTest(host_key):
                self.sftp.host_key = host_key
                door = self._behind(9)
                with self.assertRaisesRegex(UserError, "it has too many callers"):
                    self.sftp.action_test()
                self.assertEqual(door.asked, 2)
        self.sftp.host_key = self.server.host_key
        self.assertFalse(self._run())
        self.assertIn("it has too many callers", self.sftp.problem)

    def test_wrong_key_is_asked_for_once(self):
        """Who has said who he is, and is another one, is not asked again."""
        door = self._behind(0)
        self.sftp.host_key = make_key(self.folder / "another")
        with self.assertRaisesRegex(UserError, "another host key"):
            self.sftp.action_test()
        self.assertEqual(door.asked, 1)

    def test_no_sftp_server(self):
        web = WebServer(self.folder)
        self.addCleanup(web.close)
        self.storage.options = json.dumps(self.server.options | {"port": int(web.url.rpartition(":")[2])})
        for host_key in (self.server.host_key, False):
            self.sftp.host_key = host_key
            with self.subTest(host_key), self.assertRaisesRegex(UserError, "it is no SFTP server"):
                self.sftp.action_test()

    def test_options_do_not_switch_it_off(self):
        """Whatever the storage says of the host key."""
        self.storage.options = json.dumps(self.server.options | {"host_key_policy": "auto_add"})
        self.sftp.host_key = make_key(self.folder / "another")
        self._put("billing.xml", sound(1), self.inbox).chmod(0o644)
        self.assertFalse(self._run())
        self.assertIn("another host key", self.sftp.problem)

    def test_no_host_key(self):
        """Files come when somebody has accepted the key that the server shows."""
        self._put("billing.xml", sound(1), self.inbox).chmod(0o644)
        self.sftp.host_key = False
        before = self.server.log().count("Accepted")
        self.assertFalse(self._run())
        self.assertIn("is not known yet", self.sftp.problem)
        with self.assertRaisesRegex(UserError, "Press Test first"):
            self.sftp.action_accept_host_key()
        self.sftp.action_test()
        self.assertEqual(self.sftp.seen_fingerprint, fingerprint_of(self.server.host_key))
        self.assertFalse(self._run())
        self.assertEqual(self.server.log().count("Accepted"), before)
        self.sftp.action_accept_host_key()
        self.assertEqual((self.sftp.host_key, self.sftp.seen_host_key), (self.server.host_key, False))
        self.assertEqual(self._run().name, "X-1")
        for text in ("my server", "SHA256:abc", "ssh-ed25519 AAAA"):
            with self.subTest(text), self.assertRaises(ValidationError), self.cr.savepoint():
                self.sftp.host_key = text

    def test_seen_key_is_that_of_the_storage(self):
        self.sftp.host_key = False
        self.sftp.action_test()
        self.sftp.storage_id = self._storage(self.env, "sftp", "/other", self.server.options)
        self.assertFalse(self.sftp.seen_host_key)

    def test_nobody_learns_the_secret(self):
        """Neither who may read the source, nor who reads the log; whatever goes wrong."""
        self._put("billing.xml", sound(1), self.inbox).chmod(0o644)
        wrong = self.server.options | {"passphrase": SECRET + "-wrong"}
        key = self.folder / "stranger"
        make_key(key, SECRET)
        cases = {
            "works": (self.server.options, "1 file matches"),
            "passphrase": (wrong, ""),
            "refused": (self.server.options | {"key_filename": str(key)}, "refuses the user name"),
            "password": ({"host": "127.0.0.1", "port": self.server.port, "username": "x", "password": SECRET}, "ref"),
            "option": (self.server.options | {SECRET[:5].lower(): SECRET, "password": SECRET}, "unexpected error"),
            "port": (self.server.options | {"port": free_port()}, "no connection"),
        }
        for name, (options, message) in cases.items():
            with self.subTest(name):
                self.storage.options = json.dumps(options)
                with everything_logged() as lines:
                    try:
                        said = self.sftp.action_test()["params"]["message"]
                    except UserError as error:
                        said = str(error)
                    self._run()
                self.assertIn(message, said)
                self.assertTrue(lines)
                for text in (said, self._told(), "\n".join(lines), self.server.log()):
                    self.assertNotIn(SECRET, text)

    def test_what_nobody_expects_is_logged_without_secrets(self):
        error = ValueError(f"bad login {SECRET} for sftp://me:{SECRET}@127.0.0.1/?token=1")
        with everything_logged() as lines:
            said = self.sftp._say_problem(error)
        self.assertIn("ValueError", said)
        self.assertIn("bad login *** for sftp://127.0.0.1/", "\n".join(lines))
        self.assertNotIn(SECRET, said + "\n".join(lines))

    def test_who_may_see_the_storage(self):
        manager = self._user("xpps-fetch-manager", "xerox_xpps.group_xpps_manager")
        for user in (self.clerk, manager):
            source = self.sftp.with_user(user)
            values = source.web_read({"storage_id": {"fields": {"display_name": {}}}})[0]
            self.assertEqual(values["storage_id"]["display_name"], self.storage.name)
            self.assertDenied(self.storage.with_user(user).read, ["name"])
            with self.assertRaises(AccessError):
                source.web_read({"storage_id": {"fields": {"options": {}}}})
            self.assertDenied(source.search, [("storage_id.options", "like", "Sesam")])
        # To look at the server takes no right to the storage.
        self.assertIn("0 files match", self.sftp.with_user(manager).action_test()["params"]["message"])
