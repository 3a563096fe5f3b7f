# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import fsspec

from odoo import models
from odoo.exceptions import UserError

from ..rules import secrets_of

LOCAL = ("file", "local")
SFTP = ("sftp", "ssh")
WEB = ("http", "https")
OBJECTS = ("s3", "s3a", "webdav")


class FsStorage(models.Model):
    """What files are fetched from. Who may see its options, and choose it, is up to ``fs_storage``: administrators."""

    _inherit = "fs.storage"

    def _xpps_obstacle(self):
        """Why no billing files are fetched from the storage; "" if nothing is wrong with it."""
        self.ensure_one()
        if self.protocol not in (*LOCAL, *SFTP, *WEB, *OBJECTS):
            return self.env._(
                "Billing files cannot be fetched from storage “%(storage)s”: its protocol is %(protocol)s. Use file, "
                "sftp, s3, webdav, http or https.",
                storage=self.name,
                protocol=self.protocol,
            )
        directory = (self.directory_path or "").strip()
        # Whoever may set the path of a source would otherwise choose any file of this server, or any server.
        if self.protocol in (*LOCAL, *WEB) and not directory.strip("/."):
            return self.env._(
                "Storage “%s” needs a directory path (for a web server, the address of a folder): billing files are "
                "fetched from there and from nowhere else.",
                self.name,
            )
        return ""

    def _xpps_open(self, host_key):
        """Connect, in a way that no one else has the connection, and nobody pretends to be the server.

        Odoo's own way keeps connections for the next one who asks, writes a file into the folder to see whether it is
        there, and takes any SFTP server's word.

        :param host_key: what proves an SFTP server; see ``rules/host_key.py``
        :return: (the file system of fsspec, its root)
        """
        self.ensure_one()
        obstacle = self._xpps_obstacle()
        if obstacle:
            raise UserError(obstacle)
        options = dict(self._get_fs_options())
        if isinstance(options.get("auth"), list):
            # As a client of WebDAV wants it, and JSON has not.
            options["auth"] = tuple(options["auth"])
        if self.protocol not in SFTP:
            filesystem = fsspec.filesystem(self.protocol, **options, skip_instance_cache=True)
            return filesystem, self.get_directory_path() or ""
        if not host_key:
            raise UserError(
                self.env._("The host key of the SFTP server is not known yet. Press Test, compare it, and accept it.")
            )
        # paramiko need not be there where nobody uses SFTP.
        from ..remote.ssh import open_sftp

        return open_sftp(self.protocol, options, host_key), self.get_directory_path() or ""

    def _xpps_server_key(self):
        """:return: the public key with which an SFTP server answers, before anything is said to it"""
        self.ensure_one()
        from ..remote.ssh import server_key

        options = self._get_fs_options()
        return server_key(options.get("host"), int(options.get("port") or 22))

    def _xpps_secrets(self):
        """:return: what must not stand in a message, a set of texts"""
        self.ensure_one()
        # Also while the options cannot be used: then as they stand.
        return secrets_of(self._get_fs_options()) | secrets_of(self.json_options)
