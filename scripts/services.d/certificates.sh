# shellcheck shell=bash
# A password, and a certificate authority with one server certificate, for loopback only.

# Others on the machine reach loopback too, and a superuser of Postgres can run programs.
make_password() {
    [ -s "$home/password" ] ||
        (umask 077 && openssl rand -hex 16 >"$home/password.new" && mv "$home/password.new" "$home/password")
    password=$(<"$home/password")
}

# tls/ca.crt, tls/server.crt and tls/server.key; made again a month before they end.
make_certificates() {
    tls=$home/tls
    if [ -d "$tls" ] && openssl x509 -checkend 2592000 -noout -in "$tls/server.crt" >/dev/null 2>&1; then
        return
    fi
    local new=$home/tls.new
    rm -rf "$new"
    mkdir "$new"
    {
        # Nothing is signed after this, so the authority's key stays with nobody.
        openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
            -subj "/CN=goldenset test authority" -keyout "$new/ca.key" -out "$new/ca.crt" \
            -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" &&
            openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
                -subj "/CN=localhost" -keyout "$new/server.key" -out "$new/server.csr" &&
            openssl x509 -req -in "$new/server.csr" -CA "$new/ca.crt" -CAkey "$new/ca.key" \
                -CAcreateserial -days 3650 -out "$new/server.crt" -extfile <(
                    echo "basicConstraints=critical,CA:FALSE"
                    echo "subjectAltName=DNS:localhost,IP:127.0.0.1"
                    echo "extendedKeyUsage=serverAuth"
                )
    } >"$new/log" 2>&1 || die "openssl cannot make certificates" "read what it says" "$new/log"
    rm -f "$new/ca.key" "$new/server.csr" "$new"/ca.srl "$new/log"
    chmod 600 "$new/server.key"
    chown "$server_uid:$server_gid" "$new/server.key"
    # Servers that have read the old ones would speak for an authority that nobody knows.
    local server
    for server in redis stunnel; do stop "$server"; done
    rm -rf "$tls"
    mv "$new" "$tls"
    say "made certificates"
}
