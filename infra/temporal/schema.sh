#!/bin/sh
# Makes the two databases of Temporal, or brings them to the schema of this version; what is there already stays.
# Runs in temporalio/admin-tools; the password comes from a file and reaches the tool in its own environment only.
set -eu

SQL_PASSWORD="$(cat /run/secrets/temporal_db_password)"
export SQL_PASSWORD
SCHEMA=/etc/temporal/schema/postgresql/v12

tool() {
    temporal-sql-tool --plugin postgres12 --endpoint temporal-db --port 5432 --user temporal \
        --tls --tls-ca-file /run/secrets/tls_ca --tls-server-name temporal-db "$@"
}

for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%%:*} schema=${pair##*:}
    tool --database "$database" create-database
    tool --database "$database" setup-schema --version 0.0
    tool --database "$database" update-schema --schema-dir "$SCHEMA/$schema/versioned"
done
