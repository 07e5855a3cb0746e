import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { agent, channel, deliveries, inChannel, listen, rest, script, transports, zero } from "./client.mjs";

for (const transport of transports) {
  const options = { transports: [transport] };

  test(`${transport}: joining by message type 1 and by event "1"`, async (t) => {
    const ear = await listen(t, options);
    const ways = [(p) => ear.socket.emit("message", { type: 1, payload: p }), (p) => ear.socket.emit("1", p)];
    for (const way of ways) {
      const channelId = randomUUID();
      const from = ear.heard.length;
      way({ channelId, roomId: channelId, entityId: ear.id });
      await ear.next("room_joined", (d) => d.channelId === channelId);
      const body = { message: `Socket ${ear.socket.id} successfully joined channel ${channelId}.`, channelId, roomId: channelId };
      assert.deepEqual(ear.heard.slice(from), [{ name: "channel_joined", data: body }, { name: "room_joined", data: body }]);
    }
    ear.socket.emit("1", { entityId: ear.id });
    assert.deepEqual(await ear.next("messageError"), { error: "channelId is required for joining." });
    ear.socket.emit("1", { roomId: "lobby", agentId: agent });
    assert.equal((await ear.next("room_joined", (d) => d.channelId === "lobby")).agentId, agent);
  });

  test(`${transport}: a message by type 2 and by event "2" is acknowledged, streamed and answered`, async (t) => {
    const { ear, channelId } = await inChannel(t, options);
    const second = await listen(t, options);
    await second.join(channelId);
    await ear.next("userJoined", (d) => d.userId === second.id);
    const ways = [(p) => ear.socket.emit("message", { type: 2, payload: p }), (p) => ear.socket.emit("2", p)];
    for (const way of ways) {
      const from = ear.heard.length, secondFrom = second.heard.length;
      const sent = ear.payload(channelId, "tell me about the tides and the boats in the harbour, please");
      const text = "You said: " + sent.message;
      way(sent);
      await ear.next("messageComplete", () => true, from);
      const heard = ear.heard.slice(from);
      const names = heard.map((e) => e.name);
      const chunks = heard.filter((e) => e.name === "messageStreamChunk").map((e) => e.data);
      assert.ok(chunks.length > 2, "the answer comes in pieces");
      assert.deepEqual(names, ["messageBroadcast", "messageAck", ...chunks.map(() => "messageStreamChunk"), "messageBroadcast", "messageDelivery", "messageComplete"]);
      const own = heard[0].data, ack = heard[1].data, [answer, delivery, complete] = heard.slice(-3).map((e) => e.data);
      assert.deepEqual(own, {
        id: own.id, senderId: ear.id, senderName: "Ada", text: sent.message, channelId, roomId: channelId, messageServerId: zero, serverId: zero,
        createdAt: own.createdAt, source: "client_chat", attachments: [], clientMessageId: sent.messageId,
      });
      assert.deepEqual(ack, { clientMessageId: sent.messageId, messageId: own.id, status: "received_by_server_and_processing", channelId, roomId: channelId });
      assert.deepEqual(chunks.map((c) => c.index), chunks.map((_, i) => i));
      assert.equal(chunks.map((c) => c.chunk).join(""), text);
      for (const c of chunks) assert.deepEqual([c.messageId, c.agentId, c.channelId], [answer.id, agent, channelId]);
      assert.equal(answer.text, text);
      assert.deepEqual(
        [answer.senderId, answer.senderName, answer.source, answer.roomId, answer.serverId, answer.inReplyTo, answer.actions],
        [agent, "Eliza", "agent_response", channelId, zero, own.id, ["REPLY"]],
      );
      assert.deepEqual([delivery.messageId, delivery.agentId, delivery.state, delivery.replyId], [own.id, agent, "replied", answer.id]);
      assert.deepEqual([complete.channelId, complete.messageServerId, complete.messageId, complete.agentId], [channelId, zero, own.id, agent]);

      await second.next("messageComplete", () => true, secondFrom);
      const { clientMessageId, ...forOthers } = own;
      assert.equal(clientMessageId, sent.messageId);
      assert.deepEqual(second.heard[secondFrom], { name: "messageBroadcast", data: forOthers });
      assert.deepEqual(second.names(secondFrom), names.filter((n) => n !== "messageAck"));
    }
  });

  test(`${transport}: a message sent again is stored once and acknowledged again`, async (t) => {
    const { ear, channelId } = await inChannel(t, options);
    const sent = ear.send(ear.payload(channelId, "once"));
    const first = await ear.next("messageAck");
    await ear.next("messageComplete");
    const from = ear.heard.length;
    ear.send(sent);
    assert.deepEqual(await ear.next("messageAck", () => true, from), first);
    assert.deepEqual(ear.names(from), ["messageAck"]);
    const { messages } = (await rest("GET", `/api/messaging/channels/${channelId}/messages`)).body.data;
    assert.deepEqual(messages.map((m) => m.content), ["You said: once", "once"]);
  });

  test(`${transport}: callbacks are called`, async (t) => {
    const ear = await listen(t, options);
    const channelId = await channel("GROUP", ear.id);
    const emit = (...args) => ear.socket.timeout(10000).emitWithAck(...args);
    assert.equal((await emit("message", { type: 1, payload: { channelId } })).channelId, channelId);
    assert.equal((await emit("1", { channelId })).roomId, channelId);
    const sent = ear.payload(channelId, "hello");
    const stored = await emit("2", sent);
    assert.deepEqual(stored, { clientMessageId: sent.messageId, messageId: (await ear.next("messageAck")).messageId });
    assert.equal((await emit("2", { ...sent, message: "" })).clientMessageId, sent.messageId);
    assert.ok((await emit("1", {})).error);
  });

  test(`${transport}: what is malformed is refused and the server goes on`, async (t) => {
    const ear = await listen(t, options);
    const channelId = await channel("GROUP", ear.id);
    const good = ear.payload(channelId, "hello");
    const refuse = async (...args) => {
      const from = ear.heard.length;
      ear.socket.emit(...args);
      const { error } = await ear.next("messageError", () => true, from);
      assert.ok(error);
      return error;
    };
    for (const bad of [null, undefined, "text", 5, [], {}, { type: 2 }, { type: 1, payload: null }, { type: 9, payload: {} }, { type: "2x", payload: good }]) await refuse("message", bad);
    for (const bad of [null, undefined, "text", 5, [], {}]) {
      await refuse("1", bad);
      await refuse("2", bad);
    }
    const missing = "For SEND_MESSAGE: channelId, messageServerId (message_server_id), senderId (author_id), and message are required.";
    for (const field of [{ channelId: undefined, roomId: undefined }, { messageServerId: undefined }, { senderId: undefined }, { message: undefined }, { message: "" },
      { channelId: "lobby" }, { senderId: "me" }, { messageServerId: "x" }])
      assert.equal(await refuse("2", { ...good, ...field }), missing);
    for (const field of [{ message: { a: 1 } }, { message: 5 }, { senderId: {} }, { metadata: "x" }, { attachments: {} }, { messageId: [] }]) await refuse("2", { ...good, ...field });
    assert.equal(await refuse("2", { ...good, channelId: randomUUID(), messageServerId: agent }), `Server ${agent} does not exist`);
    ear.socket.emit("nobody listens to this", { a: 1 });
    ear.send(good);
    await ear.next("messageAck", (d) => d.clientMessageId === good.messageId);
  });

  test(`${transport}: an event of more than 1 MB ends the connection, not the server`, async (t) => {
    const ear = await listen(t, options);
    ear.send(ear.payload(randomUUID(), "x".repeat(1_100_000)));
    await ear.next("disconnect");
    await listen(t, options);
  });
}

