# shellcheck shell=bash
# How each server is set up, started and asked whether it answers.

# In the order of their start; stunnel is the TLS of Postgres, because the wheel's has none.
servers="postgres stunnel redis valkey"

# ensure SERVER: runs and answers at the end. Starts from an empty folder, so that nothing half made
# or half lost is ever taken up.
ensure() {
    local server=$1 dir=$home/run/$1 log=$home/run/$1/log attempt began_server=${EPOCHREALTIME/./}
    if running "$server"; then
        if "${server}_answers"; then
            say "$server runs already (pid $pid)"
            return
        fi
        stop "$server"
    fi
    for attempt in 1 2 3; do
        # Moved first: the last children of a killed Postgres may still write into it. What cannot
        # be removed now is the next start's.
        [ ! -d "$dir" ] || mv "$dir" "$home/old.$server.$$.$attempt"
        rm -rf "$home"/old.* 2>/dev/null || true
        mkdir -p "$home/run"
        install -d -m 700 -o "$server_uid" -g "$server_gid" "$dir"
        "${server}_configure"
        if "${server}_start" >>"$dir/out" 2>&1 && answers_soon "$server"; then
            say "$server answers on 127.0.0.1 port $(<"$home/ports/$server") (pid $pid)"
            return
        fi
        stop "$server"
        # Somebody else may have taken a port in between. Anything else does not mend itself.
        grep -qsi "address already in use" "$log" "$dir/out" || break
        rm -f "$home/ports/$server" "$home/ports/$server-tls"
    done
    cat "$dir/out" >>"$log" 2>/dev/null || true
    die "$server did not start" "read the end of its log" "$log"
}

# Up to 30 s, for a machine under load; a server that is gone is not waited for.
answers_soon() {
    local n
    for ((n = 0; n < 300; n++)); do
        if running "$1"; then
            ! "$1_answers" || return 0
        elif ((n > 20)); then
            return 1
        fi
        sleep 0.1
    done
    return 1
}

# --- Postgres

postgres_configure() {
    port postgres
}

postgres_start() {
    # The builtin locale orders alike on all machines. A socket is not needed, and its path may be
    # too long. fsync stays on: a commit took 0.26 ms with it and 0.12 ms without, and what is
    # measured in tests is then what Postgres takes.
    local data=$home/run/postgres/data
    as_server tee "$home/run/postgres/password" <<<"$password" >/dev/null
    as_server "$postgres_bin/initdb" --pgdata="$data" --username=postgres --no-sync --encoding=UTF8 \
        --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --auth=scram-sha-256 \
        --pwfile="$home/run/postgres/password" || return 1
    as_server tee -a "$data/postgresql.conf" >/dev/null <<END
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
END
    as_daemon "$postgres_bin/pg_ctl" --pgdata="$data" --log="$home/run/postgres/log" --wait \
        --timeout=60 start
}

postgres_answers() { [ "$(sql postgres <<<'select 1')" = 1 ]; }

# sql DATABASE: runs what comes in
sql() {
    PGPASSWORD=$password PGCONNECT_TIMEOUT=5 timeout 60 "$postgres_bin/psql" --no-psqlrc -h 127.0.0.1 \
        -p "$(<"$home/ports/postgres")" -U postgres -d "$1" -Atq -v ON_ERROR_STOP=1 2>>"$home/run/postgres/out"
}

# --- stunnel, which speaks the TLS of the Postgres protocol

stunnel_configure() {
    port stunnel
    as_server tee "$home/run/stunnel/conf" >/dev/null <<END
pid = $home/run/stunnel/pid
output = $home/run/stunnel/log
syslog = no

[postgres]
protocol = pgsql
accept = 127.0.0.1:$port
connect = 127.0.0.1:$(<"$home/ports/postgres")
cert = $tls/server.crt
key = $tls/server.key
END
}

stunnel_start() { as_daemon "$stunnel" "$home/run/stunnel/conf"; }

