# Databases: made, copied, dropped, each together with its files in .run/data/filestore.
# shellcheck shell=bash

FILESTORE="$RUN/data/filestore"
# On a server that is shared (PGHOST), databases of different checkouts must not meet.
DB_PREFIX="xpps_$(hash_of <<<"$ROOT" | cut -c1-6)"

# db_list PREFIX
db_list() { psql -X -At -d postgres -c "select datname from pg_database where starts_with(datname, '$1') order by 1"; }

db_exists() { [ -n "$(psql -X -At -d postgres -c "select 1 from pg_database where datname = '$1'")" ]; }

# By force only what somebody is connected to: it fails while the server's autovacuum is at the database, which the
# server itself sends away otherwise.
db_drop() {
    dropdb --if-exists "$1" 2>/dev/null || dropdb --force --if-exists "$1"
    rm -rf "${FILESTORE:?}/$1"
}

# db_drop_all PREFIX
db_drop_all() {
    local name
    for name in $(db_list "$1"); do db_drop "$name"; done
}

# db_drop_stale PREFIX: what runs that were killed have left. Behind the prefix is the process, and a suffix of copies.
db_drop_stale() {
    local name pid
    for name in $(db_list "$1"); do
        pid="${name#"$1"}"
        [ -e "/proc/${pid%%_*}" ] || db_drop "$name"
    done
}

# db_copy FROM TO: seconds, where installing takes minutes.
db_copy() {
    createdb -T "$1" "$2"
    mkdir -p "$FILESTORE"
    # Hard links will do: Odoo names these files after their contents and never writes into one.
    if [ -d "$FILESTORE/$1" ]; then cp -al "$FILESTORE/$1" "$FILESTORE/$2"; fi
}

db_rename() {
    psql -X -q -d postgres -c "alter database \"$1\" rename to \"$2\""
    if [ -d "$FILESTORE/$1" ]; then mv "$FILESTORE/$1" "$FILESTORE/$2"; fi
}

addons() { "$VENV/bin/python" "$ROOT/setup/lib/addons.py" "$@"; }

addons_path() { sed -n 's/^addons_path = //p' "$RUN/odoo.conf"; }

# db_install DATABASE MODULES LOG [OPTION…]: with demo data; the log goes to .run/log/LOG.
db_install() {
    local database="$1" modules="$2" log="$RUN/log/$3"
    shift 3
    odoo -d "$database" -i "$modules" --with-demo --stop-after-init --no-http "$@" >"$log" 2>&1 || {
        grep -E -A 40 ' (ERROR|CRITICAL) ' "$log" | tail -n 60 >&2 || tail -n 20 "$log" >&2
        die "Installing $modules failed" "see $log"
    }
}

# What a database of the installed dependencies depends on itself.
deps_hash() {
    cat "$ROOT"/setup/requirements.txt "$ROOT"/setup/requirements-addon.txt - <<<"$ODOO_HOME $(addons deps "$(addons_path)")" | hash_of
}

# Prints the name of a database in which all that the addons depend on is installed, and they are not.
# A database gets its final name when it is complete: what an interrupted run leaves is dropped.
deps_database() {
    local deps below
    deps="$(addons deps "$(addons_path)")"
    below="${DB_PREFIX}_deps_$(deps_hash)"
    if ! db_exists "$below"; then
        db_drop_all "${DB_PREFIX}_deps_"
        say "Installing what the addons depend on: $deps (once; log in $RUN/log/install-deps.log)"
        db_install "${below}_new" "$deps" install-deps.log
        db_rename "${below}_new" "$below"
    fi
    echo "$below"
}

# Prints the name of a database with the addons installed, for tests to copy. It is a copy of the one above, so that a
# change of an addon does not cost the installation of all that it depends on.
template_database() {
    local own below template
    own="$(addons own "$(addons_path)")"
    template="${DB_PREFIX}_tmpl_$(hash_of <<<"$(deps_hash) $own $(addons hash) $(hash_of <"$ROOT/setup/lib/spare_companies.py")")"
    if ! db_exists "$template"; then
        db_drop_all "${DB_PREFIX}_tmpl_"
        below="$(deps_database)"
        say "Installing $own (log in $RUN/log/install.log)"
        db_copy "$below" "${template}_new"
        db_install "${template}_new" "$own" install.log
        "$VENV/bin/python" "$ROOT/setup/lib/check_log.py" "$RUN/log/install.log" "$CACHE" "$ROOT" ||
            die "The installation logged the warnings above" "mend what they say: an addon installs without any"
        # Otherwise each run's first browser test would have to wait for the assets, and each class for its company.
        say "Compiling the web client's assets, and making companies for tests"
        PYTHONPATH="$ROOT/setup/lib" odoo shell -d "${template}_new" --no-http >"$RUN/log/template.log" 2>&1 <<<"
from spare_companies import make_spare_companies
make_spare_companies(env)
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()" || die "The template database cannot be completed" "see $RUN/log/template.log"
        db_rename "${template}_new" "$template"
    fi
    echo "$template"
}
