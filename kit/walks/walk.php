<?php
// An agency's system in PHP (8.1 or newer) and nothing beside it: it sends a signal, waits for the answer, reads the feed,
// acknowledges, and verifies webhooks. Ends with 0 only if all of it held.
//
//   POST_OFFICE=http://127.0.0.1:8180 POST_TOKEN=... php walk.php

declare(strict_types=1);

const CONSUMER = 'walk-php';

/** Asks the post office; tries again where it is away or busy. That is safe: the event keeps its id. */
function ask(string $method, string $path, ?array $body = null, array $headers = []): array
{
    for ($tries = 1;; $tries++) {
        $asked = [
            'method' => $method,
            'header' => ['Authorization: Bearer ' . getenv('POST_TOKEN'), ...$headers],
            'timeout' => 60,
            'ignore_errors' => true,
            'follow_location' => 0,
            'content' => $body === null ? '' : json_encode($body, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR),
        ];
        $said = @file_get_contents(getenv('POST_OFFICE') . "/v1/$path", false, stream_context_create(['http' => $asked]));
        $status = $said === false ? 0 : (int) explode(' ', $http_response_header[0])[1];
        if ($status !== 0 && $status !== 429 && $status < 500) {
            return [$status, json_decode($said, true, 512, JSON_THROW_ON_ERROR)];
        }
        must($tries < 8, "the post office is away or busy ($status)");
        $away = $said === false ? [] : preg_grep('/^retry-after: *[0-9]+$/i', $http_response_header);
        sleep($away ? (int) explode(':', reset($away))[1] : min(2 ** $tries, 30));
    }
}

function said(array $answer): array
{
    [$status, $content] = $answer;
    must(intdiv($status, 100) === 2, ($content['code'] ?? $status) . ': ' . ($content['detail'] ?? ''));
    return $content;
}

function must(bool $held, string $otherwise): void
{
    if (!$held) {
        fwrite(STDERR, "did not hold: $otherwise\n");
        exit(1);
    }
}

/** Whether a webhook is from our post office: signature, then time. */
function verified(string $now, string $secret, string $id, string $timestamp, string $signatures, string $body): bool
{
    if (abs((int) $now - (int) $timestamp) > 300) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
    $right = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $signatures) as $signature) {
        if (hash_equals($right, $signature)) {
            return true;
        }
    }
    return false;
}

// 1. Send. The id is of your own: keep it with your data before you send, and it is the same event however often you try.
$id = 'walk-php-' . bin2hex(random_bytes(8));
$event = [
    'specversion' => '1.0',
    'source' => '/walk',
    'id' => $id,
    'type' => 'nl.keten.signals.reported.v1',
    'subject' => $id,
    'ground' => 'legal_task',
    'data' => ['signal' => ['municipality' => 'GM0995', 'account' => 'An invented example: somebody asked for help.']],
];
$kept = said(ask('POST', 'events', $event, ['Content-Type: application/cloudevents+json']));
$again = said(ask('POST', 'events', $event, ['Content-Type: application/cloudevents+json']));
must($again['caseref'] === $kept['caseref'], 'sent twice, it became two cases');
echo "sent: case {$kept['caseref']}\n";

// 2. Wait until it is answered.
for ($turn = 0, $stage = ''; $turn < 4 && $stage !== 'answered'; $turn++) {
    $stage = said(ask('GET', "events/$id", null, ['Prefer: wait=15']))['stage'];
}
must($stage === 'answered', "it was not answered: $stage");
echo "answered\n";

// 3. Read the feed from the mark that the post office keeps for us, until the answer is there.
[$status, $mark] = ask('GET', 'consumers/' . CONSUMER);
$after = $status === 200 ? $mark['lastEventId'] ?? null : null;
$answer = null;
for ($turn = 0; $turn < 100 && $answer === null; $turn++) {
    $batch = said(ask('GET', 'feed?' . http_build_query(array_filter(['timeout' => '10000', 'lastEventId' => $after]))));
    foreach ($batch as $heard) {
        $answer ??= $heard['caseref'] === $kept['caseref'] ? $heard : null;
        $after = $heard['id'];
    }
}
must($answer !== null, 'the answer is not in the feed');
must($answer['subject'] === $id, 'our own number stands on what is heard of our case');
echo "heard: {$answer['type']} {$answer['id']}\n";

// 4. Acknowledge, once what it means is on your own disk.
$marked = said(ask('PUT', 'consumers/' . CONSUMER, ['lastEventId' => $answer['id']], ['Content-Type: application/json']));
must($marked['lastEventId'] === $answer['id'], 'the mark does not stand where it was set');
echo "acknowledged\n";

// 5. Webhooks: what must hold, and what must not.
foreach (array_slice(file(__DIR__ . '/vectors.tsv', FILE_IGNORE_NEW_LINES), 1) as $vector) {
    [$what, $expected, $now, $secret, $name, $timestamp, $signatures, $body] = explode("\t", $vector);
    $found = verified($now, $secret, $name, $timestamp, $signatures, $body) ? 'holds' : 'fails';
    must($found === $expected, "a webhook, $what: it $found");
}
echo "webhooks verified\n";
