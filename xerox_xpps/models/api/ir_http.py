# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import re
from http import HTTPStatus

from werkzeug.exceptions import MethodNotAllowed

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessDenied
from odoo.http import request
from odoo.tools.misc import get_lang

from .problem import API_ROOT, ApiProblem, problem_response
from .res_users_apikeys import SCOPE

_logger = logging.getLogger(__name__)

_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)


class WrongKey(AccessDenied):
    """A key that opens nothing here."""


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_xpps_key(cls):
        """An API key of the scope ``xpps``, or one of full access; and nothing else, whoever is logged in.

        Asked before the body is read. Odoo's own ``bearer`` takes keys of full access and sessions instead.
        """
        # No session gets in, and none is made: nothing that a browser sends by itself does anything here.
        request.session.can_save = False
        cr = request.env.cr
        # As long as nobody is known, in the language of the database.
        request.env = api.Environment(cr, None, {"lang": get_lang(api.Environment(cr, SUPERUSER_ID, {})).code})
        request.env.transaction.default_env = request.env
        bearer = _BEARER.fullmatch(request.httprequest.headers.get("Authorization", ""))
        if not bearer:
            raise cls._xpps_unauthorized(request.env._("Send an API key: “Authorization: Bearer …”."))
        request.update_env(user=cls._xpps_user_of(bearer[1]))
        request.update_context(**request.env["res.users"].context_get())
        # Whoever may not see billing files has no business here, and sends none in vain.
        if not request.env["xpps.billing.file"].has_access("read"):
            raise ApiProblem(
                HTTPStatus.FORBIDDEN,
                request.env._(
                    "You have no right to billing files. Ask your administrator for the right “Xerox XPPS / Billing”."
                ),
            )

    @classmethod
    def _xpps_user_of(cls, key):
        """:return: the id of the user whose key it is

        Odoo counts wrong keys of an address together with wrong passwords, and has it wait after some of them.
        """
        users, keys = request.env["res.users"], request.env["res.users.apikeys"]
        try:
            with users._assert_can_auth():
                uid = keys._check_credentials(scope=SCOPE, key=key)
                if not uid:
                    raise WrongKey
        except WrongKey as error:
            _logger.warning(
                "XPPS API: wrong key from %s. It is unknown, expired, or of another scope.",
                request.httprequest.remote_addr,
            )
            raise cls._xpps_unauthorized(
                request.env._("The API key is wrong, has expired, or is for something else."), error="invalid_token"
            ) from error
        except AccessDenied as error:
            # Nobody is logged in yet who could read it.
            wait = request.env["ir.config_parameter"].sudo().get_param("base.login_cooldown_duration", 60)
            raise ApiProblem(HTTPStatus.TOO_MANY_REQUESTS, str(error), {"Retry-After": str(wait)}) from error
        return uid

    @classmethod
    def _xpps_unauthorized(cls, detail, error=""):
        challenge = 'Bearer realm="xpps"' + (f', error="{error}"' if error else "")
        return ApiProblem(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": challenge})

    @classmethod
    def _match(cls, path_info):
        try:
            return super()._match(path_info)
        except MethodNotAllowed as error:
            # Odoo asks nobody how this is answered.
            if path_info.startswith(API_ROOT):
                error.error_response = problem_response(error, request.env)
            raise

    @classmethod
    def _handle_error(cls, exception):
        if request.httprequest.path.startswith(API_ROOT):
            return problem_response(exception, request.env)
        return super()._handle_error(exception)