test("a model that asks to wait twice is waited for", async (t) => {
  const { ear, channelId } = await inChannel(t);
  await script({ status: 429, retryAfter: "0", times: 2 }, { text: "Now I have time." });
  ear.send(ear.payload(channelId, "hello"));
  await ear.next("messageComplete");
  const said = await ear.next("messageBroadcast", (d) => d.senderId === agent);
  assert.equal(said.text, "Now I have time.");
});

test("an answer that breaks off is told, with what was written", async (t) => {
  const { ear, channelId } = await inChannel(t);
  await script({ text: "The tide turns at seven, and then the boats go out.", cutAfter: 2 });
  ear.send(ear.payload(channelId, "hello"));
  await ear.next("messageComplete");
  const failed = await ear.next("messageStreamError");
  const chunks = ear.heard.filter((e) => e.name === "messageStreamChunk").map((e) => e.data);
  assert.equal(failed.partialText, chunks.map((c) => c.chunk).join(""));
  assert.equal(failed.messageId, chunks[0].messageId);
});

test("silence by the model's choice is told as such", async (t) => {
  const { ear, channelId } = await inChannel(t);
  await script({ toolCalls: [{ id: "c1", name: "IGNORE", arguments: "{}" }] });
  const from = ear.heard.length;
  ear.send(ear.payload(channelId, "good night"));
  await ear.next("messageComplete");
  assert.deepEqual(ear.names(from), ["messageBroadcast", "messageAck", "messageDelivery", "messageComplete"]);
  const delivery = await ear.next("messageDelivery");
  assert.deepEqual([delivery.state, delivery.reason], ["ignored", "agent_chose"]);
  assert.ok(delivery.detail);
  assert.deepEqual(await deliveries(delivery.messageId), [delivery]);
});

test("what happens over REST is heard on the sockets", async (t) => {
  const { ear, channelId } = await inChannel(t);
  const path = `/api/messaging/channels/${channelId}`;
  const { userMessage } = (await rest("POST", path + "/messages", { author_id: ear.id, content: "hello" })).body;
  assert.equal((await ear.next("messageBroadcast", (d) => d.id === userMessage.id)).text, "hello");
  await ear.next("messageComplete", (d) => d.messageId === userMessage.id);

  const { data } = (await rest("PATCH", path, { name: "harbour" })).body;
  delete data.metadata.participantCentralUserIds; // only answers carry the list
  assert.deepEqual(await ear.next("channelUpdated"), { channelId, updates: data });
  assert.equal((await rest("DELETE", `${path}/messages/${userMessage.id}`)).status, 204);
  assert.deepEqual(await ear.next("messageDeleted"), { messageId: userMessage.id, channelId });
  assert.equal((await rest("DELETE", path + "/messages")).status, 204);
  assert.deepEqual(await ear.next("channelCleared"), { channelId });
  assert.equal((await rest("DELETE", path)).status, 204);
  assert.deepEqual(await ear.next("channelDeleted"), { channelId });
});

test("messages sent before the answer to the first are answered in order", async (t) => {
  const { ear, channelId } = await inChannel(t);
  const sent = Array.from({ length: 20 }, (_, i) => ear.send(ear.payload(channelId, `number ${i}`)));
  const acks = await Promise.all(sent.map((p) => ear.next("messageAck", (d) => d.clientMessageId === p.messageId)));
  await Promise.all(acks.map((a) => ear.next("messageComplete", (d) => d.messageId === a.messageId)));
  const answers = ear.heard.filter((e) => e.name === "messageBroadcast" && e.data.senderId === agent).map((e) => e.data.text);
  assert.deepEqual(answers, sent.map((p) => `You said: ${p.message}`));
});
