# What comes from npm's registry: the tools that check scripts and XML, and axe-core, by which tests judge screens.
# shellcheck shell=bash
# Sourced by setup/lint and setup/test.

WEB="$ROOT/.run/web"

# Installs them once; fails where there is no npm, or where it reaches no registry.
prepare_web() {
    local key
    key="$(hash_of <"$ROOT/setup/lib/web/package.json")"
    with_lock "$WEB.lock" install_web "$key"
    [ "$(cat "$WEB/stamp" 2>/dev/null)" = "$key" ]
}

install_web() {
    if [ "$(cat "$WEB/stamp" 2>/dev/null)" = "$1" ]; then return; fi
    command -v npm >/dev/null || return 1
    say "Installing the tools of setup/lib/web/package.json"
    rm -rf "$WEB"
    mkdir -p "$WEB"
    cp "$ROOT"/setup/lib/web/* "$WEB"
    npm_config_cache="$CACHE/npm" npm install --prefix "$WEB" --silent --no-audit --no-fund --no-package-lock >&2 || return 1
    echo "$1" >"$WEB/stamp"
}

# For the tests in a browser: a machine without npm gets Debian's. That it cannot be had fails the test that needs it,
# and keeps no other from running.
prepare_web_for_tests() {
    if prepare_web; then return; fi
    if ! command -v npm >/dev/null && (debian_install npm) && prepare_web; then return; fi
    say "axe-core is missing: this needs npm, and a registry that has the tools of setup/lib/web/package.json"
}

# Exits with 1 when there is something to mend; with --write it mends the form of files.
check_web() {
    local files status=0
    cp "$ROOT"/setup/lib/web/*.cjs "$WEB"
    mapfile -t files < <(git -C "$ROOT" ls-files --cached --others --exclude-standard -- 'xerox_xpps*/*.js' 'xerox_xpps*/*.xml' \
        ':!*/demo/*' ':!*/static/description/*' | sed "s|^|$ROOT/|")
    "$WEB/node_modules/.bin/prettier" --config "$WEB/prettier.config.cjs" --log-level warn \
        "${1:---check}" "${files[@]}" || status=1
    # An addon may have no scripts.
    (cd "$ROOT" && "$WEB/node_modules/.bin/eslint" --config "$WEB/eslint.config.cjs" --no-error-on-unmatched-pattern \
        xerox_xpps*/static) || status=1
    return $status
}
