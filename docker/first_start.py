# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Give the administrator of a new database a password before anyone can reach it: run by Odoo's shell."""

import secrets
from pathlib import Path

SECRET = Path("/run/secrets/admin_password")
LEAST_LENGTH = 12

given = SECRET.read_text(encoding="utf-8").strip() if SECRET.exists() else ""
if given and len(given) < LEAST_LENGTH:
    raise SystemExit(f"Error: the secret admin_password has fewer than {LEAST_LENGTH} characters.")
password = given or secrets.token_urlsafe(18)
env.ref("base.user_admin").password = password
env.cr.commit()
if not given:
    print(f"\n    The administrator's login is admin, the password: {password}\n", flush=True)
    print("    It is shown this once. Change it after the first login (Preferences > Security).\n", flush=True)
