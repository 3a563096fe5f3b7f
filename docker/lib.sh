# Shared by backup and restore. Sourced, never run.
# shellcheck shell=bash disable=SC2034
#
# They work in the services of compose.yaml (COMPOSE=podman-compose names another command than docker compose,
# COMPOSE_PROJECT_NAME another deployment). With XPPS_DATA_DIR, Odoo's data_dir, they work on this machine, with the
# PostgreSQL that PGHOST and its kin name and the odoo of the PATH.

set -euo pipefail
umask 077
export LC_ALL=C

DOCKER="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
DATABASE="${PGDATABASE:-xpps}"
NEW="${DATABASE}_new"     # what is not complete yet; entrypoint calls it the same
FILESTORE="${XPPS_DATA_DIR:-/var/lib/odoo}/filestore"
DUMP=database.dump FILES=filestore.tar FACTS=backup.txt SUMS=SHA256SUMS

say() { printf '%s\n' "$*" >&2; }

# die MESSAGE [CURE]
die() {
    printf 'Error: %s\n' "$1" >&2
    if [ -n "${2:-}" ]; then printf '  %s\n' "$2" >&2; fi
    exit 1
}

compose() {
    local command
    read -ra command <<<"${COMPOSE:-docker compose}"
    "${command[@]}" -f "$DOCKER/compose.yaml" "$@"
}

# in_db COMMAND…: where PostgreSQL's programs are of the server's version.
in_db() {
    if [ -n "${XPPS_DATA_DIR:-}" ]; then
        "$@"
    else
        compose exec -T db env PGUSER=odoo "$@"
    fi
}

# in_odoo COMMAND…: where the files are, and Odoo. Whether the server runs or not.
in_odoo() {
    if [ -n "${XPPS_DATA_DIR:-}" ]; then
        "$@"
    else
        compose run --rm --no-deps -T odoo "$@"
    fi
}

# sql DATABASE [NAME=VALUE…] <STATEMENTS: values are :'NAME', names :"NAME".
sql() {
    local database="$1" variables=() variable
    shift
    for variable in "$@"; do variables+=(-v "$variable"); done
    in_db psql -X -q -At -F ' ' -v ON_ERROR_STOP=1 -d "$database" "${variables[@]}"
}

database_exists() {
    local found
    found="$(sql postgres "name=$1" <<<"select 1 from pg_database where datname = :'name'")" || die "PostgreSQL does not answer."
    [ -n "$found" ]
}

# attachments_of DUMP: prints "SHA-1  FILE" of each file that the attachments in a dump name, as sha1sum reads it.
attachments_of() {
    in_db pg_restore --data-only --table=ir_attachment --file=- <"$1" | awk -F '\t' '
        /^COPY public\.ir_attachment \(/ {
            gsub(/^.*\(|\).*$/, "")
            columns = split($0, names, ", ")
            for (i = 1; i <= columns; i++) {
                if (names[i] == "checksum") sum = i
                if (names[i] == "store_fname") file = i
            }
            rows = 1
            next
        }
        /^\\\.$/ { rows = 0 }
        rows && $file != "\\N" { print $sum "  " $file }
        END { exit !file }' | sort -u
}
