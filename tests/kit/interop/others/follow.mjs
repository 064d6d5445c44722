// Follows the feed by `eventsource` for Node, and prints each event's id; the types to listen for are given.
import { EventSource } from "eventsource";

const authorization = `Bearer ${process.env.POST_TOKEN}`;
const feed = new EventSource(`${process.env.POST_OFFICE}/v1/feed`, {
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, authorization } }),
});
for (const type of process.argv.slice(2)) {
  feed.addEventListener(type, (event) => {
    if (JSON.parse(event.data).id !== event.lastEventId) throw new Error("the id of the stream is not that of the event");
    console.log(event.lastEventId);
  });
}
feed.onerror = (event) => process.stderr.write(`${event.code} ${event.message}\n`);
setInterval(() => {}, 60_000); // the library's own timer would let this process end before it comes again
