# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Folders elsewhere, as fsspec shows them: no database."""

from .folder import ChangedError, Entry, Folder, TooLargeError, UnreachableNameError

__all__ = ["ChangedError", "Entry", "Folder", "TooLargeError", "UnreachableNameError"]
