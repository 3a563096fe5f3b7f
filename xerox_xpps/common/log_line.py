# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Lines of the server's log for whoever runs it: ``xpps import file=12 company=1 user=5 devices=40 seconds=1.2``.

Records and users are ids in them: no line names a person or a customer.
"""

import json
import re
import time

_PLAIN = re.compile(r"[\w.:/+-]{1,60}", re.ASCII)
_MAX_LENGTH = 60


def log_line(logger, cr, what, **values):
    """Say what was done, in a line at the level INFO, when the transaction that does it has ended well.

    :param str what: one word
    :param values: numbers and texts in the order in which they are to stand; a text from a file may hold anything
    """
    line = f"xpps {what} " + " ".join(f"{name}={_shown(value)}" for name, value in values.items())
    cr.postcommit.add(lambda: logger.info("%s", line))


def seconds_since(started):
    """:param float started: of ``time.monotonic``"""
    return round(time.monotonic() - started, 3)


def _shown(value):
    """One word, or a text in quotes on the same line.

    >>> _shown(12), _shown("X-1001"), _shown('a "b"\\n xpps import file=1')
    ('12', 'X-1001', '"a \\\\"b\\\\"\\\\n xpps import file=1"')
    """
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text[:_MAX_LENGTH])
