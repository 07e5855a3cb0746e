import assert from "node:assert/strict";
import test from "node:test";
import { base, Ear, listen, transports } from "./client.mjs";

const keyed = process.env.KEYED_URL;
const entityId = "11111111-1111-4111-8111-111111111111";

// refused returns the words with which a socket is turned away.
async function refused(t, options) {
  const ear = new Ear({ transports: ["websocket"], ...options });
  t.after(() => ear.close());
  const error = await ear.next("connect_error");
  assert.deepEqual(ear.names(), ["connect_error"]);
  return error.message;
}

for (const transport of transports) {
  const transports = [transport];
  test(`${transport}: a client is greeted`, async (t) => {
    const ear = await listen(t, { transports });
    assert.deepEqual(ear.names(), ["connect", "authenticated", "connection_established"]);
    const [, authenticated, established] = ear.heard;
    assert.equal(authenticated.data.entityId, ear.id);
    assert.ok(Math.abs(authenticated.data.timestamp - Date.now()) < 3600_000);
    assert.deepEqual(established.data, { message: "Connected to Eliza Socket.IO server", socketId: ear.socket.id });
    assert.equal(ear.socket.io.engine.transport.name, transport);
  });

  test(`${transport}: an entity must be an id`, async (t) => {
    assert.equal(await refused(t, { transports, auth: { entityId: "me" } }), "Valid entityId required");
  });

  test(`${transport}: another namespace is refused`, async (t) => {
    assert.equal(await refused(t, { transports, url: base + "/other", auth: { entityId } }), "Invalid namespace");
  });

  test(`${transport}: the key is required where one is set`, async (t) => {
    for (const options of [{ auth: { entityId } }, { auth: { entityId, apiKey: "wrong" } }, { auth: { entityId }, extraHeaders: { "x-api-key": "wrong" } }])
      assert.equal(await refused(t, { transports, url: keyed, ...options }), "Invalid or missing API Key");
    await listen(t, { transports, url: keyed, auth: { entityId, apiKey: process.env.KEY } });
    await listen(t, { transports, url: keyed, auth: { entityId }, extraHeaders: { "x-api-key": process.env.KEY } });
    assert.equal(await refused(t, { transports, url: keyed, auth: { apiKey: process.env.KEY } }), "Valid entityId required");
  });

  test(`${transport}: a page of a foreign origin is refused`, async (t) => {
    const extraHeaders = { Origin: "https://evil.example" };
    assert.match(await refused(t, { transports, auth: { entityId }, extraHeaders }), /error/);
    await listen(t, { transports, auth: { entityId }, extraHeaders: { Origin: "http://localhost:5173" } });
  });
}

test("a client that begins with polling goes over to websocket", async (t) => {
  const ear = await listen(t);
  if (ear.socket.io.engine.transport.name !== "websocket") await new Promise((resolve) => ear.socket.io.engine.once("upgrade", resolve));
  assert.equal(ear.socket.io.engine.transport.name, "websocket");
});

test("a foreign page gets no answer over HTTP either", async () => {
  const response = await fetch(base + "/api/agents", { headers: { Origin: "https://evil.example" } });
  assert.equal(response.status, 403);
  assert.equal((await response.json()).error.code, "FORBIDDEN");
});

test("a client older than 1.7, which names no entity, is let in while no key is set", async (t) => {
  const ear = await listen(t, { auth: undefined });
  assert.deepEqual(ear.names(), ["connect", "connection_established"]);
});
