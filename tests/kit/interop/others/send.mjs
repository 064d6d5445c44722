// Sends an event by `cloudevents` for Node, structured or binary, and prints what was answered.
import { CloudEvent, HTTP } from "cloudevents";

const [way, attributes, data] = process.argv.slice(2);
const message = HTTP[way](new CloudEvent({ ...JSON.parse(attributes), data: JSON.parse(data) }));
const answer = await fetch(`${process.env.POST_OFFICE}/v1/events`, {
  method: "POST",
  headers: { ...message.headers, authorization: `Bearer ${process.env.POST_TOKEN}` },
  body: message.body,
});
console.log(JSON.stringify({ status: answer.status, said: await answer.json() }));
