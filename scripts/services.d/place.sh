# shellcheck shell=bash
# The folder of the servers: programs, certificates, data, logs, ports.

# Sets `home`, and goes there: a server's user may not be able to enter the present folder.
find_place() {
    if [ -n "${GOLDENSET_SERVICES_DIR:-}" ]; then
        home=$GOLDENSET_SERVICES_DIR
        [[ $home = /* ]] || die "GOLDENSET_SERVICES_DIR is not absolute: $home" "give the full path"
        make_place
        as_server test -x "$home" || die "$server_user cannot enter $home" "name a folder that it can"
    else
        home=$root/target/services
        make_place
        if ! as_server test -x "$home"; then
            # The same folder for the same checkout, so that it is found again.
            home=/var/tmp/goldenset-services-$(sha256sum <<<"$root" | head -c 12)
            make_place
            # Anybody may have made it there: it must be ours and not lead elsewhere.
            if [ -L "$home" ] || [ ! -O "$home" ]; then
                die "$home belongs to somebody else" "set GOLDENSET_SERVICES_DIR to a folder of yours"
            fi
        fi
    fi
    [[ $home != *[[:space:]\'\"%?]* ]] ||
        die "the path has a space, quote, % or ?: $home" "set GOLDENSET_SERVICES_DIR to one without"
    cd "$home"
}

make_place() {
    if ! mkdir -p "$home" 2>/dev/null || [ ! -w "$home" ]; then
        die "cannot write to $home" "set GOLDENSET_SERVICES_DIR to a folder of yours"
    fi
}
