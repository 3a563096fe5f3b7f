# Debian packages: installed from the machine's own apt sources, or unpacked into the cache from others.
# shellcheck shell=bash

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        die "You are not root, and there is no sudo to run: $*" "let an administrator run it, then start this command again"
    fi
}

# debian_install PACKAGE…
debian_install() {
    command -v apt-get >/dev/null ||
        die "These are missing, and there is no apt-get to install them: $*" \
            "install what your distribution calls them, then start this command again"
    say "Installing Debian packages: $*"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0)
    # The package lists are refreshed only when what they name cannot be had: that needs the network.
    as_root "${apt[@]}" install --no-install-recommends "$@" >&2 && return
    debian_refresh
    as_root "${apt[@]}" install --no-install-recommends "$@" >&2 ||
        die "apt-get could not install: $*" "see its messages above; mend them, then start this command again"
}

debian_refresh() {
    say "Refreshing the package lists"
    as_root apt-get -q update >&2 || true
}

# Every Debian package that is missing, in one go.
prepare_debian() {
    local missing=() install=(debian_install)
    python_found >/dev/null || missing+=(python3-venv)
    if [ -z "${PGHOST:-}" ] && ! pg_bindir >/dev/null; then
        missing+=(postgresql postgresql-contrib)
        install=(pg_without_system_cluster "${install[@]}")
    fi
    command -v psql >/dev/null || missing+=(postgresql-client)
    command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
    # The tests read the PDFs that they make.
    command -v pdftotext >/dev/null || missing+=(poppler-utils)
    # python-magic, by which Odoo tells what an uploaded file is, loads this library.
    [[ "$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)" == *libmagic.so.1* ]] || missing+=(libmagic1)
    # Debian 13 has no wkhtmltopdf any more: see prepare_wkhtmltopdf.
    if ! command -v wkhtmltopdf >/dev/null && [ ! -d "$CACHE/wkhtmltopdf" ] && debian_has wkhtmltopdf; then
        missing+=(wkhtmltopdf)
    fi
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        die "Debian packages are missing, and you are neither root nor is there sudo" \
            "let an administrator run: apt-get install --no-install-recommends ${missing[*]}"
    "${install[@]}" "${missing[@]}"
}

debian_has() {
    command -v apt-cache >/dev/null || return 0
    # Without any package lists there is no telling.
    [ -n "$(debian_mirror)" ] || debian_refresh
    [[ "$(apt-cache policy "$1")" == *'Candidate: '[0-9]* ]]
}

# The Debian archive (not its security updates) that the machine's apt is set up to use.
debian_mirror() {
    # shellcheck disable=SC2016  # apt's variables, not the shell's
    apt-get indextargets --format '$(CREATED_BY)|$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' 2>/dev/null |
        awk -F'|' '$1 == "Packages" && $2 == "Debian" && $3 == "Debian" && $4 == "main" && $5 !~ /^cdrom:/ && !seen++ {print $5}'
}

# private_apt SUITE…: from here on, until private_unpack is done, apt works on other suites of the machine's
# mirror, with sources, lists and cache of its own; signatures are checked, the machine's apt is untouched.
private_apt() {
    local dir="$CACHE/apt/$*" mirror keyring='' file suite
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        die "Odoo 19 is fetched as a Debian package, and this machine has no apt-get" "use Debian 12 or later, or $ODOO_SRC_CURE"
    fi
    mirror="$(debian_mirror)"
    if [ -z "$mirror" ]; then
        debian_refresh
        mirror="$(debian_mirror)"
    fi
    [ -n "$mirror" ] || die "The apt sources of this machine name no Debian archive" "add one, or $ODOO_SRC_CURE"
    for file in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
        if [ -r "$file" ]; then keyring="$file"; fi
    done
    if [ -z "$keyring" ]; then
        debian_install debian-archive-keyring
        keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    fi
    dir="${dir// /-}"
    mkdir -p "$dir"/{lists/partial,cache/archives/partial,none}
    for suite in "$@"; do echo "deb [signed-by=$keyring] $mirror $suite main"; done >"$dir/sources.list"
    cat >"$dir/apt.conf" <<EOF
Dir::State "$dir";
Dir::State::lists "$dir/lists";
Dir::State::status "/dev/null";
Dir::Cache "$dir/cache";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "$dir/none";
Dir::Etc::preferences "$dir/none/preferences";
Dir::Etc::preferencesparts "$dir/none";
Acquire::Languages "none";
// apt's download user may not be able to reach a cache below a private home directory.
APT::Sandbox::User "$(id -un)";
EOF
    export APT_CONFIG="$dir/apt.conf"
    say "Reading Debian's package lists of $* (private copy in $dir)"
    # Without this option, apt calls it a success when it could fetch nothing.
    apt-get -q -o APT::Update::Error-Mode=any update >&2 ||
        die "Debian's package lists could not be fetched" "check the network, or $ODOO_SRC_CURE"
}

