// Who is let in, from where, and in whose name.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { channel, dialects, Ear, isolated, keyed, listen, open, rest, zero } from "./client.mjs";

async function refused(t, options) {
  const ear = new Ear(options);
  t.after(() => ear.close());
  return (await ear.next("connect_error")).message;
}

for (const transport of ["websocket", "polling"]) {
  test(`${transport}: the key, and the pages that may connect`, async (t) => {
    assert.equal(await refused(t, { server: { url: keyed.url }, transport }), "Invalid or missing API Key");
    await listen(t, { server: keyed, transport });
    for (const [server, origin, may] of [
      [isolated, "https://app.example", true], [isolated, "https://evil.example", false], [isolated, "http://localhost:5173", false],
      [open, "http://localhost:5173", true], [open, "https://evil.example", false], [keyed, "https://evil.example", false],
    ]) {
      const options = { server, transport, extraHeaders: { Origin: origin } };
      if (may) await listen(t, options);
      else assert.match(await refused(t, options), /error/);
    }
  });

  test(`${transport}: entities that are kept apart`, async (t) => {
    const place = { server: isolated, transport };
    assert.equal(await refused(t, { ...place, auth: {} }), "Valid entityId required");
    const [ear, other] = [await listen(t, place), await listen(t, place)];
    const channelId = await channel(isolated, other.id);
    await other.join(dialects.servers, channelId);
    const denied = "Access denied: You don't have permission to join this channel";
    for (const [name, dialect] of Object.entries(dialects)) {
      for (const said of [dialect.join(channelId, ear), dialect.send(channelId, "x", ear)]) {
        const from = ear.heard.length;
        assert.equal((await ear.ask(...said)).error, denied, name);
        assert.equal((await ear.next(dialect.refused, () => true, from)).error, denied);
      }
      const own = randomUUID();
      assert.ok((await ear.ask(...dialect.send(own, "mine", ear))).messageId, name);
      assert.ok((await ear.join(dialect, own)).message, name);
      if (dialect !== dialects.OpenAPI) assert.match((await ear.ask(...dialect.send(own, "x", other))).error, /another entity/);
    }
    assert.deepEqual(other.all("messageBroadcast"), []);
    const path = `/api/messaging/channels/${channelId}/messages`;
    assert.deepEqual((await rest(isolated, "GET", path, undefined, 200)).data.messages, []);
  });
}

test("a key that does not administer speaks for its socket's entity", async (t) => {
  const made = await rest(keyed, "POST", "/api/keys", { name: "writer", access: "write" }, 201);
  const ear = await listen(t, { server: { ...keyed, key: made.data.key } });
  const channelId = await channel(keyed, ear.id);
  const payload = { channelId, messageServerId: zero, senderId: randomUUID(), message: "x" };
  assert.match((await ear.ask("2", payload)).error, /another entity/);
  assert.ok((await ear.ask("2", { ...payload, senderId: ear.id })).messageId);
  await rest(keyed, "DELETE", `/api/keys/${made.data.id}`, undefined, 204);
  ear.socket.emit("2", { ...payload, senderId: ear.id });
  await ear.next("disconnect");
});
