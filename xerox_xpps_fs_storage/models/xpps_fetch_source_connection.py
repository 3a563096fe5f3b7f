# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import traceback
from contextlib import closing

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.xerox_xpps.billing_file.limits import MAX_SIZE
from odoo.addons.xerox_xpps.common.plural import plural
from odoo.addons.xerox_xpps.common.window_actions import say_done

from ..remote import Folder, TooLargeError, UnreachableNameError
from ..rules import fingerprint_of, hidden

_logger = logging.getLogger(__name__)

#: Names of classes of packages that need not be installed, and of what the network says.
NO_CONNECTION = {
    "ConnectionError",
    "ConnectError",
    "NoValidConnectionsError",
    "ClientConnectionError",
    "gaierror",
    "EOFError",
}
NO_ANSWER = {"TimeoutError", "TimeoutException", "ConnectTimeoutError", "ReadTimeoutError", "timeout"}
NOT_ALLOWED = (401, 403)


class XppsFetchSource(models.Model):
    """Connections, and what goes wrong with them, said without the secrets that they are made with."""

    _inherit = "xpps.fetch.source"

    @api.depends("seen_host_key")
    def _compute_seen_fingerprint(self):
        for source in self:
            source.seen_fingerprint = fingerprint_of(source.seen_host_key or "")

    def _open_folder(self):
        """:return: remote.Folder, to be closed"""
        self.ensure_one()
        # Whoever may have files fetched need not know how to get at them.
        filesystem, root = self.storage_id.sudo()._xpps_open(self.host_key)
        return Folder(filesystem, root, (self.path or "").strip())

    def action_test(self):
        """Connect and look which files there are. Nothing is fetched."""
        self.ensure_one()
        self.check_access("write")
        try:
            if self.is_sftp and not self.host_key:
                return self._test_host_key()
            with closing(self._open_folder()) as folder:
                count = len(folder.entries(self.pattern))
        except Exception as error:
            raise UserError(self._say_problem(error)) from None
        return say_done(
            plural(
                count,
                self.env._("The connection works: 1 file matches."),
                self.env._("The connection works: %s files match.", count),
            )
        )

    def _test_host_key(self):
        # What the server says, only the server says; see action_accept_host_key.
        self.sudo().seen_host_key = self.storage_id.sudo()._xpps_server_key()
        return say_done(
            self.env._("The server answers. Compare its fingerprint with what its operator says, and accept it.")
        )

    def action_accept_host_key(self):
        """Take the key that the server had when it was tested for its own."""
        self.ensure_one()
        self.check_access("write")
        if not self.seen_host_key:
            raise UserError(self.env._("Press Test first, to see the server's host key."))
        self.host_key = self.seen_host_key
        # See _test_host_key.
        self.sudo().seen_host_key = False
        return True

    @api.onchange("storage_id")
    def _onchange_storage_id(self):
        """The key of one server proves nothing of another."""
        self.host_key = False

    def write(self, vals):
        if "storage_id" in vals:
            changed = self.filtered(lambda source: source.storage_id.id != vals["storage_id"])
            # Nobody writes it by hand; see _test_host_key.
            changed.sudo().seen_host_key = False
        return super().write(vals)

    def _say_problem(self, error):
        """What went wrong, in the words of this addon: what others say may name secrets.

        What nobody expects is in the log, without the secrets that are known.
        """
        self.ensure_one()
        if isinstance(error, UserError):
            return str(error)
        kinds = {kind.__name__ for kind in type(error).__mro__}
        # As web servers and WebDAV say it.
        status = getattr(error, "status", None) or getattr(error, "status_code", None)
        if isinstance(error, TooLargeError):
            return self.env._("The file is larger than %s MiB.", MAX_SIZE // 2**20)
        if isinstance(error, UnreachableNameError):
            return self.env._(
                "A file with one of the characters # ? % in its name cannot be fetched by WebDAV. Have it renamed."
            )
        if isinstance(error, ImportError):
            return self.env._(
                "A Python package that the protocol needs is not installed (%s). Ask your administrator.",
                error.name or str(error),
            )
        if "WrongHostKeyError" in kinds:
            return self.env._(
                "The server has another host key than the known one: %s. Somebody may pretend to be the server. "
                "Nothing was sent to it.",
                error.fingerprint,
            )
        if "AuthenticationException" in kinds:
            return self.env._("The server refuses the user name, the password or the key.")
        if "NoGreetingError" in kinds:
            return self.env._(
                "The server ended the connection before it said who it is, twice: it has too many callers, or "
                "it is no SFTP server. If it happens each time, check host and port."
            )
        if "SSHException" in kinds:
            return self.env._(
                "The SFTP connection could not be set up, or it broke off. If it happens each time, check the key and "
                "its passphrase."
            )
        if isinstance(error, FileNotFoundError):
            return self.env._("The folder or file is not there.")
        if isinstance(error, PermissionError) or status in NOT_ALLOWED:
            return self.env._("The server does not allow it.")
        if NO_ANSWER & kinds:
            return self.env._("The server does not answer.")
        if NO_CONNECTION & kinds:
            return self.env._("There is no connection to the server.")
        if status:
            return self.env._("The server answers with error %s.", status)
        text = "".join(traceback.format_exception(error))
        # Only administrators read the options.
        secrets = self.storage_id.sudo()._xpps_secrets()
        _logger.error("Unexpected error with file source %s\n%s", self.id, hidden(text, secrets))
        return self.env._(
            "An unexpected error occurred (%s). Your administrator can find the details in the server log.",
            type(error).__name__,
        )
