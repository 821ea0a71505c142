// A department in Node: sign every order, do the work, hand in a photo, complete. `node index.mjs after.jpg`
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import amqp from "amqplib";

const { QIAOTOU_DEPARTMENT: code, QIAOTOU_AMQP_URI: uri, QIAOTOU_API: api, QIAOTOU_TOKEN: token } = process.env;
const photo = process.argv[2];

// The same step of the same order has the same id each time: said twice, it is done once (a UUID of version 8).
function idOf(orderId, step) {
  const hex = createHash("sha256").update(`${orderId} ${step}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function http(method, path, { key, json, form } = {}) {
  const headers = { Authorization: `Bearer ${token}`, ...(key && { "Idempotency-Key": key }) };
  if (json) headers["Content-Type"] = "application/json";
  const body = json ? JSON.stringify(json) : form;
  const answer = await fetch(`${api}/api/v1${path}`, { method, headers, body });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const connection = await amqp.connect(`${uri}?heartbeat=15`);
const channel = await connection.createConfirmChannel();
await channel.prefetch(10);

async function say(type, step, order, data = {}) {
  const id = idOf(order.order_id, step);
  const event = {
    specversion: "1.0", id, source: `department.${code}`, type, subject: order.order_id,
    time: new Date().toISOString(), datacontenttype: "application/json", sequence: 1,
    orderingkey: order.case_id, correlationid: id, data: { order_id: order.order_id, ...data },
  };
  channel.publish("qiaotou.replies", code, Buffer.from(JSON.stringify(event)), {
    contentType: "application/cloudevents+json", persistent: true, mandatory: true,
    messageId: id, type, userId: decodeURIComponent(new URL(uri).username),
    headers: { "ordering-key": order.case_id },
  });
  await channel.waitForConfirms();
}

async function work(orderId, signedAt) {
  const order = await http("GET", `/department/orders/${orderId}`);
  console.log("working on", order.number, order.case?.text);
  const form = new FormData();
  form.append("file", new Blob([await readFile(photo)]), basename(photo));
  const upload = await http("POST", "/media", { key: idOf(orderId, "photo"), form });
  const result = await http("POST", `/department/orders/${orderId}/results`, {
    key: idOf(orderId, "result"), // the same key wants the same body: so the time is the answer's, not now
    json: {
      text: "Bulb and ballast replaced; the lamp shines again.",
      contact: { at: signedAt, channel: "phone", note: "" },
      evidence: [upload.media_id],
    },
  });
  await say("department.order.complete.v1", "complete", order, {
    result_id: result.result_id, result_sha256: result.sha256,
  });
}

// Nobody waits for an answer: each message is one step further, whatever came before it.
async function handle({ type, time, data }) {
  console.log(type, data.order_id, data.state ?? data.code ?? "");
  if (type === "department.order.offered.v1" && data.part === "lead" && data.state === "offered") {
    await say("department.order.sign.v1", "sign", data);
  } else if (type === "department.reply.accepted.v1" && data.in_reply_to === idOf(data.order_id, "sign")) {
    await work(data.order_id, time);
  }
}

await channel.consume(`department.${code}`, async (message) => {
  try {
    await handle(JSON.parse(message.content.toString()));
    channel.ack(message); // after the work: whatever breaks before, it comes again
  } catch (error) {
    console.error(error.message);
    setTimeout(() => channel.nack(message), 5000);
  }
});

// A lost link ends the process; whatever started it starts it again.
let stopping = false;
connection.on("error", (error) => console.error(error.message));
connection.on("close", () => process.exit(stopping ? 0 : 1));
for (const name of ["SIGTERM", "SIGINT"]) process.on(name, () => { stopping = true; connection.close(); });
