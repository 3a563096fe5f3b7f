# Shared by the commands in setup/: where things are, how to speak, how to get Debian packages.
# shellcheck shell=bash
# Sourced, never run. Every command starts with:  source "$(dirname "$(readlink -f "$0")")/lib/common.sh"

set -euo pipefail
shopt -s inherit_errexit
umask 022

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
RUN="$ROOT/.run"     # everything a run leaves behind: cluster, databases' files, logs
VENV="$ROOT/.venv"
# Exported, for commands that are started from inside: they see other XDG directories (write_config).
export XPPS_CACHE="${XPPS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xerox_xpps}"
CACHE="$XPPS_CACHE"
export PIP_CACHE_DIR="$CACHE/pip"
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

hash_of() { sha256sum | cut -c1-12; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        die "Only an administrator can run: $*" "run it as root, then start this command again"
    fi
}

# debian_install PACKAGE…: from the machine's own apt sources.
debian_install() {
    command -v apt-get >/dev/null ||
        die "These are missing, and there is no apt-get to install them: $*" \
            "install what your distribution calls them, then start this command again"
    say "Installing Debian packages: $*"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0)
    # The package lists are refreshed only when what they name cannot be had: that needs the network.
    as_root "${apt[@]}" install --no-install-recommends "$@" >&2 && return
    say "Refreshing the package lists"
    as_root "${apt[@]}" update >&2 || true
    as_root "${apt[@]}" install --no-install-recommends "$@" >&2 ||
        die "apt-get could not install: $*" "see its messages above; mend them, then start this command again"
}

# Every Debian package that is missing, in one go.
prepare_debian() {
    local missing=()
    python_found >/dev/null || missing+=(python3-venv)
    if [ -z "${PGHOST:-}" ] && ! pg_bindir >/dev/null; then pg_install; fi
    command -v psql >/dev/null || missing+=(postgresql-client)
    command -v wkhtmltopdf >/dev/null || missing+=(wkhtmltopdf)
    command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
    # python-magic, by which Odoo tells what an uploaded file is, loads this library.
    [[ "$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)" == *libmagic.so.1* ]] || missing+=(libmagic1)
    [ ${#missing[@]} = 0 ] || debian_install "${missing[@]}"
}

# A Python that Odoo 19 runs on and that can make virtual environments.
python_found() {
    local python
    for python in python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.10; do
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$python"
            return
        fi
    done
    return 1
}

# shellcheck source=setup/lib/odoo.sh
source "$ROOT/setup/lib/odoo.sh"
# shellcheck source=setup/lib/postgres.sh
source "$ROOT/setup/lib/postgres.sh"

# shellcheck source=setup/lib/database.sh
source "$ROOT/setup/lib/database.sh"

# What commands without a database need. Done already: a few file tests.
prepare_python() {
    mkdir -p "$RUN/log" "$RUN/data"
    with_lock "$RUN/lock/debian" prepare_debian
    with_lock "$CACHE/lock" prepare_odoo
    with_lock "$RUN/lock/venv" prepare_venv
}

# Everything that any command needs.
prepare() {
    prepare_python
    with_lock "$RUN/lock/postgres" prepare_postgres
    write_config
}
