#!/usr/bin/env bash
# Run once by PostgreSQL's image, when it makes the cluster: Odoo's role may make databases and nothing else, and the
# superuser logs in from inside the container only.
set -euo pipefail
psql -X -q -v ON_ERROR_STOP=1 --username=postgres --dbname=postgres \
    -v password="$(cat /run/secrets/db_password)" <<'SQL'
create role odoo login createdb password :'password';
alter role postgres password null;
SQL
