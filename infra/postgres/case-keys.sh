#!/bin/sh
# A role and a database for each agency, named after it; what is there already stays. It runs by itself when the database is
# new, and by hand after an agency was added: docker compose exec case-keys-db sh /docker-entrypoint-initdb.d/case-keys.sh
set -eu

PGPASSWORD="${PGPASSWORD:-$(cat /run/secrets/case_keys_db_password)}"
export PGPASSWORD

for slug in $AGENCIES; do
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set slug="$slug" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'slug') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'slug') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'slug', :'slug') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'slug') \gexec
SQL
done
