# Odoo itself, its Python dependencies, and its configuration file.
# shellcheck shell=bash

# The release that the tests were run with. Debian sid keeps only its newest one, so another
# 19.0 is taken when this one is gone. Whatever is unpacked already is never replaced.
ODOO_TESTED='19.0.0+dfsg-1'
# Odoo's Debian package links to these instead of carrying copies …
ODOO_LINKED=(libjs-jquery libjs-jquery-form libjs-underscore
    fonts-roboto-unhinted fonts-inconsolata fonts-montserrat fonts-ocr-b)
# … and to this one, of which it needs 4.7 (bookworm); version 6 (sid) names its icons differently.
ODOO_LINKED_BOOKWORM=(fonts-font-awesome)

ODOO_SRC_CURE='set ODOO_SRC to the directory of an Odoo 19 that you have (it holds odoo/release.py)'

# Sets ODOO_HOME, the directory that has to be on sys.path.
prepare_odoo() {
    if [ -n "${ODOO_SRC:-}" ]; then
        ODOO_HOME="$(cd "$ODOO_SRC" 2>/dev/null && pwd -P)" || die "ODOO_SRC=$ODOO_SRC is not a directory"
        grep -qs "^version_info = (19, 0" "$ODOO_HOME/odoo/release.py" ||
            die "ODOO_SRC=$ODOO_SRC is not Odoo 19" "let it name the directory that holds odoo/release.py"
        return
    fi
    local tree
    tree="$(odoo_unpacked)"
    if [ -z "$tree" ]; then
        odoo_unpack
        tree="$(odoo_unpacked)"
    fi
    ODOO_HOME="$tree/usr/lib/python3/dist-packages"
}

# The tested release if it is there, else the newest that is.
odoo_unpacked() {
    if [ -d "$CACHE/odoo/$ODOO_TESTED" ]; then
        echo "$CACHE/odoo/$ODOO_TESTED"
    elif [ -d "$CACHE/odoo" ]; then
        find "$CACHE/odoo" -mindepth 1 -maxdepth 1 -name '19.0.*' | sort -V | tail -n 1
    fi
}

odoo_unpack() {
    local version="$ODOO_TESTED" newest addons
    private_apt sid bookworm
    newest="$(apt-cache madison odoo-19 | awk '$3 ~ /^19\.0\./ && !seen++ {print $3}')"
    if [ -z "$(apt-cache madison odoo-19 | awk -v v="$version" '$3 == v')" ]; then
        [ -n "$newest" ] || die "Debian sid has no package odoo-19 any more" "$ODOO_SRC_CURE"
        say "Debian sid has moved on from the tested Odoo $version: taking $newest"
        version="$newest"
    fi
    say "Downloading Odoo $version (about 130 MB)"
    private_unpack "$CACHE/odoo/.new" "odoo-19=$version" "${ODOO_LINKED[@]/%//sid}" "${ODOO_LINKED_BOOKWORM[@]/%//bookworm}"
    addons="$CACHE/odoo/.new/usr/lib/python3/dist-packages/odoo/addons"
    [ -d "$addons/web" ] || die "The package odoo-19 $version has an unknown layout" "$ODOO_SRC_CURE"
    # A bundle that names this file reports an error in the browser, by which every browser test fails.
    # Debian leaves it out (it blurs the background of video calls, for which it would load more).
    if [ ! -e "$addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js" ]; then
        mkdir -p "$addons/mail/static/lib/selfie_segmentation"
        echo '// Not in the Debian package.' >"$addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    fi
    # Only a complete tree gets its final name: an interrupted run leaves nothing to clean up.
    mv -T "$CACHE/odoo/.new" "$CACHE/odoo/$version"
}

prepare_venv() {
    local python stamp key
    stamp="$VENV/.xpps-stamp"
    key="$(cat "$ROOT"/setup/requirements*.txt - <<<"$ROOT $ODOO_HOME" | hash_of)"
    if [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && "$VENV/bin/python" -c '' 2>/dev/null; then
        return
    fi
    rm -f "$stamp"
    if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        python="$(python_found)" || die "No Python 3.10 to 3.13 that can make virtual environments" "apt-get install python3-venv"
        say "Making $VENV with $python"
        "$python" -m venv --clear "$VENV" >&2
    fi
    # Before pip runs: through this file pip sees Odoo's egg-info, on which OCA's addons depend.
    echo "$ODOO_HOME" >"$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/xpps_odoo.pth"
    say "Installing the Python packages of setup/requirements-dev.txt"
    # The files name every package, with its version; --no-deps because Odoo's own list asks for
    # psycopg2, which would have to be compiled, where psycopg2-binary will do.
    "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-deps \
        -r "$ROOT/setup/requirements-dev.txt" >&2 ||
        die "pip could not install the Python packages" "check the network, then start this command again"
    echo "$key" >"$stamp"
}

# .run/odoo.conf, made anew by each command: with the server to use and a port that is free now.
write_config() {
    local addons="$ODOO_HOME/odoo/addons" oca port
    # A source checkout of Odoo keeps most addons in addons/; the Debian package has only Python files there.
    [ -d "$addons/web" ] || addons="$addons,$ODOO_HOME/addons"
    oca="$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/odoo/addons"
    port="$("$VENV/bin/python" "$ROOT/setup/lib/free_port.py")"
    mkdir -p "$RUN/data" "$RUN/log"
    chmod 700 "$RUN/data"
    # It may hold a password.
    install -m 600 /dev/null "$RUN/odoo.conf.$$"
    cat >"$RUN/odoo.conf.$$" <<EOF
; Written by setup/lib/odoo.sh at every start: changes made here are lost.
[options]
addons_path = $addons,$oca,$ROOT
data_dir = $RUN/data
db_host = $PGHOST
db_port = ${PGPORT:-5432}
db_user = ${PGUSER:-}
db_password = ${PGPASSWORD:-}
http_interface = 127.0.0.1
http_port = $port
max_cron_threads = 0
screenshots = $RUN/screenshots
; No limit of address space: Chromium, which the browser tests start, inherits it and needs more.
limit_memory_hard = 0
EOF
    mv "$RUN/odoo.conf.$$" "$RUN/odoo.conf"
    # Every subcommand of Odoo reads this variable; where -c is accepted differs between them.
    export ODOO_RC="$RUN/odoo.conf"
    # Odoo would take it for the database to work on.
    unset PGDATABASE
    # Where Chromium and wkhtmltopdf leave settings and caches: not in the caller's home.
    export XDG_CONFIG_HOME="$RUN/home/config" XDG_CACHE_HOME="$RUN/home/cache" XDG_DATA_HOME="$RUN/home/data"
}

odoo() { "$VENV/bin/python" -m odoo "$@"; }
