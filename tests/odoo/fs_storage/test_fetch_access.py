# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who may set up sources, have files fetched, and see what was."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from ..support.access import MANAGER, USER
from ..support.fetching import FetchCase, sound

PROGRAM = {
    "xpps.fetch.source": {
        "state": "done",
        "problem": "None",
        "last_run": "2026-01-01",
        "seen_host_key": "ssh-ed25519 A",
        "reminded_due": "2026-01-01",
    },
    "xpps.fetched.file": {"state": "known", "path": "x", "version": "1", "checksum": "1", "put_away": "keep"},
}


class TestFetchAccess(FetchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("xpps-fetch-user", USER)
        cls.manager = cls._user("xpps-fetch-manager", MANAGER)
        cls.administrator = cls._user("xpps-fetch-admin", MANAGER, "base.group_system")
        cls.stranger = cls._user("xpps-fetch-stranger", MANAGER, company=cls._company("XPPS Fetch Stranger"))

    def setUp(self):
        super().setUp()
        self._put("billing.xml", sound(1))
        self._run()
        self.fetched = self.source.file_ids

    def test_who_reads(self):
        for records in (self.source, self.fetched):
            for user in (self.clerk, self.manager):
                self.assertEqual(records.with_user(user).search([("id", "in", records.ids)]), records)
                records.with_user(user).read()
            for user in (self.user, self.stranger):
                self.assertDenied(records.with_user(user).read, ["name"])

    def test_who_writes(self):
        vals = {"name": "Mine", "storage_id": self.source.storage_id.id, "user_id": False}
        for user in (self.user, self.clerk, self.stranger):
            source = self.source.with_user(user)
            self.assertDenied(source.write, {"name": "Mine"})
            self.assertDenied(source.unlink)
            self.assertDenied(source.create, vals | {"company_id": self.company.id})
            for method in (source.action_test, source.action_accept_host_key):
                self.assertDenied(method)
        self.source.with_user(self.manager).write({"name": "Theirs", "due_day": 7, "path": "below"})
        for user in (self.clerk, self.manager, self.administrator):
            self.assertDenied(self.fetched.with_user(user).unlink)
            self.assertDenied(self.fetched.with_user(user).create, {"source_id": self.source.id, "name": "x"})

    def test_only_the_program_says(self):
        for records in (self.source, self.fetched):
            for name, value in PROGRAM[records._name].items():
                with self.subTest(name):
                    self.assertDenied(records.with_user(self.administrator).write, {name: value})

    def test_who_chooses_the_storage(self):
        """Whoever sees its password: of a storage, a billing file may come from anywhere in it."""
        other = self._storage(self.env, "file", "/srv/other")
        self.assertDenied(self.source.with_user(self.manager).write, {"storage_id": other.id})
        vals = {"name": "Mine", "storage_id": other.id}
        self.assertDenied(self.source.with_user(self.manager).create, vals)
        self.assertEqual(self.source.with_user(self.administrator).create(vals).user_id, self.administrator)
        self.source.with_user(self.administrator).storage_id = other

    def test_who_fetches(self):
        for user in (self.clerk, self.manager):
            self.source.with_user(user).action_fetch()
            action = self.source.with_user(user).action_open_files()
            self.assertEqual(action["domain"], [("source_id", "in", self.source.ids)])
        for user in (self.user, self.stranger):
            for method in ("action_fetch", "action_open_files"):
                self.assertDenied(getattr(self.source.with_user(user), method))

    def test_responsible_user(self):
        for user in (self.user, self.stranger):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.source.user_id = user
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.source.copy({"company_id": self.stranger.company_id.id})

    def test_format_of_another_company(self):
        theirs = self.env.ref("xerox_xpps.format_autotask_xml").copy(
            {"name": "Theirs", "company_id": self.stranger.company_id.id}
        )
        with self.assertRaises(Exception), self.cr.savepoint():  # noqa: B017 (Odoo's own check of companies)
            self.source.format_id = theirs

    def test_screens(self):
        """Each screen shows what its user may read."""
        menu = self.env.ref("xerox_xpps_fs_storage.menu_xpps_fetch_source")
        for user in (self.clerk, self.manager, self.administrator):
            self.assertIn(menu.id, self.env["ir.ui.menu"].with_user(user)._visible_menu_ids())
            for records in (self.source, self.fetched):
                for view_type in ("list", "form", "search"):
                    arch = records.with_user(user).get_view(view_type=view_type)["arch"]
                    self.assertIn("name=", arch)
        self.assertNotIn(menu.id, self.env["ir.ui.menu"].with_user(self.user)._visible_menu_ids())
        arch = self.source.with_user(self.clerk).get_view(view_type="form")["arch"]
        self.assertIn("action_fetch", arch)
        self.assertNotIn("action_test", arch)
        with Form(self.source.with_user(self.manager)) as form:
            form.due_day = 3
            with self.assertRaises(AssertionError):
                form.storage_id = self.source.storage_id
        with Form(self.env["xpps.fetch.source"].with_user(self.administrator)) as form:
            form.name = "New"
            form.storage_id = self.source.storage_id
            form.afterwards = "move"
        self.assertEqual(form.record.move_path, "processed")
        with self.assertRaises(AccessError):
            self.env["fs.storage"].with_user(self.manager).search([])

    def test_copy(self):
        copy = self.source.with_user(self.administrator).copy()
        self.assertEqual((copy.name, copy.state, copy.file_count), ("Test source (copy)", "new", 0))