# private_unpack DIRECTORY PACKAGE…: downloads them (kept in the cache) and unpacks them into a new directory.
private_unpack() {
    local dir="$1" files file link broken
    shift
    rm -rf "$dir"
    mkdir -p "$dir" "$CACHE/deb"
    # Asked in an empty directory: apt does not list what it finds downloaded.
    mapfile -t files < <(cd "$dir" && apt-get -q download --print-uris "$@" | awk '{print $2}')
    (cd "$CACHE/deb" && apt-get -q download "$@") >&2 || die "The packages could not be downloaded" "check the network, or $ODOO_SRC_CURE"
    say "Unpacking ${#files[@]} packages to $(dirname "$dir")"
    for file in "${files[@]}"; do
        dpkg-deb -x "$CACHE/deb/$file" "$dir" || die "$CACHE/deb/$file is damaged" "delete it and start again"
    done
    # Not installed but unpacked: what an absolute link names is in this tree, not in the machine's /usr.
    while IFS= read -r -d '' link; do
        ln -sfn "$(realpath -m --relative-to "$(dirname "$link")" "$dir$(readlink "$link")")" "$link"
    done < <(find "$dir" -lname '/*' -print0)
    broken="$(find "$dir/usr/lib" -xtype l -regex '.*\.\(js\|css\|py\|woff2?\|ttf\|so[.0-9]*\)')"
    [ -z "$broken" ] || say "Careful, these lead to packages that setup/lib does not name yet:"$'\n'"${broken//"$dir"/  …}"
    # The lists are large, and out of date when they are needed again.
    rm -rf "$(dirname "$APT_CONFIG")"
    unset APT_CONFIG
}

# Where Debian has no wkhtmltopdf (13 and later), the one of Debian 12 is unpacked, with the libraries it needs.
prepare_wkhtmltopdf() {
    local tree="$CACHE/wkhtmltopdf" packages program
    if ! command -v wkhtmltopdf >/dev/null; then
        if [ ! -d "$tree" ]; then
            private_apt bookworm
            # The C library stays the machine's own: a newer one runs what was built for an older.
            mapfile -t packages < <(apt-get -s install --no-install-recommends wkhtmltopdf |
                awk '$1 == "Inst" && ($2 ~ /^lib/ || $2 == "wkhtmltopdf") && $2 != "libc6" && $2 != "libc-bin" {print $2}')
            private_unpack "$tree.new" "${packages[@]}"
            mkdir "$tree.new/bin"
            for program in wkhtmltopdf wkhtmltoimage; do
                cat >"$tree.new/bin/$program" <<'EOF'
#!/bin/bash
tree="$(dirname "$(dirname "$(readlink -f "$0")")")"
libraries=("$tree"/usr/lib/*-linux-gnu* "$tree"/lib/*-linux-gnu*)
export LD_LIBRARY_PATH="$(IFS=:; echo "${libraries[*]}")" QT_PLUGIN_PATH="${libraries[0]}/qt5/plugins"
exec "$tree/usr/bin/$(basename "$0")" "$@"
EOF
                chmod +x "$tree.new/bin/$program"
            done
            mv -T "$tree.new" "$tree"
        fi
        PATH="$PATH:$tree/bin"
    fi
}

# The tests fetch files from an SFTP server. It is unpacked: what Debian installs of it, it starts for all the world.
prepare_sshd() {
    local tree="$CACHE/sshd" packages
    if ! PATH="$PATH:/usr/sbin" command -v sshd >/dev/null; then
        if [ ! -d "$tree" ]; then
            private_apt bookworm
            # See prepare_wkhtmltopdf.
            mapfile -t packages < <(apt-get -s install --no-install-recommends openssh-server |
                awk '$1 == "Inst" && ($2 ~ /^lib/ || $2 ~ /^openssh-/) && $2 != "libc6" && $2 != "libc-bin" {print $2}')
            private_unpack "$tree.new" "${packages[@]}"
            mkdir "$tree.new/bin"
            cat >"$tree.new/bin/sshd" <<'EOF'
#!/bin/bash
tree="$(dirname "$(dirname "$(readlink -f "$0")")")"
libraries=("$tree"/usr/lib/*-linux-gnu* "$tree"/lib/*-linux-gnu*)
export LD_LIBRARY_PATH="$(IFS=:; echo "${libraries[*]}")"
exec "$tree/usr/sbin/sshd" "$@"
EOF
            chmod +x "$tree.new/bin/sshd"
            mv -T "$tree.new" "$tree"
        fi
        PATH="$PATH:$tree/bin"
    fi
}
