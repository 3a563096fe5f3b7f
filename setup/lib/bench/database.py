# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The database that is measured in: one name, filled with an untouched copy of a world before every measurement."""

import gc
import time
from contextlib import closing, contextmanager

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import close_db, connection_info_for
from odoo.tools import config

from . import billing_xml
from .client import open_form
from .world import CLERK, COMPANY, WARM_UP_COMPANY, WARM_UP_DEVICES, make_world


def start_odoo(database):
    """Odoo inside this process, without its server: read the configuration that ODOO_RC names."""
    config.parse_config(["-d", database, "--no-http", "--log-level=error"], setup_logging=True)


class Cost:
    """What a transaction takes, known when it has ended: seconds of wall time, seconds of CPU time in this process,
    and SQL queries.
    """

    seconds = 0.0
    cpu = 0.0
    queries = 0


class BenchDatabase:
    """Database ``name`` with the addon installed, made anew at will; its copies are called ``name`` and a suffix.

    A copy is the same for everyone who is measured, down to the numbers of the next records and the state of the
    tables: nobody finds what another one left.
    """

    def __init__(self, name):
        self.name = name
        self._untouched = None
        self._worlds = {}
        self._registry = None

    # Copies

    def reset(self, size, make=make_world, warm_up=None):
        """Begin anew with a world of some size, its caches warm; the world is made if need be.

        :param make: a function that makes it, of an environment and the size: devices by default
        :param warm_up: does for the tiny company what is measured; by default, import a file
        """
        if (make, size) not in self._worlds:
            self._make_world(make, size)
        self._copy(self._worlds[make, size], self.name)
        self.connect()
        with self.environment(company=WARM_UP_COMPANY) as env:
            (warm_up or self.warm_up)(env)
            env.flush_all()

    def warm_up(self, env):
        """Do for a tiny company what is measured; it is taken back."""
        file = self._upload(env, billing_xml.build_file(WARM_UP_DEVICES, billing_xml.PRESENT))
        file._check_now()
        file._import()
        open_form(file)
        file.charge_ids.action_approve()

    def _make_world(self, make, size):
        if self._untouched is None:
            self._untouched = f"{self.name}_untouched"
            self._copy(self.name, self._untouched)
        self._copy(self._untouched, self.name)
        self.connect()
        with self.environment(login=None) as env:
            make(env, size)
            env.cr.commit()
        # Statistics, and no dead rows: as the server's own housekeeping would leave them overnight.
        self._execute(self.name, "VACUUM ANALYZE")
        world = f"{self.name}_{len(self._worlds)}"
        self._copy(self.name, world)
        self._worlds[make, size] = world

    def _copy(self, source, target):
        close_db(source)
        close_db(target)
        # Not WITH (FORCE): the server's autovacuum, which may be at it, is nothing that this user may end. Without, the
        # server sends it away itself, and waits for connections that are just being closed.
        self._execute("postgres", f'DROP DATABASE IF EXISTS "{target}"')
        self._execute("postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    @staticmethod
    def _execute(database, statement):
        """Run what cannot run in a transaction."""
        with closing(psycopg2.connect(**connection_info_for(database)[1])) as connection:
            connection.autocommit = True
            with connection.cursor() as cr:
                cr.execute(statement)

    def connect(self):
        """Odoo's models, loaded once: each copy has the same ones. What they remember is another world's."""
        if self._registry is None:
            self._registry = Registry(self.name)
        self._registry.clear_all_caches()

    # Transactions

    @contextmanager
    def environment(self, login=CLERK, company=COMPANY):
        """A transaction of a user, or without a login of the superuser; it is rolled back, unless committed."""
        with self._registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            if login:
                user = env["res.users"].search([("login", "=", login)])
                companies = env["res.company"].search([("name", "=", company)])
                env = env(user=user.id, context={"lang": "en_US", "allowed_company_ids": companies.ids})
            env.invalidate_all()
            try:
                yield env
            finally:
                cr.rollback()

    @contextmanager
    def timed(self):
        """A transaction of the clerk that is committed, and what it costs: yields (environment, Cost)."""
        cost = Cost()
        gc.collect()
        with self.environment() as env:
            before = env.cr.sql_log_count
            started, started_cpu = time.perf_counter(), time.process_time()
            yield env, cost
            env.flush_all()
            env.cr.commit()
            cost.seconds = time.perf_counter() - started
            cost.cpu = time.process_time() - started_cpu
            cost.queries = env.cr.sql_log_count - before

    # Files

    def upload(self, data):
        """Keep a file as a draft. :return: its id"""
        with self.environment() as env:
            file = self._upload(env, data)
            env.cr.commit()
            return file.id

    @staticmethod
    def _upload(env, data):
        return env["xpps.billing.file"]._create_from_upload(data, "billing.xml", env.company)
