# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the REST API of ``controllers`` rests on: keys that open nothing else, and how a file arrives that way."""

from . import (
    ir_http,
    res_users_apikeys,
    res_users_apikeys_description,
    xpps_billing_file,
)
