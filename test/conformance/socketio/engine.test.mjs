import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Socket } from "engine.io-client";
import { collect, once, range, server, transports } from "./open.mjs";

for (const [name, list] of Object.entries(transports)) {
  describe("engine over " + name, { timeout: 30_000 }, () => {
    const open = () => new Socket(server, { path: "/engine.io", transports: list });

    test("gets back what it sends, in order", async () => {
      const socket = open();
      const back = collect(socket, "message", 1000);
      await once(socket, "open");
      for (const i of range(1000)) socket.send("é" + i);
      assert.deepEqual(await back, range(1000).map((i) => "é" + i));
      const bytes = collect(socket, "message", 1);
      socket.send(Buffer.from([0, 1, 255]));
      assert.deepEqual([...new Uint8Array((await bytes)[0])], [0, 1, 255]);
      socket.close();
    });

    test("loses nothing while the transport changes", async () => {
      for (const _ of range(10)) {
        const socket = open();
        const back = collect(socket, "message", 200);
        await once(socket, "open");
        for (const i of range(200)) {
          socket.send(String(i));
          if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        }
        assert.deepEqual(await back, range(200).map(String));
        socket.close();
      }
    });

    test("is closed by the server", async () => {
      const socket = open();
      await once(socket, "open");
      const end = once(socket, "close");
      socket.send("close me");
      assert.equal((await end)[0], "transport close");
    });
  });
}
