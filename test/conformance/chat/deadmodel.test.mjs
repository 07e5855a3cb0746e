// Against a server whose model cannot be reached.
import assert from "node:assert/strict";
import test from "node:test";
import { agent, Ear, transports, zero } from "./client.mjs";

const url = process.env.DEAD_URL;

async function ask(method, path, body) {
  const response = await fetch(url + path, { method, headers: body && { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

const dm = async (person) => JSON.parse((await ask("GET", `/api/messaging/dm-channel?currentUserId=${person}&targetUserId=${agent}`)).text).data.id;

for (const transport of transports) {
  test(`${transport}: the room is told, and the delivery says why`, async (t) => {
    const ear = new Ear({ url, transports: [transport] });
    t.after(() => ear.close());
    const channelId = await dm(ear.id);
    await ear.join(channelId);
    const from = ear.heard.length;
    ear.send(ear.payload(channelId, "anybody?"));
    const complete = await ear.next("messageComplete");
    assert.deepEqual(ear.names(from), ["messageBroadcast", "messageAck", "messageStreamError", "messageDelivery", "messageComplete"]);
    const failed = await ear.next("messageStreamError");
    assert.deepEqual([failed.channelId, failed.agentId], [channelId, agent]);
    assert.match(failed.error, /model/);
    const [delivery] = JSON.parse((await ask("GET", `/api/messaging/messages/${complete.messageId}/deliveries`)).text).data.deliveries;
    assert.deepEqual([delivery.state, delivery.reason, delivery.detail], ["failed", "model_error", failed.error]);
  });
}

test("server-sent events end with the error, a waiting request with the envelope", async () => {
  const person = "33333333-3333-4333-8333-333333333333";
  const path = `/api/messaging/channels/${await dm(person)}/messages`;
  const body = { author_id: person, message_server_id: zero, content: "anybody?" };
  const stream = await ask("POST", path, { ...body, transport: "sse" });
  assert.equal(stream.status, 200);
  assert.deepEqual([...stream.text.matchAll(/^event: (.*)$/gm)].map((m) => m[1]), ["user_message", "error"]);
  assert.equal(JSON.parse(stream.text.match(/event: error\ndata: (.*)/)[1]).reason, "model_error");
  const waited = await ask("POST", path, { ...body, transport: "http" });
  assert.equal(waited.status, 500);
  const { success, error } = JSON.parse(waited.text);
  assert.deepEqual([success, error.code], [false, "MODEL_ERROR"]);
});
