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
    local instead="or set ODOO_SRC to the directory of an Odoo 19 that you have (it holds odoo/release.py)"
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        die "Odoo 19 is fetched as a Debian package, and this machine has no apt-get" "use Debian 12 or later, $instead"
    fi
    local mirror keyring file
    mirror="$(debian_mirror)"
    if [ -z "$mirror" ]; then
        say "Refreshing the package lists, to learn this machine's Debian mirror"
        as_root apt-get -q update >&2 || true
        mirror="$(debian_mirror)"
    fi
    [ -n "$mirror" ] || die "The apt sources of this machine name no Debian archive" "add one, $instead"
    for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
        if [ -r "$file" ]; then keyring="$file"; fi
    done
    if [ -z "${keyring:-}" ]; then
        debian_install debian-archive-keyring
        keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    fi

    # A private apt: its own sources, lists and cache; signatures checked; the machine's apt untouched.
    local apt="$CACHE/apt"
    mkdir -p "$apt"/{lists/partial,cache/archives/partial,none} "$CACHE/deb" "$CACHE/odoo"
    printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" sid "$keyring" "$mirror" bookworm >"$apt/sources.list"
    cat >"$apt/apt.conf" <<EOF
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/none";
Dir::Etc::preferences "$apt/none/preferences";
Dir::Etc::preferencesparts "$apt/none";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
// apt's download user may not be able to reach a cache below a private home directory.
APT::Sandbox::User "$(id -un)";
EOF
    local -x APT_CONFIG="$apt/apt.conf"
    say "Reading Debian's package lists (private copy in $apt)"
    apt-get -q update >&2 || die "Debian's package lists could not be fetched" "check the network, $instead"

    local version="$ODOO_TESTED" newest
    newest="$(apt-cache madison odoo-19 | awk '$3 ~ /^19\.0\./ && !seen++ {print $3}')"
    if [ -z "$(apt-cache madison odoo-19 | awk -v v="$version" '$3 == v')" ]; then
        [ -n "$newest" ] || die "Debian sid has no package odoo-19 any more" "${instead#or }"
        say "Debian sid has moved on from the tested Odoo $version: taking $newest"
        version="$newest"
    fi
    local tmp="$CACHE/odoo/.unpacking" debs
    local packages=("odoo-19=$version" "${ODOO_LINKED[@]/%//sid}" "${ODOO_LINKED_BOOKWORM[@]/%//bookworm}")
    rm -rf "$tmp"
    mkdir -p "$tmp"
    # Asked in an empty directory: apt does not list what it finds downloaded.
    mapfile -t debs < <(cd "$tmp" && apt-get -q download --print-uris "${packages[@]}" | awk '{print $2}')
    say "Downloading Odoo $version (about 130 MB)"
    (cd "$CACHE/deb" && apt-get -q download "${packages[@]}") >&2 ||
        die "Odoo could not be downloaded" "check the network, $instead"
    say "Unpacking it to $CACHE/odoo/$version"
    for file in "${debs[@]}"; do
        dpkg-deb -x "$CACHE/deb/$file" "$tmp" || die "$CACHE/deb/$file is damaged" "delete it and start again"
    done
    [ -f "$tmp/usr/lib/python3/dist-packages/odoo/release.py" ] || die "The package odoo-19 $version has an unknown layout" "${instead#or }"
    # Not installed but unpacked: what an absolute link names is in this tree, not in the machine's /usr.
    local link broken
    while IFS= read -r -d '' link; do
        ln -sfn "$(realpath -m --relative-to "$(dirname "$link")" "$tmp$(readlink "$link")")" "$link"
    done < <(find "$tmp" -lname '/*' -print0)
    broken="$(find "$tmp/usr/lib" -xtype l)"
    [ -z "$broken" ] || say "Note: these links lead nowhere:"$'\n'"${broken//"$tmp"/  …}"
    # A bundle that names this file reports an error in the browser, by which every browser test fails.
    # Debian leaves it out (it blurs the background of video calls, for which it would load more).
    link="$tmp/usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    if [ ! -e "$link" ]; then
        mkdir -p "$(dirname "$link")"
        echo '// Not in the Debian package.' >"$link"
    fi
    # Only a complete tree gets its final name: an interrupted run leaves nothing to clean up.
    mv -T "$tmp" "$CACHE/odoo/$version"
}

# The Debian archive (not its security updates) that the machine's apt is set up to use.
debian_mirror() {
    # shellcheck disable=SC2016  # apt's variables, not the shell's
    apt-get indextargets --format '$(CREATED_BY)|$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' 2>/dev/null |
        awk -F'|' '$1 == "Packages" && $2 == "Debian" && $3 == "Debian" && $4 == "main" && $5 !~ /^cdrom:/ && !seen++ {print $5}'
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
