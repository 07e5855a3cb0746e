// Who is there, who types, and who may lock the input.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { agent, channel, dialects, listen, nobody, places, rest, zero } from "./client.mjs";

const { servers, documents, OpenAPI } = dialects;

for (const place of places) {
  test(`${place.name}: others hear who comes and goes, once for all tabs`, async (t) => {
    const watcher = await listen(t, place);
    const channelId = await channel(place.server, watcher.id);
    await watcher.join(documents, channelId);
    const first = await listen(t, place);
    await first.ask("1", { channelId, entityId: first.id, username: "ada", displayName: "Ada" });
    const ada = { channelId, roomId: channelId, entityId: first.id, userId: first.id, name: "Ada" };
    assert.deepEqual(await watcher.next("userJoined"), ada);
    assert.deepEqual(first.all("userJoined"), []);
    const tab = await listen(t, { ...place, id: first.id });
    await tab.join(OpenAPI, channelId);
    await first.ask(...documents.leave(channelId));
    await first.join(servers, channelId);
    first.close();
    const another = await listen(t, place);
    await another.join(servers, channelId);
    await watcher.next("userJoined", (d) => d.entityId === another.id);
    assert.equal(watcher.all("userJoined").length, 2);
    assert.deepEqual(watcher.all("userLeft"), []);
    await tab.ask(...OpenAPI.leave(channelId));
    const left = await watcher.next("userLeft");
    assert.deepEqual([left.userId, left.roomId], [tab.id, channelId]);
    another.close();
    await watcher.next("userLeft", (d) => d.entityId === another.id);
  });

  test(`${place.name}: others hear who types`, async (t) => {
    const [ear, other, outside] = [await listen(t, place), await listen(t, place), await listen(t, place)];
    const channelId = await channel(place.server, ear.id, other.id);
    await other.join(servers, channelId);
    assert.match((await ear.ask("typing", { roomId: channelId, userId: ear.id, isTyping: true })).error, /Join the channel/);
    await ear.ask("1", { channelId, displayName: "Ada" });
    const typing = { channelId, roomId: channelId, entityId: ear.id, userId: ear.id, name: "Ada", isTyping: true };
    assert.deepEqual(await ear.ask("typing", { roomId: channelId, userId: ear.id, isTyping: true }), typing);
    assert.deepEqual(await other.next("userTyping"), typing);
    assert.deepEqual(await ear.ask("userTyping", { channelId, entityId: ear.id, isTyping: false }), { ...typing, isTyping: false });
    await other.next("userTyping", (d) => !d.isTyping);
    await ear.ask("userTyping", { channelId, isTyping: true });
    await other.next("userTyping", (d) => d.isTyping, other.heard.length - 1);
    const from = other.heard.length;
    ear.close(); // who goes types no more
    await other.next("userTyping", (d) => !d.isTyping, from);
    assert.deepEqual([ear.all("userTyping"), outside.all("userTyping")], [[], []]);
    const { messages } = (await rest(place.server, "GET", `/api/messaging/channels/${channelId}/messages`)).data;
    assert.deepEqual(messages, []);
  });

  test(`${place.name}: typing that is malformed, or too much, is refused`, async (t) => {
    const [ear, other] = [await listen(t, place), await listen(t, place)];
    const channelId = randomUUID();
    await ear.join(servers, channelId);
    await other.join(servers, channelId);
    for (const bad of [null, "x", 5, [], {}, { channelId }, { isTyping: true }, { channelId, isTyping: "yes" }, { channelId: {}, isTyping: true }, { channelId, isTyping: true, userId: "me" }, { channelId, isTyping: true, entityId: 5 }])
      assert.ok((await ear.ask("typing", bad)).error, JSON.stringify(bad));
    let refused = 0;
    for (let i = 0; i < 60; i++) if ((await ear.ask("typing", { channelId, isTyping: i % 2 === 0 })).error) refused++;
    assert.ok(refused >= 30, `${refused} refused`);
    assert.match((await ear.next("messageError", (d) => /typing/.test(d.error))).error, /Too many typing events: 30 in 10s are allowed/);
    assert.ok(other.all("userTyping").length <= 31);
    assert.ok((await ear.ask(...servers.send(channelId, "still here", ear))).messageId);
  });

  test(`${place.name}: whoever steers a channel locks and unlocks its input`, async (t) => {
    const [ear, other] = [await listen(t, place), await listen(t, place)];
    const channelId = await channel(place.server, ear.id, agent);
    await ear.join(documents, channelId);
    await other.join(OpenAPI, channelId);
    const path = (id) => `/api/messaging/channels/${id}/control`;
    for (const [body, want] of [
      [{ action: "disable_input", target: "composer" }, { action: "disable_input", target: "composer", channelId, roomId: channelId }],
      [{ action: "enable_input" }, { action: "enable_input", channelId, roomId: channelId }],
    ]) {
      assert.deepEqual((await rest(place.server, "POST", path(channelId), body, 200)).data, want);
      for (const one of [ear, other]) assert.deepEqual(await one.next("controlMessage", (d) => d.action === body.action), want);
    }
    for (const bad of [{}, { action: "explode" }, { action: 5 }, { action: "enable_input", target: {} }, { action: "enable_input", target: "x".repeat(201) }])
      await rest(place.server, "POST", path(channelId), bad, 400);
    await rest(place.server, "POST", path(nobody), { action: "enable_input" }, 404);
  });

  test(`${place.name}: the world as a client of the OpenAPI dialect asks for it`, async (t) => {
    const [ear, other] = [await listen(t, place), await listen(t, place)];
    const channelId = await channel(place.server, ear.id, other.id, agent);
    await ear.join(OpenAPI, channelId);
    await ear.ask(...OpenAPI.send(channelId, "hello, Eliza", ear));
    await ear.next("messageComplete");
    for (const payload of [{ roomId: channelId }, {}, null]) {
      const from = ear.heard.length;
      const state = await ear.ask("request-world-state", payload);
      assert.deepEqual(await ear.next("world-state", () => true, from), state);
      assert.deepEqual(Object.keys(state).sort(), ["agents", "channels", "messages", "users"]);
      assert.deepEqual(state.agents, { [agent]: { id: agent, name: "Eliza", status: "active" } });
      assert.deepEqual(state.users[ear.id], { id: ear.id, name: "Ada", online: true });
      assert.equal(state.users[other.id].online, false);
      assert.equal(state.channels[channelId].messageServerId, zero);
      assert.deepEqual(state.messages[channelId].map((m) => m.senderId), [ear.id, agent]);
    }
    assert.deepEqual(await other.ask("request-world-state"), { agents: {}, users: {}, channels: {}, messages: {} });
    for (const bad of [{ roomId: "lobby" }, { roomId: 5 }, { roomId: nobody }, "x", 5, []]) {
      const { error } = await ear.ask("request-world-state", bad);
      const told = await ear.next("error", (d) => d.error === error);
      assert.deepEqual(told.details, { event: "request-world-state" });
    }
  });

  test(`${place.name}: what happens to a channel and its messages is told to every dialect`, async (t) => {
    const ears = [];
    for (const dialect of Object.values(dialects)) ears.push([await listen(t, place), dialect]);
    const channelId = await channel(place.server, ears[0][0].id);
    for (const [ear, dialect] of ears) await ear.join(dialect, channelId);
    const path = `/api/messaging/channels/${channelId}`;
    const { messageId } = await ears[0][0].ask(...documents.send(channelId, "to be deleted", ears[0][0]));
    const changes = [
      ["PATCH", path, { name: "new name" }, "channelUpdated", (d) => assert.deepEqual([d.channelId, d.updates.name], [channelId, "new name"])],
      ["PATCH", `/api/messaging/messages/${messageId}`, { content: "changed" }, "messageBroadcast", (d) => assert.ok(d.id === messageId)],
      ["DELETE", `${path}/messages/${messageId}`, undefined, "messageDeleted", (d) => assert.deepEqual(d, { messageId, channelId })],
      ["DELETE", `${path}/messages`, undefined, "channelCleared", (d) => assert.deepEqual(d, { channelId })],
      ["DELETE", path, undefined, "channelDeleted", (d) => assert.deepEqual(d, { channelId })],
    ];
    for (const [method, at, body, event, check] of changes) {
      await rest(place.server, method, at, body);
      for (const [ear] of ears) check(await ear.next(event));
    }
  });

  test(`${place.name}: a session is joined by its id, as its page says`, async (t) => {
    const ear = await listen(t, place);
    const begun = await rest(place.server, "POST", "/api/messaging/sessions", { agentId: agent, userId: ear.id, timeoutConfig: { timeoutMinutes: 5 } }, 201);
    assert.equal((await ear.ask("join", { roomId: begun.sessionId })).roomId, begun.sessionId);
    await rest(place.server, "POST", `/api/messaging/sessions/${begun.sessionId}/messages`, { content: "hello" }, 201);
    assert.equal((await ear.next("sessionRenewed")).sessionId, begun.sessionId);
    await ear.next("messageBroadcast", (d) => d.senderId === agent);
    await ear.next("messageComplete");
  });
}
