// Verifies webhooks by `standardwebhooks` for Node: one a line in, `holds` or `fails` out.
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  try {
    new Webhook(secret).verify(body, headers);
    console.log("holds");
  } catch {
    console.log("fails");
  }
}
