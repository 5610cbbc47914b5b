# shellcheck shell=bash
# What is said, who runs the servers, which process is ours, which port is free.

began=${EPOCHREALTIME/./}

# A line of progress with the seconds since the start.
say() {
    local ms=$(((${EPOCHREALTIME/./} - began) / 1000))
    printf '%3d.%02d s  %s\n' $((ms / 1000)) $((ms % 1000 / 10)) "$1"
}

# Says what went wrong and how to mend it; with a third argument, the end of that log.
die() {
    printf 'services: %s\n    fix: %s\n' "$1" "$2" >&2
    if [ -f "${3:-}" ]; then
        printf -- '--- end of %s\n' "$3" >&2
        tail -n 20 "$3" >&2
    fi
    exit 1
}

# Postgres refuses to run as root. `nobody` is on every machine, so nothing has to be created.
if [ "$(id -u)" = 0 ]; then
    server_user=nobody
else
    server_user=$(id -un)
fi
server_uid=$(id -u "$server_user")
server_gid=$(id -g "$server_user")

# Runs a command as the user of the servers.
as_server() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid="$server_uid" --regid="$server_gid" --clear-groups "$@"
    else
        "$@"
    fi
}

# The same for what goes on afterwards: without the lock, which it would keep, and without input.
as_daemon() { as_server "$@" 9>&- </dev/null; }

# running SERVER: its recorded process lives and was started with its own folder. Sets `pid`.
# The command line is compared because a pid may belong to somebody else by now; other users may
# read it, which is not so of /proc/PID/exe in a container. That of a zombie is empty.
running() {
    local record=$home/run/$1/pid
    [ "$1" != postgres ] || record=$home/run/postgres/data/postmaster.pid
    pid=
    [ -s "$record" ] && read -r pid <"$record" && [[ $pid =~ ^[0-9]+$ ]] || return 1
    [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == *"$home/run/$1/"* ]] 2>/dev/null
} 2>/dev/null

# ends_within SECONDS SERVER
ends_within() {
    local n
    for ((n = 0; n < $1 * 20; n++)); do
        running "$2" || return 0
        sleep 0.05
    done
    return 1
}

stop() {
    running "$1" || return 0
    # For Postgres INT is the fast shutdown, which does not wait for clients to leave.
    local gently=TERM hard=KILL was=$pid
    [ "$1" != postgres ] || { gently=INT; hard=QUIT; }
    kill "-$gently" "$was"
    if ! ends_within 15 "$1"; then
        kill "-$hard" "$was"
        ends_within 15 "$1" || die "$1 does not end (pid $was)" "look at it, then: kill -9 $was"
    fi
    say "$1 ended (pid $was)"
}

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# port NAME: the one of last time if it is free, so that what knows it need not be told; else a new
# one, below those that the system hands out, which any client may hold. Sets `port`, records it.
port() {
    local record=$home/ports/$1
    if [ -s "$record" ] && read -r port <"$record" && ! taken "$port"; then return; fi
    port=$((20000 + RANDOM % 12000))
    while taken "$port" || grep -qsx "$port" "$home"/ports/*; do
        port=$((20000 + RANDOM % 12000))
    done
    mkdir -p "$home/ports"
    echo "$port" >"$record"
}
