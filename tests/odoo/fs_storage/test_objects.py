# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files of WebDAV and S3: servers whose file systems keep in mind what they have seen, and have ways of their own."""

import json
from contextlib import closing

import requests

from odoo.exceptions import UserError

from odoo.addons.xerox_xpps_fs_storage.remote import ChangedError

from ..support.fetching import FetchCase, sound
from ..support.file_servers import DavServer, S3Server, free_port

SECRET = "Sesam-0ffne/dich"


class Objects:
    """What both have in common. ``remote`` is the source; the folder of its files is *inbox*."""

    def _put_one(self, name, data):
        raise NotImplementedError

    def _files_in(self, folder):
        """:return: {name: what it says}"""
        raise NotImplementedError

    def test_fetched_once(self):
        for number in range(3):
            self._put_one(f"billing {number} ä.xml", sound(number))
        self._put_one("below/billing.xml", sound(7))
        self.assertIn("3 files match", self.remote.action_test()["params"]["message"])
        files = self._run()
        self.assertEqual(sorted(files.mapped("name")), ["X-0", "X-1", "X-2"])
        self.assertEqual(sum(files.mapped("error_count")), 0)
        self.assertDone(self.remote)
        self.assertFalse(self._run())

    def test_moved_and_deleted(self):
        self.remote.write({"afterwards": "move", "move_path": "processed"})
        for number in (1, 2):
            self._put_one("billing.xml", sound(number))
            self.assertEqual(self._run().name, f"X-{number}")
            self.assertDone(self.remote)
        self.assertEqual(self._files_in("inbox/processed"), {"billing.xml": sound(1), "billing-2.xml": sound(2)})
        self.remote.afterwards = "delete"
        self._put_one("billing.xml", sound(3))
        self.assertEqual(self._run().name, "X-3")
        self.assertDone(self.remote)
        self.assertEqual(self._files_in("inbox"), {})

    def test_replaced_meanwhile(self):
        """What was put there after the list was made is neither read as the old one nor put away as if it were read."""
        self._put_one("billing.xml", sound(1))
        with closing(self.remote._open_folder()) as folder:
            entry = folder.entries("*.xml")[0]
            folder.look(entry)
            self._put_one("billing.xml", sound(22))
            self.assertRaises(ChangedError, folder.content, entry, 2**20)
            folder.delete(entry)
            folder.move(entry, "processed")
            self.assertEqual(self._files_in("inbox"), {"billing.xml": sound(22)})
            again = folder.entries("*.xml")[0]
            self.assertEqual(folder.content(again, 2**20), sound(22))
            folder.delete(again)
        self.assertEqual(self._files_in("inbox"), {})

    def test_what_goes_wrong(self):
        """It is said in words, and no secret with them."""
        self._put_one("billing.xml", sound(1))
        good = json.loads(self.storage.options)
        for options, words in self._faults(good):
            with self.subTest(words), self.assertLogs(level="DEBUG") as logged:
                self.storage.options = json.dumps(options)
                self.assertFalse(self._run())
                with self.assertRaisesRegex(UserError, words) as raised:
                    self.remote.action_test()
                self.assertIn(words, self.remote.problem)
                told = str(self.remote.with_user(self.clerk).read()) + str(self.remote.message_ids.mapped("body"))
                # What databases are asked may say what is stored: it is no log of ours.
                lines = [line for line in logged.output if "odoo.sql_db" not in line]
                self.assertNotIn(SECRET, told + str(raised.exception) + str(lines))
        self.storage.options = json.dumps(good)
        self.remote.path = "nowhere"
        self.assertFalse(self._run())
        self.assertIn("not there", self.remote.problem)


class TestWebDav(Objects, FetchCase):
    def setUp(self):
        super().setUp()
        self.source.active = False
        (self.folder / "inbox" / "below").mkdir(parents=True)
        self.server = DavServer(self.folder, password=SECRET)
        self.addCleanup(self.server.close)
        self.storage = self._storage(self.env, "webdav", "", self.server.options)
        self.remote = self._source(self.storage, name="Xerox WebDAV", path="inbox")

    def _put_one(self, name, data):
        self._put(name, data, self.folder / "inbox")

    def _files_in(self, folder):
        return {path.name: path.read_bytes() for path in (self.folder / folder).iterdir() if path.is_file()}

    def _faults(self, good):
        return (
            (good | {"auth": ["clerk", f"{SECRET}-wrong"]}, "does not allow it"),
            (good | {"base_url": f"http://127.0.0.1:{free_port()}/dav"}, "no connection"),
        )

    def test_names_that_cannot_be_asked_for(self):
        """They are named, and keep nothing else from being fetched."""
        self._put_one("billing 1.xml", sound(1))
        self._put_one("billing #2.xml", sound(2))
        self._put_one("billing%203.xml", sound(3))
        self.assertEqual(self._run().name, "X-1")
        self.assertIn("billing #2.xml: A file with one of the characters", self.remote.problem)
        self.assertIn("billing%203.xml: A file with one of the characters", self.remote.problem)
        self.assertEqual(len(self._activities()), 1)


class TestS3(Objects, FetchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls._serve(S3Server, SECRET)

    def setUp(self):
        super().setUp()
        self.source.active = False
        files = self.server.files()
        for path in files.find(self.server.bucket):
            files.rm_file(path)
        self.storage = self._storage(self.env, "s3", self.server.bucket, self.server.options)
        self.remote = self._source(self.storage, name="Xerox S3", path="inbox")

    def _put_one(self, name, data):
        self.server.files().pipe_file(f"{self.server.bucket}/inbox/{name}", data)

    def _files_in(self, folder):
        files, path = self.server.files(), f"{self.server.bucket}/{folder}/"
        return {
            found.removeprefix(path): files.cat_file(found)
            for found in files.find(path)
            if "/" not in found.removeprefix(path)
        }

    def _faults(self, good):
        yield good | {"endpoint_url": f"http://127.0.0.1:{free_port()}"}, "no connection"
        ask = f"{good['endpoint_url']}/moto-api/reset-auth"
        self.addCleanup(requests.post, ask, data="inf", timeout=60)
        # From here on the server asks who comes.
        requests.post(ask, data="0", timeout=60).raise_for_status()
        yield good, "does not allow it"
        requests.post(ask, data="inf", timeout=60).raise_for_status()

    def test_names(self):
        """Whatever characters are in a name, it is a name."""
        self._put_one("billing #2%20?.xml", sound(2))
        self.assertEqual(self._run().mapped("file_name"), ["billing #2%20?.xml"])
        self.assertDone(self.remote)
