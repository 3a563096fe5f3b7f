# The PostgreSQL server: a private cluster in .run/pg (or that of another version: versions.sh), or the one that PGHOST names.
# shellcheck shell=bash
#
# The private cluster listens on a Unix socket only, so there is no port that could be taken, and the
# socket's directory (mode 700) is what guards it. It is a throwaway cluster: fsync is off, and a power
# cut may cost it its data. It keeps running for the next command, and stops by itself within about a
# minute after .run is deleted; to stop it now:  kill "$(head -n 1 .run/pg/data/postmaster.pid)"

PG="$RUN/pg"

# Where the server's programs are (of the version that made the cluster, when there is one).
pg_bindir() {
    local version
    version="${XPPS_POSTGRES:-$(cat "$PG/data/PG_VERSION" 2>/dev/null || echo '*')}"
    # shellcheck disable=SC2086  # the star is to be expanded
    set -- /usr/lib/postgresql/$version/bin ${XPPS_POSTGRES:+"$(postgres_programs)"}
    (find "$@" -name initdb 2>/dev/null || true) | sort -V | tail -n 1 | xargs -r dirname | grep .
}

# pg_without_system_cluster COMMAND…: installs what it installs, but of PostgreSQL the programs only.
# Debian would also make and start a cluster for the whole machine.
PG_SETTING=/etc/postgresql-common/createcluster.d/xerox_xpps.conf
pg_without_system_cluster() {
    as_root mkdir -p "$(dirname "$PG_SETTING")"
    trap 'as_root rm -f "$PG_SETTING"' EXIT
    as_root tee "$PG_SETTING" >/dev/null <<<'create_main_cluster = false'
    "$@"
    as_root rm -f "$PG_SETTING"
    trap - EXIT
}

# Runs a command as the cluster's owner: the caller, or a system user when the caller is root,
# as whom PostgreSQL refuses to run.
pg_as_owner() { (cd / && "${PG_AS[@]}" "$@"); }

pg_choose_owner() {
    PG_AS=(env)
    PG_OWNER="$(id -un)"
    [ "$(id -u)" = 0 ] || return 0
    PG_OWNER=postgres
    getent passwd postgres >/dev/null || PG_OWNER=nobody
    local drop=(setpriv --reuid "$PG_OWNER" --regid "$(id -g "$PG_OWNER")" --init-groups) cap
    chown "$PG_OWNER" "$PG"
    # The checkout may lie below a directory that only root can enter (/root, mktemp -d). Then the
    # server keeps a capability that lets it pass; containers may grant only the second one.
    for cap in '' dac_read_search dac_override; do
        PG_AS=("${drop[@]}")
        [ -z "$cap" ] || PG_AS+=(--inh-caps "+$cap" --ambient-caps "+$cap")
        # A real file: the system call behind "test -w" takes no notice of capabilities.
        if pg_as_owner touch "$PG/reached" 2>/dev/null; then return; fi
    done
    die "The system user $PG_OWNER cannot reach $PG" \
        "move the checkout to where all users may go, or set PGHOST to use another server"
}

pg_answers() { psql -X -q -d postgres -c 'select 1' >/dev/null 2>&1; }

prepare_postgres() {
    if [ -n "${PGHOST:-}" ]; then
        pg_answers || die "No PostgreSQL answers at PGHOST=$PGHOST PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-$(id -un)}:"$'\n'"$(
            psql -X -d postgres -c 'select 1' 2>&1 || true)" "correct these variables, or unset PGHOST to use a private cluster"
        case "$(psql -X -At -d postgres -c 'show server_version')" in
            "${XPPS_POSTGRES:-}"*) return ;;
        esac
        die "PGHOST=$PGHOST is not PostgreSQL $XPPS_POSTGRES" "unset PGHOST or XPPS_POSTGRES"
    fi
    mkdir -p "$PG"
    chmod 700 "$PG"
    pg_choose_owner
    pg_socket_dir
    export PGHOST PGPORT=5432 PGUSER=odoo
    unset PGPASSWORD PGSERVICE PGSSLMODE PGOPTIONS
    if pg_answers; then return; fi
    [ -d "$PG/data" ] || pg_init
    pg_start
}

