// A connection that breaks and comes back: the client is who it was.
import assert from "node:assert/strict";
import test from "node:test";
import { channel, dialects, listen, places, rest } from "./client.mjs";

const { servers } = dialects;

for (const place of places) {
  test(`${place.name}: after a break it is seated, hears what it missed, and follows the log as before`, async (t) => {
    const ear = await listen(t, { ...place, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 50 });
    const other = await listen(t, place);
    const channelId = await channel(place.server, ear.id, other.id);
    await other.join(servers, channelId);
    await ear.ask("1", { channelId, entityId: ear.id, displayName: "Ada" });
    await other.next("userJoined");
    await ear.ask("subscribe_logs");
    await ear.ask("update_log_filters", { level: "error" });
    const from = ear.heard.length, otherFrom = other.heard.length;

    ear.socket.io.engine.close();
    await ear.next("disconnect", undefined, from);
    await other.next("userLeft", undefined, otherFrom);
    await other.ask(...servers.send(channelId, "while you were away", other));
    await ear.next("connect", undefined, from);
    assert.equal(ear.socket.recovered, true);
    await ear.next("messageBroadcast", (d) => d.text === "while you were away", from);
    const back = await other.next("userJoined", undefined, otherFrom);
    assert.deepEqual([back.entityId, back.name], [ear.id, "Ada"]);

    // Neither of these asks for a place in the channel again.
    const typing = await ear.ask("typing", { roomId: channelId, userId: ear.id, isTyping: true });
    assert.deepEqual(await other.next("userTyping", undefined, otherFrom), typing);
    const mark = `after the break of ${ear.id}`;
    for (const level of ["warn", "error"]) {
      await rest(place.server, "POST", "/api/server/logs", { logs: [{ level, message: `${mark}: ${level}` }] }, 200);
    }
    const line = await ear.next("log_stream", (d) => d.payload.msg.startsWith(mark), from);
    assert.equal(line.payload.level, 50);
    await other.ask(...servers.send(channelId, "here you are", other));
    await ear.next("messageBroadcast", (d) => d.text === "here you are", from);
    const texts = ear.all("messageBroadcast", from).map((d) => d.text);
    assert.deepEqual(texts.filter((text) => text.includes("you")), ["while you were away", "here you are"]);
  });
}
