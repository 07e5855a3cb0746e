// ElizaOS's own client of the REST API, version 1.7.2.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { ApiError, ElizaClient } from "@elizaos/api-client";
import { agent as eliza, base, deliveries, rest, zero } from "./client.mjs";

const { agents, messaging, server, runs } = ElizaClient.create({ baseUrl: base });
const me = randomUUID();

const fails = (code, status) => (error) => error instanceof ApiError && error.code === code && error.status === status;

test("server", async () => {
  assert.equal((await server.ping()).pong, true);
  assert.deepEqual(await server.hello(), { message: "Hello World!" });
  assert.equal((await server.getStatus()).status, "ok");
  assert.equal((await server.checkHealth()).dependencies.agents, "healthy");
});

test("agents", async () => {
  const made = await agents.createAgent({ characterJson: { name: "Harbor", bio: ["Keeps the log."], settings: { a: 1 } } });
  assert.equal((await agents.getAgent(made.id)).status, "inactive");
  assert.equal((await agents.startAgent(made.id)).status, "active");
  assert.ok((await agents.listAgents()).agents.some((a) => a.id === made.id && a.status === "active"));
  const changed = await agents.updateAgent(made.id, { bio: ["Changed."], settings: { b: 2 } });
  assert.deepEqual([changed.bio, changed.settings], [["Changed."], { a: 1, b: 2 }]);
  assert.ok((await agents.getAgentsForMessageServer(zero)).agents.includes(made.id));
  assert.ok((await agents.getMessageServersForAgent(made.id)).messageServers.includes(zero));
  await agents.removeAgentFromMessageServer(zero, made.id);
  assert.ok(!(await agents.getAgentsForMessageServer(zero)).agents.includes(made.id));
  await agents.addAgentToMessageServer(zero, made.id);
  await agents.stopAgent(made.id);
  await assert.rejects(agents.stopAgent(made.id), fails("NOT_FOUND", 404));
  assert.deepEqual(await agents.deleteAgent(made.id), { success: true });
  await assert.rejects(agents.getAgent(made.id), fails("NOT_FOUND", 404));
  await assert.rejects(agents.getAgent("me"), fails("INVALID_ID", 400));
  await assert.rejects(agents.createAgent({ characterJson: {} }), fails("CREATE_ERROR", 400));
});

test("channels", async () => {
  const group = await messaging.createGroupChannel({ name: "harbour", participantIds: [me], metadata: { type: "GROUP", note: "x" } });
  assert.deepEqual([group.name, group.type, group.messageServerId, group.metadata.note], ["harbour", "GROUP", zero, "x"]);
  assert.equal((await messaging.createChannel({ name: "bare", type: "GROUP" })).name, "bare");
  const known = { ...group, metadata: { ...group.metadata, participantCentralUserIds: [me] } };
  assert.deepEqual(await messaging.getChannelDetails(group.id), known);
  await messaging.addAgentToChannel(group.id, eliza);
  assert.deepEqual((await messaging.getChannelParticipants(group.id)).toSorted(), [me, eliza].toSorted());
  await messaging.removeAgentFromChannel(group.id, eliza);
  assert.deepEqual(await messaging.getChannelParticipants(group.id), [me]);
  assert.equal((await messaging.updateChannel(group.id, { name: "port" })).name, "port");
  assert.ok((await messaging.getMessageServerChannels(zero)).channels.some((c) => c.id === group.id));
  const dm = await messaging.getOrCreateDmChannel({ participantIds: [me, eliza] });
  assert.equal((await messaging.getOrCreateDmChannel({ participantIds: [me, eliza] })).id, dm.id);
  assert.deepEqual(await messaging.deleteChannel(group.id), { success: true });
  await assert.rejects(messaging.getChannelDetails(group.id), fails("NOT_FOUND", 404));
});

test("message servers", async () => {
  assert.equal((await messaging.getCurrentMessageServer()).messageServerId, zero);
  await messaging.createMessageServer({ name: "guild", sourceType: "discord" });
  assert.deepEqual((await messaging.listMessageServers()).messageServers.map((s) => s.name).includes("guild"), true);
});

test("messages and runs", async () => {
  const dm = await messaging.getOrCreateDmChannel({ participantIds: [me, eliza] });
  const path = `/api/messaging/channels/${dm.id}/messages`;
  const { userMessage } = (await rest("POST", path, { author_id: me, content: "hello", transport: "http" })).body;
  const { messages } = await messaging.getChannelMessages(dm.id, { limit: 10 });
  assert.deepEqual(messages.map((m) => [m.authorId, m.content]), [[eliza, "You said: hello"], [me, "hello"]]);
  for (const moment of [Date.now() + 3600_000, new Date(Date.now() + 3600_000), new Date(Date.now() + 3600_000).toISOString()])
    assert.equal((await messaging.getChannelMessages(dm.id, { before: moment })).messages.length, 2);
  assert.equal((await messaging.getChannelMessages(dm.id, { before: new Date(messages[1].createdAt) })).messages.length, 0);
  assert.equal((await messaging.getMessage(userMessage.id)).content, "hello");
  const [{ runId }] = await deliveries(userMessage.id);
  assert.ok((await runs.listRuns(eliza, { limit: 5 })).runs.some((r) => r.runId === runId));
  assert.equal((await runs.getRun(eliza, runId)).summary.status, "completed");
  assert.deepEqual(await messaging.deleteMessage(dm.id, userMessage.id), { success: true });
  await messaging.clearChannelHistory(dm.id);
  assert.deepEqual((await messaging.getChannelMessages(dm.id)).messages, []);
});
