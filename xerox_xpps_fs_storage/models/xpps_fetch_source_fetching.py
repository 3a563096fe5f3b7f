# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
from contextlib import closing
from functools import partial

from odoo import api, fields, models
from odoo.service.model import retrying
from odoo.tools import plaintext2html

from odoo.addons.xerox_xpps.billing_file.limits import MAX_SIZE
from odoo.addons.xerox_xpps.common.listing import bullets

from ..remote import ChangedError

FAILED = "xerox_xpps_fs_storage.mail_activity_fetch_failed"
#: How many files the problem of a source names; all of them are listed among its files.
MAX_LISTED = 10


class XppsFetchSource(models.Model):
    """The work of the cron. Each file is a transaction of its own:

    it is read, its draft and the memory of it are stored, and only then it is moved or deleted. Whoever is killed in
    between leaves nothing, or a file that is known already and is put away next time.
    """

    _inherit = "xpps.fetch.source"

    @api.model
    def _cron_fetch(self):
        """Fetch from all sources, those first that were not asked for the longest time."""
        sources = self.search([], order="last_run NULLS FIRST, id")
        sources.env["ir.cron"]._commit_progress(remaining=len(sources))
        for left, source in zip(reversed(range(len(sources))), sources, strict=True):
            if not source._fetch(left):
                break

    def _fetch(self, left):
        """Fetch what is new in one source. What fails is said on the source, and stops nothing else.

        :param left: how many sources follow
        :return: whether there is time for more
        """
        self.ensure_one()
        cron = self.env["ir.cron"]
        problems = []
        try:
            with closing(self._open_folder()) as folder:
                entries = folder.entries(self.pattern)
                self._forget_failed(entries)
                remembered = self._remembered(entries)
                for number, entry in enumerate(entries, 1):
                    problem = self._fetch_entry(folder, entry, remembered)
                    if problem:
                        problems.append(f"{entry.name}: {problem}")
                    if not cron._commit_progress(1, remaining=left + 1 + len(entries) - number):
                        return False
        except Exception as error:
            self.env.cr.rollback()
            problems.append(self._as_responsible()._say_problem(error))
        self._settle_pending(problems)
        retrying(partial(self._finish, problems), self.env)
        return cron._commit_progress(1, remaining=left)

    def _forget_failed(self, entries):
        """Nothing is to be done any more about a file that is gone from the folder, or is another one by now."""
        there = {entry.path: entry.version for entry in entries}
        self.env["xpps.fetched.file"].search([("source_id", "=", self.id), ("state", "=", "failed")]).filtered(
            # The list of a web server has no versions.
            lambda one: there.get(one.path) not in ("", one.version)
        ).unlink()

    def _remembered(self, entries):
        """:return: {(path, version): xpps.fetched.file}"""
        fetched = self.env["xpps.fetched.file"].search(
            [("source_id", "=", self.id), ("path", "in", [entry.path for entry in entries])], order="id"
        )
        return {(one.path, one.version): one for one in fetched}

    def _fetch_entry(self, folder, entry, remembered):
        """Fetch one file, unless it was fetched before, and put it away.

        :return: what went wrong, "" if nothing did
        """
        try:
            if not entry.version:
                entry = folder.look(entry)
            fetched = remembered.get((entry.path, entry.version))
            # Servers know times by the second only: one like that which was put away may be another one.
            is_back = fetched and fetched.put_away in ("move", "delete")
            if not fetched or fetched.state == "failed" or is_back:
                data = folder.content(entry, MAX_SIZE)
                fetched = retrying(partial(self._take, entry, data), self.env)
            if not fetched.put_away or is_back:
                self._put_away(folder, entry)
                retrying(partial(fetched.write, {"put_away": self.afterwards, "problem": False}), self.env)
        except ChangedError:
            # Somebody is writing it: it is there next time.
            return ""
        except Exception as error:
            self.env.cr.rollback()
            problem = self._as_responsible()._say_problem(error)
            retrying(partial(self._remember_problem, entry, problem), self.env)
            return problem
        return ""

    def _put_away(self, folder, entry):
        if self.afterwards == "delete":
            folder.delete(entry)
        elif self.afterwards == "move":
            folder.move(entry, self.move_path.strip())

    def _take(self, entry, data):
        """Make a draft of a file as by an upload, check it, and remember it.

        :return: xpps.fetched.file
        """
        self.ensure_one()
        checksum = hashlib.sha256(data).hexdigest()
        entry = entry._replace(size=len(data))
        fetched = self._memory_of(entry, checksum)
        if fetched.state in ("new", "known"):
            return fetched
        company = self.company_id
        files = self._as_responsible().env["xpps.billing.file"]
        known = files._known_file(checksum, company)
        if known:
            known._log_as_odoobot(known.env._("This file was fetched again from %s. Nothing was changed.", self.name))
            return self._remember(entry, checksum, state="known", billing_file_id=known.id, problem=False)
        file = files._create_from_upload(data, entry.name, company)
        # Before the check, which asks for the format.
        fetched = self._remember(entry, checksum, state="new", billing_file_id=file.id, is_pending=True, problem=False)
        obstacle = file._check_arrival()
        if obstacle:
            fetched.problem = obstacle
        arrived = file.env._("%(file)s was fetched from %(origin)s.", file=entry.name, origin=self.name)
        file._log_as_odoobot(file._prepare_arrival_note(arrived, obstacle))
        return fetched

    def _memory_of(self, entry, checksum=""):
        fetched = self.env["xpps.fetched.file"].search(
            [("source_id", "=", self.id), ("path", "=", entry.path), ("version", "=", entry.version or checksum)]
        )
        if checksum:
            fetched = fetched.filtered(lambda one: one.checksum == checksum or one.state == "failed")
        return fetched[:1]

    def _remember(self, entry, checksum, **values):
        fetched = self._memory_of(entry, checksum)
        values |= {"name": entry.name, "size": entry.size or 0, "checksum": checksum}
        if fetched:
            fetched.write(values)
            return fetched
        return fetched.create(
            {"source_id": self.id, "path": entry.path, "version": entry.version or checksum, **values}
        )

    def _remember_problem(self, entry, problem):
        """Show what went wrong with a file. It is tried again next time."""
        fetched = self._memory_of(entry)
        if fetched.state in ("new", "known"):
            fetched.problem = problem
        elif entry.version:
            self._remember(entry, "", state="failed", problem=problem)

    def _settle_pending(self, problems):
        """Import checked files where that is wanted, and tell who looks after them of those that are faulty."""
        for fetched in self.env["xpps.fetched.file"].search(
            [("source_id", "=", self.id), ("is_pending", "=", True)], order="id"
        ):
            try:
                retrying(fetched._settle, self.env)
            except Exception as error:
                self.env.cr.rollback()
                problem = self._as_responsible()._say_problem(error)
                retrying(partial(fetched._give_up, problem), self.env)
                problems.append(f"{fetched.name}: {problem}")

    def _finish(self, problems):
        """Say on the source how the run went. The same problem is told once, not in each run."""
        source = self._as_responsible()
        told = bullets(source.env, problems, MAX_LISTED) if problems[1:] else "".join(problems)
        is_new = told and told != self.problem
        self.write(
            {"state": "failed" if problems else "done", "problem": told or False, "last_run": fields.Datetime.now()}
        )
        if not problems:
            self.activity_unlink([FAILED])
        elif is_new:
            self.message_post(body=plaintext2html(told))
            responsible = self._responsible()
            open_ones = self.activity_ids.filtered(
                lambda activity: activity.automated and activity.activity_type_id == self.env.ref(FAILED)
            )
            if responsible and not open_ones:
                self.activity_schedule(
                    FAILED, summary=source.env._("Billing files could not be fetched"), user_id=responsible.id
                )
