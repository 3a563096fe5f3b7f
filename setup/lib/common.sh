# Shared by the commands in setup/: where things are, how to speak, what to prepare.
# shellcheck shell=bash
# Sourced, never run. Every command starts with:  source "$(dirname "$(readlink -f "$0")")/lib/common.sh"

set -euo pipefail
shopt -s inherit_errexit
umask 022

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
# Everything a run leaves behind: cluster, databases' files, logs. For XPPS_POSTGRES and XPPS_PYTHON see versions.sh.
RUN="$ROOT/.run${XPPS_POSTGRES:+/postgres-$XPPS_POSTGRES}"
VENV="$ROOT/.venv"
if [ -n "${XPPS_PYTHON:-}" ]; then VENV="$ROOT/.run/python-$XPPS_PYTHON"; fi
# Exported, for commands that are started from inside: they see other XDG directories (write_config).
export XPPS_CACHE="${XPPS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xerox_xpps}"
CACHE="$XPPS_CACHE"
export PIP_CACHE_DIR="$CACHE/pip"
unset PYTHONPATH PYTHONHOME
export PYTHONDONTWRITEBYTECODE=  # an inherited 1 would make every start of Odoo compile it again

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

# die MESSAGE [CURE]
die() {
    printf '\033[31mError:\033[0m %s\n' "$1" >&2
    if [ -n "${2:-}" ]; then printf '  Cure: %s\n' "$2" >&2; fi
    exit 1
}

# with_lock NAME COMMAND…: two commands started at once must not prepare the same thing twice.
# The lock is a file descriptor, so it ends with the process, however that ends.
with_lock() {
    local file="$1"
    shift
    mkdir -p "$(dirname "$file")"
    exec {LOCK_FD}>"$file"
    if ! flock -n "$LOCK_FD"; then
        say "Waiting for another set-up command to finish ($file)"
        flock "$LOCK_FD"
    fi
    "$@"
    exec {LOCK_FD}>&-
}

case "$ROOT$CACHE" in
    *,*) die "The directory $ROOT (or $CACHE) has a comma in its name, at which Odoo would split it" "give it another name" ;;
esac

hash_of() { sha256sum | cut -c1-12; }

# A Python that Odoo 19 runs on and that can make virtual environments.
python_found() {
    local python candidates=(python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.10)
    if [ -n "${XPPS_PYTHON:-}" ]; then
        candidates=("python$XPPS_PYTHON" "$CACHE/python/$XPPS_PYTHON/usr/bin/python$XPPS_PYTHON")
    fi
    for python in "${candidates[@]}"; do
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$python"
            return
        fi
    done
    return 1
}

# shellcheck source=SCRIPTDIR/debian.sh
source "$ROOT/setup/lib/debian.sh"
# shellcheck source=SCRIPTDIR/odoo.sh
source "$ROOT/setup/lib/odoo.sh"
# shellcheck source=SCRIPTDIR/postgres.sh
source "$ROOT/setup/lib/postgres.sh"

# shellcheck source=SCRIPTDIR/database.sh
source "$ROOT/setup/lib/database.sh"

# shellcheck source=SCRIPTDIR/versions.sh
source "$ROOT/setup/lib/versions.sh"

# What commands without a database need. Done already: a few file tests.
prepare_python() {
    mkdir -p "$RUN/log" "$RUN/data"
    with_lock "$CACHE/lock" prepare_python_program
    with_lock "$RUN/lock/programs" prepare_postgres_programs
    with_lock "$RUN/lock/debian" prepare_debian
    with_lock "$CACHE/lock" prepare_wkhtmltopdf
    with_lock "$CACHE/lock" prepare_sshd
    with_lock "$CACHE/lock" prepare_odoo
    with_lock "$RUN/lock/venv" prepare_venv
}

# Everything that any command needs.
prepare() {
    prepare_python
    with_lock "$RUN/lock/postgres" prepare_postgres
    write_config
}
