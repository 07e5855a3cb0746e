import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { io as oldIO } from "old-socket.io-client";
import { closeAll, collect, connected, once, open, range, server, transports } from "./open.mjs";

afterEach(closeAll);

const path = "/recovery/";

for (const [name, list] of Object.entries(transports)) {
  describe("recovery over " + name, { timeout: 30_000 }, () => {
    const options = { path, transports: list, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 50 };
    const client = (more) => connected(open("/", { ...options, ...more }));

    // away breaks the connection, calls f before the client is back, and waits for
    // that. A client that closes while it upgrades would repeat by itself what it
    // got in that moment, whatever the server does.
    const away = async (socket, f) => {
      if (name === "upgrade" && socket.io.engine.transport.name === "polling") await once(socket.io.engine, "upgrade");
      const [gone, back] = [once(socket, "disconnect"), once(socket, "connect")];
      socket.io.engine.close();
      await gone;
      await f();
      await back;
    };

    test("comes back as itself, and hears what it missed", async () => {
      const [socket, other] = [await client(), await client()];
      const room = "room " + socket.id;
      await socket.emitWithAck("join", room);
      assert.equal(socket.recovered, false);
      const heard = [];
      socket.on("said", (words) => heard.push(words));
      const id = socket.id;
      for (const i of range(5)) {
        await other.emitWithAck("say", room, "before " + i);
        await away(socket, async () => {
          await other.emitWithAck("say", room, "during " + i);
          await other.emitWithAck("say", "elsewhere", "not for it");
          await other.emitWithAck("say", id, "to it alone " + i);
        });
        assert.ok(socket.recovered);
        assert.equal(socket.id, id);
        await other.emitWithAck("say", room, "after " + i);
      }
      await socket.emitWithAck("echo");
      assert.deepEqual(heard, range(5).flatMap((i) => ["before " + i, "during " + i, "to it alone " + i, "after " + i]));
    });

    test("comes back after the server dropped the connection", async () => {
      const socket = await client();
      const id = socket.id;
      const back = once(socket, "connect");
      socket.emit("drop");
      await back;
      assert.deepEqual([socket.recovered, socket.id], [true, id]);
    });

    test("is somebody new after an end on purpose", async () => {
      const socket = await client();
      for (const end of [() => socket.disconnect(), () => socket.emit("kick")]) {
        const id = socket.id;
        const gone = once(socket, "disconnect");
        end();
        await gone;
        await connected(socket.connect());
        assert.equal(socket.recovered, false);
        assert.notEqual(socket.id, id);
      }
    });

    test("hears binary events that it missed", async () => {
      const [socket, other] = [await client(), await client()];
      const id = socket.id;
      const said = once(socket, "said");
      const bytes = Buffer.from(range(256));
      await away(socket, () => other.emitWithAck("say", id, { deep: bytes }));
      assert.ok(bytes.equals((await said)[0].deep));
    });

    test("clients from before recovery come back as somebody new", async () => {
      const socket = await connected(oldIO(server, { ...options, forceNew: true }));
      const ticks = collect(socket, "tick", 10);
      socket.emit("burst", 10);
      assert.deepEqual(await ticks, range(10));
      const [id, back] = [socket.id, once(socket, "connect")];
      socket.io.engine.close();
      await back;
      assert.notEqual(socket.id, id);
      socket.disconnect();
    });
  });
}
