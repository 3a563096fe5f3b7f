# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Jobs of queue_job in tests: there is a runner of jobs when the test says so, and it does what the test says."""

from contextlib import closing

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.sql_db import connection_info_for
from odoo.tests.common import get_db_name

from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID, Database


class Runner:
    """To be mixed into a test case."""

    def _start_runner(self):
        """A runner looks after the database: the connection, with its lock, that each runner has.

        :return: odoo.addons.queue_job.jobrunner.runner.Database
        """
        database = Database(get_db_name())
        self.addCleanup(self._stop_runner, database)
        self.assertTrue(database.has_queue_job)
        return database

    @staticmethod
    def _stop_runner(database):
        """Only when the server has ended the connection, its lock is gone."""
        database.close()
        info = connection_info_for(get_db_name())[1]
        with closing(psycopg2.connect(**info)) as connection, connection.cursor() as cr:
            cr.execute("SELECT pg_advisory_xact_lock(%s)", [PG_ADVISORY_LOCK_ID])


class Jobs(Runner):
    """To be mixed into a test case that is one transaction."""

    def _jobs(self, *states):
        return self.env["queue.job"].search([("state", "in", states or ("pending",))], order="id")

    def _do_jobs(self, limit=None):
        """Do jobs as the server does when the runner asks for them. :return: how many"""
        done = 0
        while (limit is None or done < limit) and (job := self._jobs()[:1]):
            job.write({"state": "enqueued"})
            self.env.flush_all()
            with self.enter_registry_test_mode(), self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                RunJobController._runjob(env, RunJobController._acquire_job(env, job.uuid))
            self.env.invalidate_all()
            # One that is to be tried again is rolled back here to what it was when it was begun.
            self.assertEqual(job.state, "done", job.result)
            done += 1
        return done


def do_jobs(registry):
    """Do jobs until none is left, each as runner and server do it. To be called in a process that may be killed."""
    with closing(psycopg2.connect(**connection_info_for(registry.db_name)[1])) as connection:
        connection.autocommit = True
        with connection.cursor() as runner:
            while True:
                runner.execute(
                    """
                    UPDATE queue_job SET state = 'enqueued', date_enqueued = now() AT TIME ZONE 'utc'
                     WHERE id = (
                           SELECT id FROM queue_job
                            WHERE state = 'pending' AND (eta IS NULL OR eta <= now() AT TIME ZONE 'utc')
                            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
                     )
                     RETURNING uuid
                    """
                )
                row = runner.fetchone()
                if not row:
                    return
                with registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    job = RunJobController._acquire_job(env, row[0])
                    if job:
                        RunJobController._runjob(env, job)
