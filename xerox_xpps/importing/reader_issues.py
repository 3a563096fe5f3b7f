# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the reader of a file found, as problems of the file's records and in the user's language."""

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from operator import itemgetter

from ..billing_file.values import NEGATIVE_PAGES
from .issues import clipped, issue_text


class ReaderIssues:
    """Takes issues of ``billing_file`` into the findings of a check.

    :param details: billing_file.BillingDetails, or None when the file could not be read
    :param file: the xpps.billing.file, which mends what is right in a correction only
    :param done: the ``sequence`` of each record that is imported or left out: nothing waits for its issues

    ``currency`` is the res.currency of the amounts in the texts; None until the head of the file is known.
    """

    def __init__(self, findings, details, done, file):
        self.file = file
        self.findings = findings
        self.env = findings.env
        self._devices = details.devices if details else ()
        self._done = done
        self.currency = None

    def add(self, issues):
        """:param issues: an iterable of billing_file.Issue"""
        for issue in issues:
            if issue.unlisted:
                self.findings.count(issue.code, issue.unlisted)
                continue
            index = self._record_of(issue)
            if index is None or index + 1 not in self._done:
                self._add(issue, index)

    def _add(self, issue, index):
        self.findings.add(
            issue.code,
            lambda: self._say(issue),
            index=index,
            source_line=issue.source_line or 0,
            serial=issue.serial,
            fix=self.file if issue.template == NEGATIVE_PAGES else None,
        )

    @cached_property
    def _starts(self):
        """Where the records of each serial number start, so that an issue finds the one in which it is.

        {serial: [(line, index of the record)]}
        """
        starts = defaultdict(list)
        for index, record in enumerate(self._devices):
            starts[record.serial].append((record.source_line, index))
        return starts

    def _record_of(self, issue):
        """:return: the index of the record that the issue is about; None when it is the whole file"""
        if not issue.serial and issue.code != "serial_missing":
            return None
        starts = self._starts.get(issue.serial, [])
        position = bisect_right(starts, issue.source_line or 0, key=itemgetter(0))
        return starts[position - 1][1] if position else None

    def _say(self, issue):
        message = issue_text(self.env, issue, self.currency)
        place = {"line": issue.source_line, "serial": clipped(issue.serial), "message": message}
        if issue.serial and place["serial"] not in message:
            return self.env._("Line %(line)s, device %(serial)s: %(message)s", **place)
        if issue.source_line and "line" not in issue.params:
            return self.env._("Line %(line)s: %(message)s", **place)
        return message
