// Sessions and jobs through ElizaOS's own client of the REST API, version
// 1.7.2, and the news of a session through socket.io-client.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ApiError, ElizaClient } from "@elizaos/api-client";
import { io } from "socket.io-client";

const base = process.env.ELIZAD_URL;
const agentId = "b850bc30-45f8-0041-a00a-83df46d8555d";
const { sessions, jobs, messaging } = ElizaClient.create({ baseUrl: base });
const userId = randomUUID();

const fails = (code, status) => (error) => error instanceof ApiError && error.code === code && error.status === status;

// script says what the model answers the next calls with.
async function script(...replies) {
  const response = await fetch(process.env.STUB_URL + "/stub/script", { method: "POST", body: JSON.stringify(replies) });
  assert.ok(response.ok);
}

const begin = (timeoutConfig) => sessions.createSession({ agentId, userId, metadata: { platform: "test" }, timeoutConfig });

test("a session from its beginning to its end", async () => {
  const begun = await begin({ timeoutMinutes: 10, autoRenew: true, maxDurationMinutes: 60, warningThresholdMinutes: 2 });
  assert.deepEqual(
    [begun.agentId, begun.userId, begun.metadata, begun.timeoutConfig],
    [agentId, userId, { platform: "test" }, { timeoutMinutes: 10, autoRenew: true, maxDurationMinutes: 60, warningThresholdMinutes: 2 }],
  );
  assert.equal(new Date(begun.expiresAt) - new Date(begun.createdAt), 600_000);
  const info = await sessions.getSession(begun.sessionId);
  assert.equal(info.renewalCount, 0);
  assert.ok(info.timeRemaining > 590_000 && info.isNearExpiration === false);
  assert.ok((await sessions.listSessions()).sessions.some((s) => s.sessionId === begun.sessionId));
  const health = await sessions.checkHealth();
  assert.equal(health.status, "healthy");
  assert.ok(health.activeSessions >= 1);

  const sent = await sessions.sendMessage(begun.sessionId, { content: "hello", metadata: { n: 1 } });
  assert.deepEqual([sent.content, sent.authorId, sent.metadata.n, sent.sessionStatus.wasRenewed], ["hello", userId, 1, true]);
  assert.equal(sent.userMessage.id, sent.id);
  while ((await sessions.getMessages(begun.sessionId)).messages.length < 2) await pause(5);
  const waited = await sessions.sendMessageSync(begun.sessionId, { content: "and now?" });
  assert.equal(waited.agentResponse.text, "You said: and now?");
  assert.equal(waited.sessionStatus.renewalCount, 2);

  const all = await sessions.getMessages(begun.sessionId);
  assert.deepEqual(all.messages.map((m) => [m.content, m.isAgent]), [
    ["You said: and now?", true], ["and now?", false], ["You said: hello", true], ["hello", false],
  ]);
  const page = await sessions.getMessages(begun.sessionId, { limit: 1 });
  assert.deepEqual([page.messages.length, page.hasMore, page.messages[0].id], [1, true, all.messages[0].id]);
  const none = await sessions.getMessages(begun.sessionId, { before: new Date(1) });
  assert.deepEqual([none.messages, none.hasMore], [[], false]);

  await sessions.deleteSession(begun.sessionId);
  await assert.rejects(sessions.getSession(begun.sessionId), fails("SESSION_NOT_FOUND", 404));
  assert.equal((await messaging.getChannelMessages(begun.channelId)).messages.length, 4);
});

test("what sessions refuse", async () => {
  await assert.rejects(sessions.createSession({ agentId: randomUUID(), userId }), fails("AGENT_NOT_FOUND", 404));
  await assert.rejects(sessions.createSession({ agentId: "me", userId }), fails("VALIDATION_ERROR", 400));
  await assert.rejects(sessions.getSession(randomUUID()), fails("SESSION_NOT_FOUND", 404));
  const { sessionId } = await begin();
  await assert.rejects(sessions.sendMessage(sessionId, { content: "x", metadata: "x" }), fails("VALIDATION_ERROR", 400));
  await assert.rejects(sessions.sendMessage(sessionId, { content: "x".repeat(4001) }), fails("VALIDATION_ERROR", 400));
  await script({ status: 400 });
  await assert.rejects(sessions.sendMessageSync(sessionId, { content: "x" }), fails("MODEL_ERROR", 500));
});