# Sets PGHOST. The name of a Unix socket has at most 107 bytes.
pg_socket_dir() {
    local LC_ALL=C
    PGHOST="$PG/socket"
    if [ ${#PGHOST} -gt 90 ]; then
        PGHOST="$(cat "$PG/socket-dir" 2>/dev/null || true)"
        if [ ! -O "$PGHOST" ] && [ "$(stat -c %U "$PGHOST" 2>/dev/null)" != "$PG_OWNER" ]; then
            PGHOST="$(mktemp -d /tmp/xpps-pg.XXXXXX)"
            echo "$PGHOST" >"$PG/socket-dir"
        fi
    fi
    mkdir -p "$PGHOST"
    chmod 700 "$PGHOST"
    chown "$PG_OWNER" "$PGHOST"
}

pg_init() {
    local bin
    bin="$(pg_bindir)" || die "PostgreSQL's server is not installed" "apt-get install postgresql"
    say "Making a private PostgreSQL cluster in $PG/data"
    rm -rf "$PG/new"
    pg_as_owner "$bin/initdb" -D "$PG/new" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --lc-messages=C \
        --no-sync >"$RUN/log/initdb.log" 2>&1 || die "initdb failed: $(tail -n 5 "$RUN/log/initdb.log")" "see $RUN/log/initdb.log"
    # Odoo refuses to work as the superuser postgres; this role is to own Odoo's databases.
    pg_as_owner "$bin/postgres" --single -D "$PG/new" postgres >/dev/null 2>>"$RUN/log/initdb.log" \
        <<<'CREATE ROLE odoo LOGIN CREATEDB' || die "The role odoo could not be made" "see $RUN/log/initdb.log"
    # Only a complete cluster gets its final name.
    mv -T "$PG/new" "$PG/data"
}

pg_start() {
    local bin pid try
    bin="$(pg_bindir)" || die "PostgreSQL $(cat "$PG/data/PG_VERSION"), which made $PG/data, is not installed" \
        "install postgresql-$(cat "$PG/data/PG_VERSION"), or delete $PG to start with an empty cluster"
    say "Starting PostgreSQL (private throwaway cluster, no fsync; log in $RUN/log/postgres.log)"
    for try in 1 2 3; do
        # A process id file outlives a server that was killed, and its number may meanwhile be another's.
        pid="$(head -n 1 "$PG/data/postmaster.pid" 2>/dev/null || true)"
        if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" != "$PG/data" ]; then
            rm -f "$PG/data/postmaster.pid"
            pid=
        fi
        # And a server outlives its socket, where someone sweeps /tmp: nobody could ever talk to it.
        if [ -n "$pid" ] && [ ! -S "$PGHOST/.s.PGSQL.$PGPORT" ]; then
            kill -INT "$pid" 2>/dev/null || true
            for _ in $(seq 100); do
                [ -d "/proc/$pid" ] || break
                sleep 0.1
            done
            pid=
        fi
        if [ -z "$pid" ]; then
            rm -f "$PGHOST"/.s.PGSQL.*
            # Its own session, and none of our open files: it must neither get our Ctrl-C nor hold our locks.
            (
                exec {LOCK_FD}>&-
                cd /
                exec setsid "${PG_AS[@]}" "$bin/postgres" -D "$PG/data" \
                    -c listen_addresses= -c "port=$PGPORT" -c "unix_socket_directories=\"$PGHOST\"" \
                    -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
                    -c shared_buffers=256MB -c max_wal_size=2GB -c max_connections=200
            ) </dev/null >>"$RUN/log/postgres.log" 2>&1 &
            pid=$!
        fi
        # Up to 30 s: after a crash it first replays its log.
        for _ in $(seq 150); do
            if pg_answers; then return; fi
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.2
        done
        # Killed a moment ago, its child processes may still hold its memory: once more.
        sleep "$try"
    done
    tail -n 5 "$RUN/log/postgres.log" >&2
    die "PostgreSQL does not start" "see $RUN/log/postgres.log; deleting $PG starts with an empty cluster"
}
