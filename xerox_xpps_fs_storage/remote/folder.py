# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A folder on a file system of fsspec, whatever that is: what is in it, what a file says, and where it goes then."""

import errno
import posixpath
from typing import NamedTuple
from urllib.parse import unquote

from ..rules import awaited_names, is_inside, unused_name, version_of

#: Bytes that are read at once.
CHUNK = 2**20
#: They have addresses instead of paths, no folders, and nothing that may be changed.
WEB = ("http", "https")
#: Its client makes addresses of paths, but leaves these characters as they are, which mean something else in addresses.
DAV, NOT_OF_DAV = "webdav", set("#?%")


class TooLargeError(Exception):
    """The file is larger than what is read of any."""


class ChangedError(Exception):
    """The file changed while it was read: somebody writes it."""


class UnreachableNameError(Exception):
    """The name has characters with which the file cannot be asked for."""


class Entry(NamedTuple):
    """A file of the folder."""

    #: As the server calls it.
    path: str
    #: As people call it.
    name: str
    #: In bytes; None if the server does not say.
    size: int | None
    #: See ``version_of``.
    version: str


class Folder:
    def __init__(self, filesystem, root, path):
        """
        :param filesystem: of fsspec
        :param root: the folder of the storage, "" for what the server shows first
        :param path: the folder in it
        :raises ValueError: when the path leads out of it
        """
        if not is_inside(path):
            raise ValueError("A path leads out of the folder of its storage")
        self._filesystem = filesystem
        protocols = (filesystem.protocol,) if isinstance(filesystem.protocol, str) else filesystem.protocol
        self._is_web = any(name in WEB for name in protocols)
        self._is_dav = DAV in protocols
        self._path = self._join(root, path.strip("/"))

    @staticmethod
    def _join(folder, name):
        if not folder or not name:
            return folder or name
        return f"{folder.rstrip('/')}/{name}"

    def _list(self, path):
        # What the file system remembers of a folder says nothing of what somebody has changed in it.
        self._filesystem.invalidate_cache()
        return self._filesystem.ls(path, detail=True)

    def close(self):
        """End the connection, where there is one that stays."""
        client = getattr(self._filesystem, "client", None)
        if hasattr(client, "close"):
            client.close()

    def entries(self, pattern):
        """The files that a pattern fits, by their names: neither folders nor links, which lead out of the folder."""
        found = {}
        for info in self._list(self._path):
            name = posixpath.basename(info["name"])
            if info.get("type") == "file" and not (self._is_web and set("?#") & set(name)):
                found[unquote(name) if self._is_web else name] = info
        return [self._entry(name, found[name]) for name in awaited_names(found, pattern)]

    def _entry(self, name, info):
        # Made here and not taken from the list: no server says where a file is.
        path = self._join(self._path, posixpath.basename(info["name"]))
        return Entry(path, name, info.get("size"), version_of(info))

    def look(self, entry):
        """:return: the entry as the server has it now; the list of a web server has only names"""
        self._filesystem.invalidate_cache()
        info = self._filesystem.info(entry.path)
        return entry._replace(size=info.get("size"), version=version_of(info))

    def content(self, entry, limit):
        """:return: what the file says, in bytes

        :raises TooLargeError: before the work, where the server says the size; else as soon as it is
        :raises ChangedError: when it is another one after it was read
        :raises UnreachableNameError: when its name cannot be asked for
        """
        if self._is_dav and NOT_OF_DAV & set(entry.name):
            raise UnreachableNameError
        if entry.size is not None and entry.size > limit:
            raise TooLargeError
        try:
            data = self._read(entry, limit)
        except OSError as error:
            # S3 says so by itself.
            if error.errno == errno.EBUSY:
                raise ChangedError from error
            raise
        after = self.look(entry)
        if after.version != entry.version or (after.size is not None and after.size != len(data)):
            raise ChangedError
        return data

    def _read(self, entry, limit):
        data = bytearray()
        # A web server sends a file from its beginning to its end; parts are not asked for.
        options = {"block_size": 0} if self._is_web else {}
        with self._filesystem.open(entry.path, "rb", **options) as stream:
            while chunk := stream.read(min(CHUNK, limit + 1 - len(data))):
                data += chunk
                if len(data) > limit:
                    raise TooLargeError
        return bytes(data)

    def delete(self, entry):
        if self._is_as_read(entry):
            self._filesystem.rm_file(entry.path)

    def move(self, entry, target):
        """:param target: a folder in this one; it is made if it is not there"""
        if not target.strip("/") or not is_inside(target):
            raise ValueError("A file can only be moved to a folder below its own")
        if not self._is_as_read(entry):
            return
        folder = self._join(self._path, target.strip("/"))
        self._filesystem.makedirs(folder, exist_ok=True)
        name = unused_name(posixpath.basename(entry.path), self._names_in(folder))
        self._filesystem.mv(entry.path, self._join(folder, name))

    def _names_in(self, folder):
        try:
            return {posixpath.basename(info["name"].rstrip("/")) for info in self._list(folder)}
        except FileNotFoundError:
            # Where a folder is no more than the beginning of names, there is none without files.
            return set()

    def _is_as_read(self, entry):
        """Whether the file is there, and still the one that was read: another one is fetched, not put away."""
        try:
            return self.look(entry).version == entry.version
        except FileNotFoundError:
            return False