test("a socket that joins a session hears how long it lasts and what is said", async (t) => {
  const { sessionId } = await begin({ timeoutMinutes: 5, warningThresholdMinutes: 5 });
  const socket = io(base, { forceNew: true, transports: ["websocket"], auth: { entityId: userId } });
  t.after(() => socket.close());
  const next = (name) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${name} came`)), 15_000);
    socket.once(name, (data) => (clearTimeout(late), resolve(data)));
  });
  const joined = next("channel_joined");
  socket.emit("1", { channelId: sessionId, entityId: userId });
  await joined;
  const [renewed, said, complete] = [next("sessionRenewed"), next("messageBroadcast"), next("messageComplete")];
  await sessions.sendMessage(sessionId, { content: "hello" });
  assert.deepEqual({ ...(await renewed), expiresAt: 0 }, { sessionId, renewalCount: 1, expiresAt: 0 });
  assert.equal((await said).text, "hello");
  await complete;
});

// events reads server-sent events until one that enough takes, or the end.
async function events(response, enough = () => false) {
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const heard = [];
  let text = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text += piece).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const field = (name) => block.match(new RegExp(`^${name}: ?(.*)$`, "m"))?.[1];
      if (!field("data")) continue; // a comment
      heard.push({ id: field("id"), name: field("event"), data: JSON.parse(field("data")) });
      if (enough(heard.at(-1))) return heard; // which ends the connection
    }
  }
  return heard;
}

test("a session's answer is a stream that goes on after a cut", async () => {
  const { sessionId } = await begin();
  const content = "tell me about the tides and the boats in the harbour, please";
  const say = (lastEventId) => fetch(`${base}/api/messaging/sessions/${sessionId}/messages`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": "one", ...(lastEventId && { "Last-Event-ID": lastEventId }) },
    body: JSON.stringify({ content, transport: "sse" }),
  });
  const before = await events(await say(), (e) => e.name === "chunk" && e.data.index === 1);
  const after = await events(await say(before.at(-1).id));
  const all = [...before, ...after];
  const chunks = all.filter((e) => e.name === "chunk").map((e) => e.data);
  assert.deepEqual(all.map((e) => e.name), ["user_message", ...chunks.map(() => "chunk"), "done"]);
  assert.deepEqual(chunks.map((c) => c.index), chunks.map((_, i) => i));
  const text = "You said: " + content;
  assert.deepEqual([chunks.map((c) => c.chunk).join(""), all.at(-1).data.text, all[0].data.content], [text, text, content]);
  assert.deepEqual((await sessions.getMessages(sessionId)).messages.map((m) => m.content), [text, content]);
});

test("a session is followed without Socket.IO", async () => {
  const { sessionId } = await begin();
  const feed = await fetch(`${base}/api/messaging/channels/${sessionId}/events`);
  const complete = events(feed, (e) => e.name === "messageComplete");
  await sessions.sendMessage(sessionId, { content: "hello" });
  const heard = (await complete).filter((e) => e.name !== "messageStreamChunk");
  assert.deepEqual(heard.map((e) => e.name).toSorted(), ["messageBroadcast", "messageBroadcast", "messageComplete", "messageDelivery", "ready", "sessionRenewed"]);
  assert.equal(heard.find((e) => e.name === "sessionRenewed").data.renewalCount, 1);
});

test("a session near its end warns its sockets", async (t) => {
  const socket = io(base, { forceNew: true, transports: ["websocket"], auth: { entityId: userId } });
  t.after(() => socket.close());
  const warned = new Promise((resolve) => socket.once("sessionExpirationWarning", resolve));
  // The shortest session is near its end at once; the warning comes when the
  // server next looks, and again when the session was renewed out of it.
  const { sessionId } = await begin({ timeoutMinutes: 5, warningThresholdMinutes: 1 });
  await new Promise((resolve) => socket.emit("1", { channelId: sessionId, entityId: userId }, resolve));
  const changed = await fetch(`${base}/api/messaging/sessions/${sessionId}/timeout`, {
    method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ warningThresholdMinutes: 5 }),
  });
  assert.equal((await changed.json()).isNearExpiration, true);
  const warning = await warned;
  assert.deepEqual([warning.sessionId, warning.minutesRemaining], [sessionId, 5]);
});

test("a job is asked for, polled and answered", async () => {
  const begun = await jobs.create({ userId, agentId, content: "what?", metadata: { k: 1 } });
  assert.deepEqual([begun.status, begun.expiresAt - begun.createdAt], ["processing", 30_000]);
  const seen = [];
  const polled = await jobs.poll(begun.jobId, { interval: 20, onProgress: (job) => seen.push(job.status) });
  assert.equal(polled.success, true);
  assert.equal(polled.job.result.message.content, "You said: what?");
  assert.equal(polled.job.result.message.authorId, agentId);
  assert.deepEqual([polled.job.prompt, polled.job.metadata, seen.at(-1)], ["what?", { k: 1 }, "completed"]);
  assert.deepEqual(await jobs.getJob(begun.jobId), polled.job);
});

test("jobs in every way that the client has", async () => {
  const params = (content) => ({ userId, content });
  assert.equal(await jobs.ask(userId, "short?"), "You said: short?");
  assert.equal((await jobs.createAndPoll(params("one"), { interval: 20 })).job.result.message.content, "You said: one");
  assert.equal((await jobs.createAndPollWithBackoff(params("two"), { initialInterval: 20 })).job.result.message.content, "You said: two");
  await script({ status: 400 });
  const failed = await jobs.createAndPoll(params("three"), { interval: 20 });
  assert.deepEqual([failed.success, failed.job.status, failed.job.reason, failed.job.result], [false, "failed", "model_error", undefined]);
  await script({ hang: true });
  const late = await jobs.createAndPoll({ ...params("four"), timeoutMs: 1000 }, { interval: 100 });
  assert.deepEqual([late.success, late.job.status, late.job.error], [false, "timeout", "Job timed out waiting for agent response"]);
  const listed = await jobs.list({ limit: 2 });
  assert.deepEqual([listed.jobs.map((j) => j.prompt), listed.filtered], [["four", "three"], 2]);
  assert.deepEqual((await jobs.list({ status: "timeout" })).jobs.map((j) => j.jobId), [late.job.jobId]);
  const health = await jobs.health();
  assert.deepEqual([health.healthy, health.statusCounts.timeout, health.statusCounts.failed, health.maxJobs], [true, 1, 1, 10_000]);
  assert.ok(health.metrics.successRate > 0.5 && health.totalJobs === listed.total);
});

test("what jobs refuse", async () => {
  await assert.rejects(jobs.create({ userId, content: "" }), fails("INVALID_REQUEST", 400));
  await assert.rejects(jobs.create({ userId, content: "x", agentId: randomUUID() }), fails("AGENT_NOT_FOUND", 404));
  await assert.rejects(jobs.getJob(randomUUID()), fails("NOT_FOUND", 404));
});
