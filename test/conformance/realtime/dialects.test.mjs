// Joining, leaving, speaking and being refused, in each dialect.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { agent, channel, dialects, listen, nobody, places, rest, script, zero } from "./client.mjs";

const combinations = places.flatMap((place) => Object.entries(dialects).map(([name, dialect]) => ({ ...place, dialect, name: `${name}, ${place.name}` })));

for (const { name, dialect, ...place } of combinations) {
  test(`${name}: a channel is joined, spoken in and left`, async (t) => {
    const [ear, other] = [await listen(t, place), await listen(t, place)];
    const channelId = await channel(place.server, ear.id, other.id, agent);
    await other.join(dialects.servers, channelId);
    const from = ear.heard.length;
    const joined = await ear.join(dialect, channelId);
    assert.match(joined.message, new RegExp(`^Socket ${ear.socket.id} successfully joined channel ${channelId}\\.$`));
    assert.deepEqual([joined.channelId, joined.roomId], [channelId, channelId]);
    assert.deepEqual(ear.heard.slice(from, from + 2), [{ name: "channel_joined", data: joined }, { name: "room_joined", data: joined }]);

    await script({ text: "The ship sails at noon." });
    const [event, payload] = dialect.send(channelId, "when, Eliza?", ear, { metadata: { n: 1 } });
    const { messageId: clientMessageId } = payload.payload ?? payload;
    const answered = await ear.ask(event, payload);
    assert.equal(answered.clientMessageId, clientMessageId);
    const ack = await ear.next("messageAck");
    assert.deepEqual(ack, { clientMessageId, messageId: answered.messageId, status: dialect.status, channelId, roomId: channelId });
    const own = await ear.next("messageBroadcast");
    const heard = await other.next("messageBroadcast");
    assert.deepEqual({ ...heard, clientMessageId }, own);
    assert.deepEqual(
      [own.id, own.senderId, own.senderName, own.text, own.channelId, own.roomId, own.serverId, own.messageServerId],
      [answered.messageId, ear.id, "Ada", "when, Eliza?", channelId, channelId, zero, zero],
    );
    assert.ok(Math.abs(own.createdAt - Date.now()) < 60_000);
    for (const one of [ear, other]) {
      const complete = await one.next("messageComplete");
      assert.deepEqual([complete.channelId, complete.roomId, complete.serverId, complete.messageId], [channelId, channelId, zero, own.id]);
      const reply = await one.next("messageBroadcast", (d) => d.senderId === agent);
      const chunks = one.all("messageStreamChunk");
      assert.equal(reply.text, "The ship sails at noon.");
      assert.equal(chunks.map((c) => c.chunk).join(""), reply.text);
      assert.deepEqual(chunks.map((c) => c.index), chunks.map((_, i) => i));
      assert.ok(chunks.every((c) => c.messageId === reply.id && c.agentId === agent && c.channelId === channelId));
      assert.deepEqual([reply.source, reply.serverId, reply.inReplyTo], ["agent_response", zero, own.id]);
      const delivered = await one.next("messageDelivery");
      assert.deepEqual([delivered.state, delivered.agentId, delivered.replyId], ["replied", agent, reply.id]);
    }

    // The same sending again is acknowledged, and stored once.
    const again = await ear.ask(event, payload);
    assert.equal(again.messageId, own.id);

    const left = await ear.ask(...dialect.leave(channelId));
    assert.deepEqual(left, { message: `Socket ${ear.socket.id} left channel ${channelId}.`, channelId, roomId: channelId });
    assert.deepEqual([await ear.next("channel_left"), await ear.next("room_left")], [left, left]);
    const mark = ear.heard.length;
    await other.ask(...dialects.servers.send(channelId, "who is left?", other, { metadata: { noAnswer: true } }));
    await other.next("messageBroadcast", (d) => d.text === "who is left?");
    await ear.join(dialect, randomUUID()); // whatever came before this would have been heard
    assert.deepEqual(ear.all("messageBroadcast", mark), []);
  });

  test(`${name}: what is malformed is answered, and nothing is stored`, async (t) => {
    const ear = await listen(t, place);
    const channelId = await channel(place.server, ear.id);
    await ear.join(dialect, channelId);
    const [sends, good] = dialect.send(channelId, "hello", ear);
    const wrap = (fields) => (good.payload ? { ...good, payload: { ...good.payload, ...fields } } : { ...good, ...fields });
    const refused = async (...args) => {
      const from = ear.heard.length;
      const ack = await ear.ask(...args);
      const told = await ear.next(dialect.refused, () => true, from);
      assert.equal(told.error, ack.error);
      assert.ok(told.error.length > 5, told.error);
      if (dialect.refused === "error") assert.equal(typeof told.details, "object");
      assert.deepEqual(ear.all(dialect.refused === "error" ? "messageError" : "error", from), []);
      return told;
    };
    for (const field of dialect.required) {
      const told = await refused(sends, wrap({ [field]: undefined }));
      assert.equal(told.error, dialect.missing, field);
      if (!told.details) assert.equal(told.clientMessageId, (good.payload ?? good).messageId);
    }
    for (const field of dialect.required.filter((f) => /Id$/.test(f)))
      for (const bad of ["lobby", "", nobody + "0"]) assert.equal((await refused(sends, wrap({ [field]: bad }))).error, dialect.missing);
    for (const field of [...dialect.required, "messageId", "metadata", "attachments"]) await refused(sends, wrap({ [field]: { a: { b: [1] } }, ...(field === "metadata" ? { metadata: "x" } : {}) }));
    let deep = 1;
    for (let i = 0; i < 300; i++) deep = [deep];
    await refused(sends, wrap({ metadata: { deep } }));
    const [joins, joining] = dialect.join(channelId, ear);
    for (const bad of [{ channelId: undefined, roomId: undefined }, { channelId: 5, roomId: 5 }, { channelId: "x".repeat(201), roomId: undefined }, { channelId: {}, roomId: [] }])
      await refused(joins, joining.payload ? { ...joining, payload: bad } : bad);
    if (sends !== "message") for (const bad of [null, "text", 5, true, [], {}, [[]]]) await refused(sends, bad);
    if (joins !== "message") for (const bad of [null, "text", 5, true, [], {}, [[]]]) await refused(joins, bad);
    const { messages } = (await rest(place.server, "GET", `/api/messaging/channels/${channelId}/messages`)).data;
    assert.deepEqual(messages, []);
    await ear.ask(sends, good);
    await ear.next("messageAck");
  });
}


