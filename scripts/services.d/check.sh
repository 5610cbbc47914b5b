# shellcheck shell=bash
# Work for each server that only the real one can do.

check_all() {
    [ -f "$home/env" ] || die "nothing was started in $home" "scripts/services up"
    find_trees
    password=$(<"$home/password")
    tls=$home/tls
    local failed=0
    report "postgres" postgres postgres check_postgres || failed=1
    report "postgres over TLS" stunnel stunnel check_postgres_tls || failed=1
    report "redis" redis redis check_redis redis || failed=1
    report "redis over TLS" redis redis-tls check_redis_tls || failed=1
    report "valkey" valkey valkey check_redis valkey || failed=1
    [ $failed = 0 ] || die "not all servers do their work" "scripts/services up; logs: $home/run/*/log"
}

# report NAME SERVER PORT CHECK...: a line with what the check says of itself.
report() {
    local said verdict=0
    if running "$2"; then
        said=$("${@:4}" 2>&1) || verdict=1
    else
        said="does not run" verdict=1
    fi
    [ $verdict = 0 ] || said="FAILED: ${said:-no answer}"
    printf '%-18s 127.0.0.1:%-6s %s\n' "$1" "$(<"$home/ports/$3")" "$said"
    return $verdict
}

# The extension, a halfvec index and a search that goes through it, in a database of its own.
check_postgres() {
    local scratch=services_check_$$ said
    sql postgres <<<"create database $scratch" || return 1
    said=$(
        sql "$scratch" <<'END'
create extension vector;
create table item (id int primary key, embedding halfvec(8) not null);
insert into item select i, (select array_agg(sin(i * j)) from generate_series(1, 8) j)::halfvec(8)
    from generate_series(1, 500) i;
create index item_by_meaning on item using hnsw (embedding halfvec_cosine_ops);
set enable_seqscan = off;
set hnsw.iterative_scan = strict_order;
create function plan() returns setof text language plpgsql as
    $$ begin return query execute 'explain select id from item order by embedding <=> (select embedding from item where id = 42) limit 1'; end $$;
select 'Postgres ' || split_part(current_setting('server_version'), ' ', 1) || ', pgvector ' || extversion
    from pg_extension where extname = 'vector';
select case when exists (select from plan() p where p like '%Order By: (embedding <=>%')
    then 'found by index:' else 'index not used:' end;
select id from item order by embedding <=> (select embedding from item where id = 42) limit 1;
END
    ) || said+=" ($(grep ERROR "$home/run/postgres/out" | tail -n 1))"
    sql postgres <<<"drop database $scratch with (force)" || return 1
    echo "${said//$'\n'/ }"
    [[ $said == *$'found by index:\n42' ]]
}

check_postgres_tls() { stunnel_answers && echo "certificate verified, Postgres asks for the password"; }

# Versions from INFO: Valkey says that it is Redis 7.2 too, for clients that ask.
check_redis() {
    [ "$(redis "$1" ping)" = PONG ] || return 1
    echo "$(redis "$1" info server | tr -d '\r' | grep -E '^(redis|valkey)_version' | paste -sd ' '), PONG"
}

check_redis_tls() { [ "$(redis_tls ping)" = PONG ] && echo "certificate verified, PONG"; }
