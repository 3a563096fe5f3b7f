# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files of a folder of this machine: what is fetched, how often, and what becomes of the file there."""

import hashlib
import os
import shutil

from odoo.exceptions import UserError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries

from odoo.addons.xerox_xpps.billing_file.limits import MAX_SIZE

from ...billing_file.builder import build_xml
from ..support.common import record
from ..support.fetching import FAILED, TODO, FetchCase, sound

BROKEN = b"<XPPSBillingDetails><Invoice>"


class TestFolder(FetchCase):
    def test_twenty_files_of_which_one_cannot_be_read(self):
        self._put_twenty()
        # Too large, and nothing in it: it takes no room.
        os.truncate(self.folder / "billing-07.xml", MAX_SIZE + 1)
        files = self._run()
        self.assertEqual(len(files), 19)
        self.assertEqual(set(files.mapped("state")), {"draft"})
        self.assertEqual(sum(files.mapped("error_count")), 0)
        self.assertEqual(set(files.mapped("device_count")), {1})
        activity = self._activities()
        self.assertEqual((activity.res_model, activity.res_id), ("xpps.fetch.source", self.source.id))
        self.assertEqual(self.source.state, "failed")
        self.assertEqual(self.source.problem, "billing-07.xml: The file is larger than 64 MiB.")
        self.assertEqual(self._fetched().pop("billing-07.xml"), "failed")

        self.assertFalse(self._run())
        self.assertEqual(self._activities(), activity)
        self._put("billing-07.xml", sound(7))
        self.assertEqual(self._run().name, "X-7")
        self.assertDone()
        self.assertEqual(set(self.source.file_ids.mapped("state")), {"new"})
        self.assertFalse(self._activities())

    def test_neutralized(self):
        """A copy of the database leaves alone what the original has yet to fetch."""
        self._put_twenty()
        self.env.flush_all()
        for query in get_neutralization_queries(["xerox_xpps_fs_storage"]):
            self.cr.execute(query)
        self.source.invalidate_recordset()
        self.assertFalse(self.source.active)
        self.assertFalse(self._run())

    def test_failed_file_that_is_gone(self):
        os.truncate(self._put("large.xml", b""), MAX_SIZE + 1)
        self._run()
        self.assertEqual(self._fetched(), {"large.xml": "failed"})
        (self.folder / "large.xml").unlink()
        self._run()
        self.assertEqual(self._fetched(), {})
        self.assertDone()

    def test_twenty_files_of_which_one_says_nothing(self):
        """It is kept as a draft, as an upload is: somebody has to look at it."""
        self._put_twenty()
        self._put("billing-07.xml", BROKEN)
        files = self._run()
        faulty = files.filtered("error_count")
        self.assertEqual((len(files), faulty.file_name), (20, "billing-07.xml"))
        activity = self._activities()
        self.assertEqual((activity.res_model, activity.res_id), ("xpps.billing.file", faulty.id))
        self.assertEqual(activity.activity_type_id, self.env.ref(TODO))
        self.assertIn("1 error", activity.summary)
        self.assertDone()

        self.assertFalse(self._run())
        self.assertEqual(self._activities(), activity)
        self.assertEqual(len(self.source.file_ids), 20)

    def test_the_draft_is_that_of_an_upload(self):
        data = sound(1)
        self._put("billing.xml", data)
        file = self._run()
        self.assertEqual(file._content(), data)
        self.assertEqual((file.file_name, file.kind, file.name), ("billing.xml", "regular", "X-1"))
        self.assertEqual(file.line_ids.serial, "SN-1")
        self.assertEqual(file.create_uid, self.clerk)
        self.assertIn("billing.xml was fetched from Test source.", file.message_ids.mapped("body")[0])
        fetched = self.source.file_ids
        self.assertEqual((fetched.billing_file_id, fetched.checksum), (file, hashlib.sha256(data).hexdigest()))
        self.assertFalse(fetched.is_pending)
        self.assertFalse(self._activities())

    def test_what_is_not_fetched(self):
        for name in ("a.xml.part", "a.xml.tmp", "a.xml~", ".a.xml", "a.pdf"):
            self._put(name, sound(1))
        (self.folder / "below").mkdir()
        self._put("below/a.xml", sound(2))
        (self.folder / "folder.xml").mkdir()
        outside = self._put("../xpps-outside.xml", sound(3))
        self.addCleanup(outside.unlink)
        (self.folder / "link.xml").symlink_to(outside)
        self.assertFalse(self._run())
        self.assertFalse(self.source.file_ids)
        self.assertDone()

    def test_pattern_and_path(self):
        (self.folder / "below").mkdir()
        self._put("below/Billing-1.XML", sound(1))
        self._put("below/other.xml", sound(2))
        self._put("billing-2.xml", sound(3))
        self.source.write({"path": "below", "pattern": "billing-*"})
        self.assertEqual(self._run().file_name, "Billing-1.XML")

    def test_changed_file_is_another_one(self):
        path = self._put("billing.xml", sound(1))
        first = self._run()
        path.write_bytes(sound(2))
        second = self._run()
        self.assertEqual((first.name, second.name), ("X-1", "X-2"))
        # Written anew, and still the same.
        os.utime(path, (0, 0))
        self.assertFalse(self._run())
        self.assertEqual(self.source.file_ids.mapped("state"), ["known", "new", "new"])
        self.assertEqual(self.source.file_ids[0].billing_file_id, second)

    def test_known_from_an_upload(self):
        data = sound(1)
        upload = self._check(data)
        self._put("billing.xml", data)
        self.assertFalse(self._run())
        self.assertEqual(self._fetched(), {"billing.xml": "known"})
        self.assertEqual(self.source.file_ids.billing_file_id, upload)
        self.assertIn("fetched again from Test source", upload.message_ids.mapped("body")[0])

    def test_same_content_twice_in_a_folder(self):
        self._put("a.xml", sound(1))
        self._put("b.xml", sound(1))
        self.assertEqual(self._run().file_name, "a.xml")
        self.assertEqual(self._fetched(), {"a.xml": "new", "b.xml": "known"})

    def test_given_up_draft_does_not_come_back(self):
        self._put("a.xml", sound(1))
        file = self._run()
        file.action_cancel()
        self.assertFalse(self._run())
        file.unlink()
        self.assertFalse(self._run())

    def test_moved(self):
        self.source.write({"afterwards": "move", "move_path": "done/xerox"})
        self._put("billing.xml", sound(1))
        self._run()
        self._put("billing.xml", sound(2))
        self._run()
        self.assertEqual([path.name for path in self.folder.iterdir()], ["done"])
        moved = {path.name: path.read_bytes() for path in (self.folder / "done/xerox").iterdir()}
        self.assertEqual(moved, {"billing.xml": sound(1), "billing-2.xml": sound(2)})
        self.assertEqual(self.source.file_ids.mapped("put_away"), ["move", "move"])

    def test_files_that_look_alike(self):
        """Name, size and time are the same, and they are not: what was put away before is no reason to leave one."""
        for afterwards in ("delete", "move"):
            self.source.afterwards = afterwards
            for number in (1, 2, 2):
                path = self._put("billing.xml", sound(number + 5 * (afterwards == "move")))
                os.utime(path, (1_700_000_000, 1_700_000_000))
                self._run()
                self.assertFalse(path.exists())
        self.assertEqual(sorted(self.source.file_ids.billing_file_id.mapped("name")), ["X-1", "X-2", "X-6", "X-7"])
        self.assertEqual(set(self.source.file_ids.mapped("state")), {"new"})

    def test_kept_files_stay_kept(self):
        self._put("old.xml", sound(1))
        self._run()
        self.source.afterwards = "delete"
        self._put("new.xml", sound(2))
        self._run()
        self.assertEqual([path.name for path in self.folder.iterdir()], ["old.xml"])

    def test_deleted(self):
        self.source.afterwards = "delete"
        self._put("billing.xml", sound(1))
        self._put("broken.xml", BROKEN)
        os.truncate(self._put("large.xml", b""), MAX_SIZE + 1)
        self.assertEqual(len(self._run()), 2)
        # What is not stored is not deleted.
        self.assertEqual([path.name for path in self.folder.iterdir()], ["large.xml"])

    def test_cannot_be_put_away(self):
        """It is fetched once, and put away as soon as that can be done."""
        self.source.write({"afterwards": "move", "move_path": "done"})
        in_the_way = self._put("done", b"no folder")
        self._put("billing.xml", sound(1))
        self.assertEqual(len(self._run()), 1)
        self.assertEqual((self.source.state, len(self._activities(self.source))), ("failed", 1))
        self.assertEqual(self._fetched(), {"billing.xml": "new"})
        self.assertTrue(self.source.file_ids.problem)
        in_the_way.unlink()
        self.assertFalse(self._run())
        self.assertTrue((self.folder / "done/billing.xml").exists())
        self.assertFalse((self.folder / "billing.xml").exists())
        self.assertFalse(self.source.file_ids.problem)
        self.assertDone()

    def test_one_failure_stops_no_other(self):
        """Nor is it told more than once, until it is over."""
        gone = self.folder / "gone"
        failing = self._source(self._storage(self.env, "file", gone), name="A failing source")
        self._put("billing.xml", sound(1))
        self.assertEqual(len(self._run()), 1)
        self.assertDone()
        self.assertEqual((failing.state, failing.problem), ("failed", "The folder or file is not there."))
        activity = self._activities(failing)
        self.assertEqual((activity.activity_type_id, activity.user_id), (self.env.ref(FAILED), self.clerk))
        messages = len(failing.message_ids)
        activity.action_done()
        self._run()
        self.assertFalse(self._activities(failing))

        gone.mkdir()
        self._put("other.xml", sound(2), gone)
        self.assertEqual(self._run().file_name, "other.xml")
        self.assertDone(failing)
        shutil.rmtree(gone)
        self._run()
        self.assertEqual(len(self._activities(failing)), 1)
        gone.mkdir()
        self._run()
        self.assertFalse(self._activities(failing))
        self.assertEqual(len(failing.message_ids.filtered(lambda one: "is not there" in one.body)), 2)
        self.assertGreaterEqual(len(failing.message_ids), messages)

    def test_archived_source(self):
        self._put("billing.xml", sound(1))
        self.source.active = False
        self.assertFalse(self._run())

    def test_responsible_who_may_not_any_more(self):
        """Files go to who looks after the company's then."""
        other = self._user("xpps-fetch-other", "xerox_xpps.group_xpps_billing")
        self.company.xpps_responsible_id = other
        self._put("broken.xml", BROKEN)
        self.clerk.active = False
        file = self._run()
        self.assertEqual(self._activities(file).user_id, other)

    def test_format(self):
        """One that a source names is taken, whatever fits; files of other types are read as ever."""
        theirs = self.env.ref("xerox_xpps.format_autotask_xml").copy({"name": "Theirs", "company_id": self.company.id})
        ours = theirs.copy({"name": "Ours"})
        self._put("billing.xml", sound(1))
        self.assertEqual(self._run().format_id, theirs)
        self.source.format_id = ours
        self._put("billing.xml", sound(2))
        self._put("other.csv", b"no;table")
        files = self._run()
        self.assertEqual(files.mapped("format_id.name")[:1], ["Ours"])
        # It is checked anew in the same way.
        files[0].action_check()
        self.assertEqual(files[0].format_id, ours)

    def test_places_outside(self):
        for values in (
            {"path": "../other"},
            {"path": "/etc"},
            {"path": "a/../../b"},
            {"afterwards": "move", "move_path": "../other"},
            {"afterwards": "move", "move_path": "/"},
            {"afterwards": "move", "move_path": False},
            {"pattern": " , "},
        ):
            with self.subTest(values), self.assertRaises(ValidationError), self.cr.savepoint():
                self.source.write(values)
        for protocol, directory in (("file", ""), ("file", "/"), ("http", ""), ("odoofs", "x"), ("memory", "x")):
            with self.subTest(protocol), self.assertRaises(ValidationError), self.cr.savepoint():
                self._source(self._storage(self.env, protocol, directory))

    def test_storage_that_is_changed_later(self):
        self._put("billing.xml", sound(1))
        self.source.storage_id.directory_path = "/"
        self.assertFalse(self._run())
        self.assertIn("needs a directory path", self.source.problem)

    def test_test(self):
        self._put_twenty()
        action = self.source.action_test()
        self.assertIn("20 files match", action["params"]["message"])
        self.assertFalse(self.source.file_ids)
        self.source.path = "gone"
        with self.assertRaisesRegex(UserError, "is not there"):
            self.source.action_test()

    def test_fetch_now(self):
        triggers = self.env["ir.cron.trigger"]
        domain = [("cron_id", "=", self.cron.id)]
        before = triggers.search_count(domain)
        self.source.with_user(self.clerk).action_fetch()
        self.assertEqual(triggers.search_count(domain), before + 1)
        self.cron.active = False
        with self.assertRaisesRegex(UserError, "switched off"):
            self.source.with_user(self.clerk).action_fetch()

    def test_two_companies(self):
        """Each source's files are its company's, also those with the same content."""
        branch = self._company("XPPS Fetch Branch")
        other = self.source.copy({"company_id": branch.id, "user_id": False, "format_id": False})
        self._put("billing.xml", build_xml(devices=[record("SN-1")]))
        self._run()
        self.assertEqual(self.source.file_ids.billing_file_id.company_id, self.company)
        self.assertEqual(other.file_ids.billing_file_id.company_id, branch)
        self.assertEqual((self._fetched(), self._fetched(other)), ({"billing.xml": "new"},) * 2)
