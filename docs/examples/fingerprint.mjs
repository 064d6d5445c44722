// The fingerprint of an event in JavaScript, with nothing but Node: node fingerprint.mjs < message.json
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

// RFC 8785 (JSON.stringify writes texts and numbers as it says), then every character other than printable ASCII as \u....
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value).replace(/[^ -~]/g, escaped);
  return `{${Object.keys(value).sort().map((name) => `${canonical(name)}:${canonical(value[name])}`).join(",")}}`;
};
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

// In UTC, with six digits after the point or none where all six are zero; further digits are cut off.
const instant = (time) => {
  const [, seconds, fraction = "", offset] = /^(.{19})(?:\.([0-9]+))?(.+)$/.exec(time.toUpperCase());
  const micros = fraction.padEnd(6, "0").slice(0, 6);
  const utc = new Date(seconds + offset).toISOString().slice(0, 19);
  return `${utc}${micros === "000000" ? "" : `.${micros}`}Z`;
};

export const fingerprint = ({ caseref, type, source, sequence = "0", time, previous = null, data }) => {
  const place = [caseref, type, source.split(":").at(-1), sequence, instant(time), previous];
  return createHash("sha256").update(canonical(["keten line 1", ...place, data])).digest("hex");
};

if (process.argv[1] === import.meta.filename) console.log(fingerprint(JSON.parse(readFileSync(0, "utf8"))));
