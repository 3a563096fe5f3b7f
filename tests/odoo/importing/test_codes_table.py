# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The table of check codes: it has exactly those that are found, and all that is said of them comes from there."""

import ast
from pathlib import Path

from odoo.tests import TransactionCase

from odoo.addons.xerox_xpps import billing_file, importing


def calls_of(package):
    """:return: every call in a package's sources"""
    for path in Path(package.__file__).parent.glob("*.py"):
        yield from (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call))


def texts(call):
    """:return: the arguments of a call that are plain texts, by their position"""
    return {
        position: argument.value
        for position, argument in enumerate(call.args)
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def called(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


class TestTable(TransactionCase):
    def _of_reader(self):
        """:return: {code: severity} of the issues that the reader makes"""
        found = {}
        for call in calls_of(billing_file):
            if called(call) == "Issue" and 1 in texts(call):
                found[texts(call)[1]] = getattr(billing_file, call.args[0].id)
            elif called(call) == "_issue" and 0 in texts(call):
                found[texts(call)[0]] = billing_file.ERROR
        return found

    def test_the_reader_agrees(self):
        found = self._of_reader()
        self.assertGreater(len(found), 10)
        self.assertEqual(found, {code: importing.CODES[code].severity for code in found})

    def test_every_code_is_found_by_a_check(self):
        of_checks = {texts(call)[0] for call in calls_of(importing) if called(call) == "add" and 0 in texts(call)}
        self.assertEqual(sorted(of_checks | self._of_reader().keys()), sorted(importing.CODES))

    def test_codes_are_told_apart(self):
        labels = [entry.label for entry in importing.CODES.values()]
        self.assertEqual(len(set(labels)), len(labels))
        self.assertEqual({code: entry.code for code, entry in importing.CODES.items()}, {c: c for c in importing.CODES})

    def test_warnings_alone_may_block(self):
        """An error blocks anyhow, and what is only said for information never does."""
        for entry in importing.CODES.values():
            self.assertEqual(entry.may_block, entry.severity == billing_file.WARNING, entry.code)

    def test_what_users_read(self):
        issues, warnings = self.env["xpps.billing.file.issue"], self.env["xpps.blocking.warning"]
        self.assertEqual(
            dict(issues._fields["problem"].selection), {entry.code: entry.label for entry in importing.CODES.values()}
        )
        self.assertEqual(
            dict(warnings._fields["code"].selection),
            {entry.code: entry.blocks_as for entry in importing.CODES.values() if entry.may_block},
        )
