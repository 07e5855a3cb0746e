// The server's log over sockets and server-sent events.
import assert from "node:assert/strict";
import test from "node:test";
import { agent, dialects, listen, nobody, places, rest } from "./client.mjs";

// write adds a line to the log, as a client of the REST API does.
const write = (place, level, message, metadata) => rest(place.server, "POST", "/api/server/logs", { logs: [{ level, message, metadata }] }, 200);

const words = {
  documents: ["log_update", (d) => d.message, (d) => d.level === "error" && /^\d{4}-/.test(d.timestamp) && d.id && ["agent", "server"].includes(d.category)],
  servers: ["log_stream", (d) => d.payload.msg, (d) => d.type === "log_entry" && d.payload.level === 50 && d.payload.time > 0],
  OpenAPI: ["logEntry", (d) => d.msg, (d) => d.level === 50 && d.time > 0],
};

for (const place of places) {
  for (const [name, [event, text, whole]] of Object.entries(words)) {
    test(`${name}, ${place.name}: the log is followed, chosen from and left`, async (t) => {
      const ear = await listen(t, place);
      await ear.join(dialects[name], nobody);
      const mark = `line for ${ear.id}`;
      if (name === "servers") {
        const early = await ear.ask("update_log_filters", { level: "warn" });
        assert.deepEqual(early, { success: false, error: "Not subscribed to log stream" });
        assert.deepEqual(await ear.next("log_filters_updated"), early);
      }
      const confirmed = await ear.ask("subscribe_logs");
      assert.deepEqual(confirmed, { subscribed: true, message: "Successfully subscribed to log stream" });
      assert.deepEqual(await ear.next("log_subscription_confirmed"), confirmed);
      const filter = name === "documents" ? "set_log_filter" : "update_log_filters";
      if (name !== "OpenAPI") {
        assert.deepEqual(await ear.ask(filter, { level: "warn" }), { success: true, filters: { level: "warn" } });
        for (const bad of [{ level: "loud" }, { level: 1e9 }, "x", 5, { agentName: {} }, { agentId: "x" }]) {
          const refused = await ear.ask(filter, bad);
          assert.equal(refused.success, false, JSON.stringify(bad));
          assert.deepEqual(await ear.next("log_filters_updated", (d) => d.error === refused.error), refused);
        }
        await write(place, "info", mark + " info");
      }
      await write(place, "error", mark + " error");
      const line = await ear.next(event, (d) => text(d).startsWith(mark + " error"));
      assert.ok(whole(line), JSON.stringify(line));
      if (name !== "OpenAPI") {
        assert.deepEqual(ear.all(event).filter((d) => text(d).includes(" info")), []);
        await ear.ask(filter, { level: "all", agentName: "Eliza" });
        await write(place, "fatal", mark + " of nobody");
        await write(place, "trace", mark + " of Eliza", { agentName: "Eliza" });
        await write(place, "trace", mark + " by id", { agentId: agent });
        await ear.next(event, (d) => text(d).startsWith(mark + " by id"));
        await ear.next(event, (d) => text(d).startsWith(mark + " of Eliza"));
        assert.deepEqual(ear.all(event).filter((d) => text(d).includes("of nobody")), []);
      }
      const left = await ear.ask("unsubscribe_logs");
      assert.deepEqual(left, { subscribed: false, message: "Successfully unsubscribed from log stream" });
      const from = ear.heard.length;
      await write(place, "error", mark + " too late");
      await ear.ask("unsubscribe_logs");
      for (const [other] of Object.values(words)) {
        assert.deepEqual(ear.all(other, from), []);
        if (other !== event) assert.deepEqual(ear.all(other), []);
      }
    });
  }

  test(`${place.name}: the log is followed over server-sent events, also after a break`, async () => {
    const headers = place.server.key ? { "X-API-KEY": place.server.key } : {};
    const follow = async (query, last) => {
      const stop = new AbortController();
      const response = await fetch(`${place.server.url}/api/server/logs/stream${query}`, { headers: { ...headers, ...(last ? { "Last-Event-ID": last } : {}) }, signal: stop.signal });
      assert.equal(response.headers.get("content-type"), "text/event-stream");
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let read = "";
      const until = async (what) => {
        const there = () => (what instanceof RegExp ? what.test(read) : read.includes(what));
        while (!there()) read += (await reader.read()).value;
        return read;
      };
      await until("\n\n");
      return { until, stop: () => stop.abort() };
    };
    const mark = `sse ${Math.random()}`;
    const stream = await follow("?level=warn");
    await write(place, "info", mark + " one");
    await write(place, "warn", mark + " two");
    const read = await stream.until(mark + " two");
    assert.ok(!read.includes(mark + " one"));
    assert.match(read, /^event: ready\n/);
    const id = /two[^\n]*\nid: (\S+)\n\n/.exec(await stream.until(/two[^\n]*\nid: \S+\n\n/))[1];
    stream.stop();
    await write(place, "warn", mark + " three");
    const again = await follow("?level=warn", id);
    const rested = await again.until(mark + " three");
    assert.ok(!rested.includes(mark + " two"));
    again.stop();
    assert.equal((await fetch(`${place.server.url}/api/server/logs/stream?level=loud`, { headers })).status, 400);
    if (place.server.key) assert.equal((await fetch(`${place.server.url}/api/server/logs/stream`)).status, 401);
  });
}
