import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { closeAll, collect, connected, once, open, range, transports } from "./open.mjs";

afterEach(closeAll);

for (const [name, list] of Object.entries(transports)) {
  describe(name, { timeout: 30_000 }, () => {
    const options = { transports: list };
    const client = (namespace, more) => connected(open(namespace, { ...options, ...more }));

    test("connects, with an id of its own in each namespace", async () => {
      const main = await client("/");
      const custom = await connected(main.io.socket("/custom"));
      assert.ok(main.id && custom.id && main.id !== custom.id);
      assert.notEqual(main.id, main.io.engine.id);
      if (name === "upgrade" && main.io.engine.transport.name === "polling") await once(main.io.engine, "upgrade");
      assert.equal(main.io.engine.transport.name, name === "polling" ? "polling" : "websocket");
      custom.disconnect();
    });

    test("shows its auth, and is refused with message and data", async () => {
      const friend = await client("/private", { auth: { token: "sesame" } });
      assert.deepEqual(await friend.emitWithAck("whoami"), { token: "sesame" });
      for (const auth of [undefined, { token: "wrong" }]) {
        const error = await client("/private", { auth }).catch((e) => e);
        assert.equal(error.message, "Not authorized");
        assert.deepEqual(error.data, { code: "TOKEN" });
      }
      const error = await client("/nowhere").catch((e) => e);
      assert.equal(error.message, "Invalid namespace");
    });

    test("gets acknowledgements", async () => {
      const socket = await client();
      assert.deepEqual(await socket.emitWithAck("echo", { a: [1, "2", null, true, "é😀<>&\u2028"] }), {
        a: [1, "2", null, true, "é😀<>&\u2028"],
      });
      assert.equal(await socket.emitWithAck("echo"), undefined);
      await assert.rejects(socket.timeout(100).emitWithAck("silence"));
    });

    test("acknowledges calls of the server", async () => {
      const socket = await client();
      socket.on("question", (a, b, answer) => answer({ sum: a + b }, Buffer.from([a, b])));
      const [sum, bytes] = await socket.emitWithAck("ask me", 1, 2);
      assert.deepEqual([sum, [...bytes]], [{ sum: 3 }, [1, 2]]);
      socket.off("question");
      assert.equal(await socket.emitWithAck("ask me", 1, 2), "deadline exceeded");
    });

    test("sends and gets binary data", async () => {
      const socket = await client();
      const bytes = Buffer.from(range(256));
      const large = Buffer.alloc(400_000, 7);
      const back = once(socket, "message-back");
      socket.emit("message", bytes, { deep: [{ down: large }], n: 1 }, "text", new Uint8Array(0).buffer);
      const [first, tree, text, empty] = await back;
      assert.ok(bytes.equals(first) && large.equals(tree.deep[0].down));
      assert.deepEqual([tree.n, text, empty.byteLength ?? empty.length], [1, "text", 0]);
      assert.ok(bytes.equals(await socket.emitWithAck("echo", bytes)));
    });

    test("keeps the order of 1,000 messages each way", async () => {
      const socket = open("/", options);
      const back = collect(socket, "message-back", 1000);
      for (const i of range(1000)) socket.emit("message", i, i % 100 ? "text" : Buffer.from("bytes"));
      assert.deepEqual(await back, range(1000));
      const ticks = collect(socket, "tick", 1000);
      socket.emit("burst", 1000);
      assert.deepEqual(await ticks, range(1000));
    });

    test("hears its rooms and no others", async () => {
      const [a, b, c] = await Promise.all([client(), client(), client()]);
      const room = "room " + a.id;
      await Promise.all([a.emitWithAck("join", room), b.emitWithAck("join", room), c.emitWithAck("join", "other")]);
      const heard = [];
      for (const [who, socket] of Object.entries({ a, b, c })) socket.on("said", (text) => heard.push(who + text));
      await a.emitWithAck("say", room, "1");
      await a.emitWithAck("say to others", room, "2");
      await b.emitWithAck("leave", room);
      await a.emitWithAck("say", room, "3");
      await a.emitWithAck("say", c.id, "4");
      await Promise.all([a, b, c].map((s) => s.emitWithAck("echo")));
      assert.deepEqual(heard.toSorted(), ["a1", "a3", "b1", "b2", "c4"]);
    });

    test("tells why it ended, on both sides", async () => {
      const watcher = await client();
      for (const [event, reason, told] of [
        ["kick", "io server disconnect", "server namespace disconnect"],
        ["kick out", "io server disconnect", "server namespace disconnect"],
        ["drop", "transport close", "forced close"],
      ]) {
        const socket = await client();
        await watcher.emitWithAck("watch", socket.id);
        const [seen, end] = [once(watcher, "gone " + socket.id), once(socket, "disconnect")];
        socket.emit(event);
        assert.equal((await end)[0], reason);
        assert.equal((await seen)[0], told);
      }
      const socket = await client();
      await watcher.emitWithAck("watch", socket.id);
      const seen = once(watcher, "gone " + socket.id);
      socket.disconnect();
      assert.equal((await seen)[0], "client namespace disconnect");
    });

    test("comes back after the server closed the connection", async () => {
      const socket = await client("/", { reconnection: true, reconnectionDelay: 10 });
      const first = socket.id;
      for (const _ of range(3)) {
        const again = once(socket, "connect");
        socket.emit("drop");
        await again;
        assert.equal(await socket.emitWithAck("echo", "here"), "here");
      }
      assert.notEqual(socket.id, first);
    });

    test("stays through heartbeats", async () => {
      const socket = await client();
      await collect(socket.io, "ping", 3);
      assert.equal(await socket.emitWithAck("echo", 1), 1);
    });
  });
}

test("500 clients at once", { timeout: 60_000 }, async () => {
  const clients = range(500).map(() => open("/", { transports: ["websocket"] }));
  const answers = clients.map(async (socket, i) => {
    const back = collect(socket, "message-back", 3);
    for (const k of range(3)) socket.emit("message", i * 3 + k);
    return [await socket.emitWithAck("echo", i), await back];
  });
  assert.deepEqual(await Promise.all(answers), range(500).map((i) => [i, [i * 3, i * 3 + 1, i * 3 + 2]]));
});
