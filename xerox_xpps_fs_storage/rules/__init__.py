# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules of fetching: no database, no network."""

from .due_day import awaited_from, last_due
from .host_key import fingerprint, fingerprint_of, is_host_key, same_host_key
from .listing import awaited_names, is_inside, unused_name, version_of
from .secrets import hidden, secrets_of

__all__ = [
    "awaited_from",
    "awaited_names",
    "fingerprint",
    "fingerprint_of",
    "hidden",
    "is_host_key",
    "is_inside",
    "last_due",
    "same_host_key",
    "secrets_of",
    "unused_name",
    "version_of",
]
