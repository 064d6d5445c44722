// An agency's system in Node (20 or newer) and nothing beside it: it sends a signal, waits for the answer, reads the feed,
// acknowledges, and verifies webhooks. Ends with 0 only if all of it held.
//
//   POST_OFFICE=http://127.0.0.1:8180 POST_TOKEN=... node walk.mjs

import assert from "node:assert/strict";
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const post = `${process.env.POST_OFFICE}/v1`;
const CONSUMER = "walk-node";

/** Asks the post office; tries again where it is away or busy. That is safe: the event keeps its id. */
async function ask(method, path, { body, headers = {} } = {}) {
  for (let tries = 1; ; tries++) {
    let answer;
    try {
      answer = await fetch(`${post}/${path}`, {
        method,
        body: body && JSON.stringify(body),
        headers: { authorization: `Bearer ${process.env.POST_TOKEN}`, ...headers },
        signal: AbortSignal.timeout(60_000),
      });
    } catch (error) {
      if (tries === 8) throw error;
    }
    if (answer && answer.status !== 429 && answer.status < 500) return answer;
    assert(tries < 8, `the post office answers ${answer?.status}`);
    await pause(1000 * (Number(answer?.headers.get("retry-after")) || Math.min(2 ** tries / 4, 30)));
  }
}

/** The content of an answer that is a success. */
async function said(answer) {
  const content = await answer.json();
  assert(answer.ok, `${content.code}: ${content.detail} ${content.pointers ?? ""}`);
  return content;
}

/** Whether a webhook is from our post office: signature, then time. */
function verified(now, secret, id, timestamp, signatures, body) {
  if (!(Math.abs(now - timestamp) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const right = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.split(" ").some((one) => {
    const [scheme, written = ""] = one.split(",");
    const signature = Buffer.from(written, "base64");
    return scheme === "v1" && signature.length === right.length && timingSafeEqual(signature, right);
  });
}

// 1. Send. The id is of your own: keep it with your data before you send, and it is the same event however often you try.
const event = {
  specversion: "1.0",
  source: "/walk",
  id: `walk-node-${randomUUID()}`,
  type: "nl.keten.signals.reported.v1",
  subject: `walk-node-${randomUUID()}`,
  ground: "legal_task",
  data: { signal: { municipality: "GM0995", account: "An invented example: somebody asked for help." } },
};
const cloudEvent = { body: event, headers: { "content-type": "application/cloudevents+json" } };
const kept = await said(await ask("POST", "events", cloudEvent));
const again = await said(await ask("POST", "events", cloudEvent));
assert.equal(again.caseref, kept.caseref, "sent twice, it became two cases");
console.log(`sent: case ${kept.caseref}`);

const altered = { ...cloudEvent, body: { ...event, ground: "vital_interest" } };
const refused = await ask("POST", "events", altered);
assert.equal(refused.status, 422, "the same id with other content must be refused");
assert.equal((await refused.json()).code, "id_reused");

// 2. Wait until it is answered.
let status;
for (let turn = 0; turn < 4 && status?.stage !== "answered"; turn++) {
  status = await said(await ask("GET", `events/${event.id}`, { headers: { prefer: "wait=15" } }));
}
assert.equal(status.stage, "answered");
console.log("answered");

// 3. Read the feed from the mark that the post office keeps for us, until the answer is there.
const mark = await ask("GET", `consumers/${CONSUMER}`);
let after = mark.ok ? (await mark.json()).lastEventId : null;
let answer;
for (let turn = 0; turn < 100 && !answer; turn++) {
  const asked = new URLSearchParams({ timeout: "10000", ...(after && { lastEventId: after }) });
  const batch = await said(await ask("GET", `feed?${asked}`));
  answer = batch.find((heard) => heard.caseref === kept.caseref);
  after = batch.at(-1)?.id ?? after;
}
assert(answer, "the answer is not in the feed");
assert.equal(answer.subject, event.subject, "our own number stands on what is heard of our case");
console.log(`heard: ${answer.type} ${answer.id}`);

// 4. Acknowledge, once what it means is on your own disk.
const marked = await said(
  await ask("PUT", `consumers/${CONSUMER}`, { body: { lastEventId: answer.id }, headers: { "content-type": "application/json" } }),
);
assert.equal(marked.lastEventId, answer.id);
console.log("acknowledged");

// 5. Webhooks: what must hold, and what must not.
const vectors = (await readFile(new URL("vectors.tsv", import.meta.url), "utf8")).trimEnd().split("\n").slice(1);
for (const vector of vectors) {
  const [what, expected, ...delivery] = vector.split("\t");
  assert.equal(verified(...delivery) ? "holds" : "fails", expected, `a webhook, ${what}`);
}
console.log("webhooks verified");
