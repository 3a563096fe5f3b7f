# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the files in docker/ promise: no default password, no root, and as many jobs as there are workers for."""

import configparser
import re
import unittest
from pathlib import Path
from xml.etree import ElementTree

import yaml

ROOT = Path(__file__).resolve().parents[3]
DOCKER = ROOT / "docker"
#: What a file of 50,000 devices takes.
LARGE_FILE = 1_200_000_000
#: PostgreSQL's own default.
MAX_CONNECTIONS = 100
QUEUE_ADDON = ROOT / "xerox_xpps_queue_job"


def channels_of(addon):
    """:return: the full names of the channels that an addon makes, without those that only hold others"""
    channels = {}
    for path in addon.glob("data/*.xml"):
        for record in ElementTree.parse(path).iter("record"):
            if record.get("model") == "queue.job.channel":
                fields = {field.get("name"): field.get("ref") or field.text for field in record.iter("field")}
                channels[record.get("id")] = (fields["name"], fields["parent_id"])

    def full_name(channel):
        name, parent = channels[channel]
        return f"{full_name(parent) if parent in channels else 'root'}.{name}"

    parents = {parent for _name, parent in channels.values()}
    return {full_name(channel) for channel in channels if channel not in parents}


class TestCompose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
        cls.services = cls.compose["services"]

    def test_hardened(self):
        self.assertEqual(set(self.services), {"db", "odoo"})
        for name, service in self.services.items():
            with self.subTest(name):
                self.assertEqual(service["cap_drop"], ["ALL"])
                self.assertEqual(service["security_opt"], ["no-new-privileges:true"])
                self.assertIs(service["read_only"], True)
                self.assertNotIn("privileged", service)
                self.assertNotEqual(service.get("user"), "root")

    def test_no_password_but_secrets(self):
        """None is in the environment, where every process and `inspect` reads it, and none has a default."""
        for name, service in self.services.items():
            for key, value in service["environment"].items():
                with self.subTest(service=name, variable=key):
                    if "PASSWORD" in key:
                        self.assertEqual((key[-5:], value), ("_FILE", "/run/secrets/db_password"))
        for name, secret in self.compose["secrets"].items():
            self.assertEqual(secret, {"file": f"./secrets/{name}"})
        self.assertIn("/docker/secrets/", (ROOT / ".gitignore").read_text().splitlines())

    def test_only_a_proxy_of_the_machine_reaches_it(self):
        """Odoo believes what the proxy says (proxy_mode)."""
        self.assertNotIn("ports", self.services["db"])
        for port in self.services["odoo"]["ports"]:
            self.assertTrue(port.startswith("127.0.0.1:"), port)

    def test_what_is_written_is_on_volumes(self):
        for service in self.services.values():
            named = [volume.partition(":")[0] for volume in service["volumes"] if not volume.startswith("./")]
            self.assertTrue(named)
            self.assertLessEqual(set(named), set(self.compose["volumes"]))
            self.assertIn("/tmp", service["tmpfs"])


class TestImage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dockerfile = (DOCKER / "Dockerfile").read_text()
        cls.instructions = re.findall(r"^([A-Z]+) (.*)$", cls.dockerfile, re.M)

    def test_last_user_is_not_root(self):
        self.assertEqual([value for name, value in self.instructions if name == "USER"][-1], "odoo")

    def test_health_check(self):
        """It asks for the database, too."""
        self.assertIn("/web/health?db_server_status=1", self.dockerfile.partition("\nHEALTHCHECK ")[2])

    def test_all_that_is_copied_is_let_in(self):
        """The context is empty but for what is named, and each name is there."""
        named = (DOCKER / "Dockerfile.dockerignore").read_text().split()
        self.assertEqual(named[0], "*")
        for pattern in named[1:]:
            if pattern.startswith("!"):
                self.assertTrue(list(ROOT.glob(pattern[1:])), pattern)
        for source in re.findall(r"\b(?:setup|docker)/[\w.-]+\b", self.dockerfile.partition("ENV ")[0]):
            if source.startswith(("setup/", "docker/odoo.conf")):
                self.assertIn(f"!{source}", named)


class TestOdooConf(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conf = configparser.ConfigParser(interpolation=None)
        cls.conf.read(DOCKER / "odoo.conf")
        cls.options = cls.conf["options"]
        channels = cls.conf["queue_job"]["channels"].split(",")
        cls.channels = {name: int(capacity) for name, capacity in (channel.split(":") for channel in channels)}

    def test_no_database_manager(self):
        self.assertEqual(self.options["list_db"], "False")
        # Without a value nobody is let in by any; left out, it would be "admin".
        self.assertEqual(self.options["admin_passwd"], "")

    def test_channels(self):
        """Those of the issue and of the addon's data; an import at a time, and workers left for clerks."""
        self.assertEqual(
            {name: capacity for name, capacity in self.channels.items() if name != "root"},
            {"root.xpps.import": 1, "root.xpps.billing": 2, "root.xpps.send": 2},
        )
        self.assertGreaterEqual(int(self.options["workers"]), self.channels["root"] + 2)
        self.assertIn("queue_job", self.options["server_wide_modules"].split(","))

    def test_channels_are_those_of_the_addon(self):
        """Where it is in the checkout: jobs of a channel that has no limit would take all workers."""
        if QUEUE_ADDON.is_dir():
            self.assertEqual(channels_of(QUEUE_ADDON), set(self.channels) - {"root"})

    def test_limits_are_for_large_files(self):
        self.assertGreater(int(self.options["limit_memory_soft"]), LARGE_FILE)
        self.assertGreater(int(self.options["limit_memory_hard"]), 2 * LARGE_FILE)
        for limit in ("limit_time_real", "limit_time_real_cron", "limit_time_cpu"):
            self.assertGreaterEqual(int(self.options[limit]), 1800)

    def test_connections(self):
        """All processes together have no more than PostgreSQL gives: workers, crons, the runner and gevent."""
        processes = int(self.options["workers"]) + int(self.options["max_cron_threads"]) + 1
        most = processes * int(self.options["db_maxconn"]) + int(self.options["db_maxconn_gevent"])
        self.assertLessEqual(most, MAX_CONNECTIONS)
