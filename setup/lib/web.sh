# The tools that check scripts and XML. Sourced by setup/lint.
# shellcheck shell=bash

WEB="$RUN/web"

# Installs them once; fails where there is no npm, or where it reaches no registry.
prepare_web() {
    local key
    key="$(hash_of <"$ROOT/setup/lib/web/package.json")"
    if [ "$(cat "$WEB/stamp" 2>/dev/null)" = "$key" ]; then return; fi
    command -v npm >/dev/null || return 1
    say "Installing the tools of setup/lib/web/package.json"
    rm -rf "$WEB"
    mkdir -p "$WEB"
    cp "$ROOT"/setup/lib/web/* "$WEB"
    npm_config_cache="$CACHE/npm" npm install --prefix "$WEB" --silent --no-audit --no-fund --no-package-lock >&2 || return 1
    echo "$key" >"$WEB/stamp"
}

# Exits with 1 when there is something to mend; with --write it mends the form of files.
check_web() {
    local files status=0
    cp "$ROOT"/setup/lib/web/*.cjs "$WEB"
    mapfile -t files < <(git -C "$ROOT" ls-files --cached --others --exclude-standard -- 'xerox_xpps*/*.js' 'xerox_xpps*/*.xml' \
        ':!*/demo/*' ':!*/static/description/*' | sed "s|^|$ROOT/|")
    "$WEB/node_modules/.bin/prettier" --config "$WEB/prettier.config.cjs" --log-level warn \
        "${1:---check}" "${files[@]}" || status=1
    (cd "$ROOT" && "$WEB/node_modules/.bin/eslint" --config "$WEB/eslint.config.cjs" xerox_xpps*/static) || status=1
    return $status
}