# Postgres itself must ask for the password through the verified connection: stunnel may still lead
# to the port where Postgres was before.
stunnel_answers() {
    python3 - "$(<"$home/ports/stunnel")" "$tls/ca.crt" <<'END' 2>>"$home/run/stunnel/out"
import socket, ssl, struct, sys
plain = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
plain.sendall(struct.pack(">ii", 8, 80877103))  # SSLRequest
assert plain.recv(1) == b"S"
secure = ssl.create_default_context(cafile=sys.argv[2]).wrap_socket(plain, server_hostname="localhost")
startup = struct.pack(">i", 196608) + b"user\0postgres\0\0"  # protocol 3.0
secure.sendall(struct.pack(">i", len(startup) + 4) + startup)
assert b"SCRAM-SHA-256" in secure.recv(1024)
END
}

# --- Redis, and Valkey, which is set up alike

# No persistence, since nothing outlives a test; no bound on memory, since a test that wants one has
# a server of its own. The command line is kept, because a server is recognised by it.
redis_like() {
    port "$1"
    cat <<END
bind 127.0.0.1
port $port
requirepass $password
save ""
appendonly no
daemonize yes
set-proc-title no
dir $home/run/$1
pidfile $home/run/$1/pid
logfile $home/run/$1/log
END
}

redis_configure() {
    {
        redis_like redis
        port redis-tls
        cat <<END
tls-port $port
tls-auth-clients no
tls-ca-cert-file $tls/ca.crt
tls-cert-file $tls/server.crt
tls-key-file $tls/server.key
END
    } | as_server tee "$home/run/redis/conf" >/dev/null
}

# The wheel's Valkey is built without TLS.
valkey_configure() { redis_like valkey | as_server tee "$home/run/valkey/conf" >/dev/null; }

redis_start() { as_daemon "$redis_server" "$home/run/redis/conf"; }
valkey_start() { as_daemon "$valkey_server" "$home/run/valkey/conf"; }

# redis PORT ARGUMENTS...
redis() {
    REDISCLI_AUTH=$password timeout 10 redis-cli -h 127.0.0.1 -p "$(<"$home/ports/$1")" "${@:2}"
}

redis_tls() { redis redis-tls --tls --cacert "$tls/ca.crt" --sni localhost "$@"; }

redis_answers() { [ "$(redis redis ping 2>&1)" = PONG ] && [ "$(redis_tls ping 2>&1)" = PONG ]; }
valkey_answers() { [ "$(redis valkey ping 2>&1)" = PONG ]; }

# --- what tests are told

write_env() {
    local postgres=postgres://postgres:$password
    (
        umask 077
        cat >"$home/env.new" <<END
export GOLDENSET_TEST_POSTGRES='$postgres@127.0.0.1:$(<"$home/ports/postgres")/postgres?sslmode=disable'
export GOLDENSET_TEST_POSTGRES_TLS='$postgres@localhost:$(<"$home/ports/stunnel")/postgres?sslmode=verify-full&sslrootcert=$tls/ca.crt'
export GOLDENSET_TEST_POSTGRES_BIN='$postgres_bin'
export GOLDENSET_TEST_REDIS='redis://:$password@127.0.0.1:$(<"$home/ports/redis")'
export GOLDENSET_TEST_REDIS_TLS='rediss://:$password@localhost:$(<"$home/ports/redis-tls")'
export GOLDENSET_TEST_REDIS_SERVER='$redis_server'
export GOLDENSET_TEST_VALKEY='redis://:$password@127.0.0.1:$(<"$home/ports/valkey")'
export GOLDENSET_TEST_VALKEY_SERVER='$valkey_server'
export GOLDENSET_TEST_STUNNEL='$stunnel'
export GOLDENSET_TEST_CA='$tls/ca.crt'
export GOLDENSET_TEST_CERT='$tls/server.crt'
export GOLDENSET_TEST_KEY='$tls/server.key'
export GOLDENSET_TEST_UID='$server_uid'
export GOLDENSET_TEST_GID='$server_gid'
END
    )
    mv "$home/env.new" "$home/env"
}
