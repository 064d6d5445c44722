#!/bin/sh
# An agency's system in sh, curl and openssl: it sends a signal, waits for the answer, reads the feed, acknowledges, and verifies
# webhooks. Ends with 0 only if all of it held.
#
#   POST_OFFICE=http://127.0.0.1:8180 POST_TOKEN=... sh curl.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
post=${POST_OFFICE:?the address of the post office, as http://127.0.0.1:8180}/v1
: "${POST_TOKEN:?a token with the scopes send and read}"
work=$(umask 077 && mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'Authorization: Bearer %s\n' "$POST_TOKEN" >"$work/token" # in a file: what stands on a command line, others see in ps

fail() {
    printf 'did not hold: %s\n' "$1" >&2
    exit 1
}

# Tries again where the post office is away or busy. That is safe: the event keeps its id.
ask() {
    curl --silent --show-error --fail-with-body --max-time 60 --retry 8 --retry-connrefused --retry-max-time 120 -H "@$work/token" "$@"
}

# The first value of a text field in JSON. With jq at hand, use jq.
field() {
    sed -n "s/^[^{]*{.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1
}

# Whether a webhook is from our post office: signature, then time. Arguments: now, secret, id, timestamp, signatures, body.
verified() {
    age=$(($1 - $4))
    [ "$age" -le 300 ] && [ "$age" -ge -300 ] || return 1
    key=$(printf '%s' "${2#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
    right=$(printf '%s.%s.%s' "$3" "$4" "$6" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
    for signature in $5; do
        [ "$signature" != "v1,$right" ] || return 0
    done
    return 1
}

# 1. Send. The id is of your own: keep it with your data before you send, and it is the same event however often you try.
id="walk-curl-$(date +%s)-$$"
cat >"$work/event" <<EVENT
{"specversion": "1.0", "source": "/walk", "id": "$id", "type": "nl.keten.signals.reported.v1", "subject": "$id",
 "ground": "legal_task", "data": {"signal": {"municipality": "GM0995", "account": "An invented example: somebody asked for help."}}}
EVENT
for try in first second; do
    ask -o "$work/$try" -H 'Content-Type: application/cloudevents+json' --data-binary "@$work/event" "$post/events" \
        || fail "the event was not taken ($(field code <"$work/$try"))"
done
caseref=$(tr -d '\n' <"$work/first" | field caseref)
[ -n "$caseref" ] || fail "the answer names no case"
[ "$caseref" = "$(tr -d '\n' <"$work/second" | field caseref)" ] || fail "sent twice, it became two cases"
echo "sent: case $caseref"

# 2. Wait until it is answered.
stage=
for _ in 1 2 3 4; do
    stage=$(ask -H 'Prefer: wait=15' "$post/events/$id" | tr -d '\n' | field stage)
    [ "$stage" != answered ] || break
done
[ "$stage" = answered ] || fail "it was not answered (stage: $stage)"
echo "answered"

# 3. Read the feed from the mark that the post office keeps for us, until the answer is there.
consumer=walk-curl
mark=$(curl --silent --max-time 60 -H "@$work/token" "$post/consumers/$consumer" | tr -d '\n' | field lastEventId)
curl --silent --no-buffer --max-time 60 -H "@$work/token" -H 'Accept: text/event-stream' \
    "$post/feed${mark:+?lastEventId=$mark}" >"$work/stream" &
stream=$!
answer=
for _ in $(seq 1 50); do
    answer=$(awk -v case="$caseref" '/^id:/ { id = $2 } /^data:/ && index($0, case) { print id; exit }' "$work/stream")
    [ -z "$answer" ] || break
    sleep 1
done
kill "$stream"
wait "$stream" 2>/dev/null || :
[ -n "$answer" ] || fail "the answer is not in the feed"
echo "heard: $answer"

# 4. Acknowledge, once what it means is on your own disk.
ask -X PUT -H 'Content-Type: application/json' --data "{\"lastEventId\": \"$answer\"}" "$post/consumers/$consumer" >"$work/mark" \
    || fail "it could not be acknowledged"
[ "$(tr -d '\n' <"$work/mark" | field lastEventId)" = "$answer" ] || fail "the mark does not stand where it was set"
echo "acknowledged"

# 5. Webhooks: what must hold, and what must not.
tail -n +2 "$here/vectors.tsv" >"$work/vectors"
while IFS="$(printf '\t')" read -r what expected now secret id timestamp signatures body; do
    found=fails
    ! verified "$now" "$secret" "$id" "$timestamp" "$signatures" "$body" || found=holds
    [ "$found" = "$expected" ] || fail "a webhook, $what: it $found"
done <"$work/vectors"
echo "webhooks verified"
