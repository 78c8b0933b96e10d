#!/bin/sh
# Runs PostgreSQL as its own user; makes the database at the first start, with the password of DB_PASSWORD_FILE (a platform
# secret) for the user `docker`, or with a random one that is written to the log once.
set -eu

bin=/usr/lib/postgresql/15/bin
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

mkdir -p "$PGDATA"
chown postgres:postgres "$PGDATA"
chmod 700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ -n "${DB_PASSWORD_FILE:-}" ]; then
        password=$(cat "$DB_PASSWORD_FILE")
    else
        password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
        echo "the password of the user docker is $password"
    fi
    secret=$(mktemp)
    printf '%s\n' "$password" >"$secret"
    chown postgres "$secret"
    as_postgres "$bin/initdb" -D "$PGDATA" -U docker --pwfile="$secret" --auth=scram-sha-256 -E UTF8 >/dev/null
    rm -f "$secret"
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
fi

# A smart shutdown (SIGTERM) waits for clients; when the container is to stop they are told to go.
as_postgres "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' &
server=$!
trap 'kill -INT "$server" 2>/dev/null || true' TERM INT
while :; do
    status=0
    wait "$server" || status=$?
    kill -0 "$server" 2>/dev/null || exit "$status"
done
