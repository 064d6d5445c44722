// Reads the feed by `cloudevents` for Node, as the batch that it is, and prints every event as that library writes it again.
import { HTTP } from "cloudevents";

const answer = await fetch(`${process.env.POST_OFFICE}/v1/feed`, { headers: { authorization: `Bearer ${process.env.POST_TOKEN}` } });
const events = HTTP.toEvent({ headers: Object.fromEntries(answer.headers), body: await answer.text() });
for (const event of events) {
  event.validate();
  console.log(JSON.stringify(event));
}