for (const place of places) {
  test(`${place.name}: the event message, whatever it holds`, async (t) => {
    const ear = await listen(t, place);
    for (const bad of [null, "text", 5, [], {}, { type: 2 }, { type: 1, payload: null }, { type: "2x", payload: {} }, { type: 1.5, payload: {} }, { payload: {} }])
      assert.ok((await ear.ask("message", bad)).error, JSON.stringify(bad));
    for (const type of [0, 3, 4, 5, 6, 9, -1]) {
      const { error } = await ear.ask("message", { type, payload: { channelId: randomUUID() } });
      assert.equal(error, `Messages of type ${type} are not known.`);
      assert.deepEqual(await ear.next("messageError", (d) => d.error === error), { error });
    }
    ear.socket.emit("nobody listens to this", { a: 1 });
    assert.ok((await ear.join(dialects.numbers, "lobby")).message);
  });

  test(`${place.name}: an agent that is named on joining answers in a new channel`, async (t) => {
    for (const dialect of [dialects.documents, dialects.OpenAPI]) {
      const ear = await listen(t, place);
      const channelId = randomUUID();
      const [joins, payload] = dialect.join(channelId, ear);
      assert.equal((await ear.ask(joins, { ...payload, agentId: agent })).agentId, agent);
      await ear.ask(...dialect.send(channelId, "Eliza, are you there?", ear));
      await ear.next("messageComplete");
      await ear.next("messageBroadcast", (d) => d.senderId === agent);
    }
  });

  test(`${place.name}: a turn that fails, or ends in silence, is complete too`, async (t) => {
    const ear = await listen(t, place);
    const channelId = await channel(place.server, ear.id, agent);
    await ear.join(dialects.documents, channelId);
    await script({ status: 400 });
    await ear.ask(...dialects.documents.send(channelId, "Eliza, hello", ear));
    await ear.next("messageComplete");
    const failed = await ear.next("messageStreamError");
    assert.deepEqual([failed.channelId, failed.agentId], [channelId, agent]);
    const from = ear.heard.length;
    await rest(place.server, "POST", "/api/messaging/complete", { channel_id: channelId, server_id: zero }, 200);
    await ear.next("messageComplete", () => true, from);
  });
}

