// One check for each method: it calls the method and holds the answer to what
// the client's types say, or, where those are wrong about ElizaOS 1.7.2 too,
// to what that server answers. They run in this order; what one finds, a later
// one may use.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as shape from "./shape.mjs";

const { has } = shape;
const zero = "00000000-0000-0000-0000-000000000000";

// until asks again and again for what comes in its own time.
async function until(what, find) {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await new Promise((r) => setTimeout(r, 50))) {
    const found = await find();
    if (found) return found;
  }
  assert.fail(`${what} did not come`);
}

export function checks(client) {
  const { agents, messaging, memory, server, system, runs, sessions, jobs, audio, media } = client;
  const me = randomUUID(), friend = randomUUID();
  const found = {};

  // talk makes a DM with the agent in which four messages were said.
  async function talk() {
    const dm = await messaging.createGroupChannel({ name: "talk", participantIds: [me, found.agent], metadata: { type: "DM" } });
    for (const text of ["hello there", "which ships are in the harbour?"]) {
      const said = await messaging.postMessage(dm.id, text);
      await until("an answer", async () => {
        const { messages } = await messaging.getChannelMessages(dm.id);
        return messages.some((m) => m.inReplyToRootMessageId === said.id);
      });
    }
    return dm;
  }

  const list = {
    "server.checkHealth": async () => has(await server.checkHealth(), { status: "word", version: "text", timestamp: "moment", dependencies: { agents: "word" } }),
    "server.ping": async () => has(await server.ping(), { pong: "yes", timestamp: "number" }),
    "server.hello": async () => has(await server.hello(), { message: "word" }),
    "server.getStatus": async () => has(await server.getStatus(), { status: "word", agentCount: "count", timestamp: "moment" }),
    "server.getDebugInfo": async () =>
      has(await server.getDebugInfo(), { runtime: { agents: [shape.agent], connections: "count", memory: "object" }, environment: "object" }),
    "server.submitLogs": async () => {
      const marker = randomUUID();
      has(await server.submitLogs([{ level: "warn", message: marker, source: "sweep" }, { level: "error", message: "two" }]), { received: "count" });
      const { logs } = await system.getGlobalLogs({ level: "warn" });
      assert.ok(logs.some((l) => l.msg.includes(marker)), "the line is not kept");
    },

    "agents.createAgent": async () => {
      const made = await agents.createAgent({ characterJson: { name: `Sweep ${randomUUID()}`, bio: ["Keeps the harbour's log."] } });
      found.agent = has(made, { id: "uuid" }).id;
    },
    "agents.getAgent": async () => has(await agents.getAgent(found.agent), { ...shape.agent, bio: ["text"] }),
    "agents.listAgents": async () => {
      const all = has(await agents.listAgents(), { agents: [{ ...shape.agent, characterName: "text", bio: "text", status: "word" }] });
      assert.ok(all.agents.some((a) => a.id === found.agent));
    },
    "agents.updateAgent": async () => assert.deepEqual(has(await agents.updateAgent(found.agent, { bio: ["Changed."] }), shape.agent).bio, ["Changed."]),
    "agents.startAgent": async () => assert.equal(has(await agents.startAgent(found.agent), { status: "word" }).status, "active"),
    "agents.addAgentToMessageServer": async () =>
      has(await agents.addAgentToMessageServer(zero, found.agent), { messageServerId: "uuid", agentId: "uuid", message: "word" }),
    "agents.getAgentsForMessageServer": async () => assert.ok(has(await agents.getAgentsForMessageServer(zero), { agents: ["uuid"] }).agents.includes(found.agent)),
    "agents.getMessageServersForAgent": async () =>
      assert.ok(has(await agents.getMessageServersForAgent(found.agent), { agentId: "uuid", messageServers: ["uuid"] }).messageServers.includes(zero)),

    "messaging.getCurrentMessageServer": async () => has(await messaging.getCurrentMessageServer(), { messageServerId: "uuid" }),
    "messaging.createMessageServer": async () => {
      const made = await messaging.createMessageServer({ name: "guild", sourceType: "discord", sourceId: "7", metadata: { icon: "x" } });
      found.server = has(made, shape.server).id;
    },
    "messaging.listMessageServers": async () =>
      assert.ok(has(await messaging.listMessageServers(), { messageServers: [shape.server] }).messageServers.some((s) => s.id === found.server)),
    "messaging.syncMessageServerChannels": async () => {
      const channels = [{ name: "general", type: "GROUP", sourceId: "1" }, { name: "voice", type: "VOICE_GROUP", sourceId: "2" }];
      assert.equal(has(await messaging.syncMessageServerChannels(found.server, { channels }), { synced: "count" }).synced, 2);
      await messaging.syncMessageServerChannels(found.server, { channels });
    },
    "messaging.getMessageServerChannels": async () =>
      assert.equal(has(await messaging.getMessageServerChannels(found.server), { channels: [shape.channel] }).channels.length, 2),
    "messaging.createChannel": async () => has(await messaging.createChannel({ name: "alone", type: "GROUP", metadata: { description: "d" } }), shape.channel),
    "messaging.createGroupChannel": async () => {
      found.group = has(await messaging.createGroupChannel({ name: "group", participantIds: [me, friend] }), shape.channel).id;
    },
    "messaging.getOrCreateDmChannel": async () => {
      const [one, two] = [[me, friend], [friend, me]].map((participantIds) => messaging.getOrCreateDmChannel({ participantIds }));
      assert.equal(has(await one, shape.channel).id, (await two).id);
    },
    "messaging.getChannelDetails": async () => has(await messaging.getChannelDetails(found.group), shape.channel),
    "messaging.getChannelParticipants": async () => assert.deepEqual(has(await messaging.getChannelParticipants(found.group), ["uuid"]).toSorted(), [me, friend].toSorted()),
    "messaging.updateChannel": async () => assert.equal(has(await messaging.updateChannel(found.group, { name: "renamed" }), shape.channel).name, "renamed"),
    "messaging.addAgentToChannel": async () => {
      has(await messaging.addAgentToChannel(found.group, found.agent), { channelId: "uuid", agentId: "uuid", message: "word" });
      assert.ok((await messaging.getChannelParticipants(found.group)).includes(found.agent));
    },
    "messaging.removeAgentFromChannel": async () => {
      has(await messaging.removeAgentFromChannel(found.group, found.agent), { channelId: "uuid", agentId: "uuid", message: "word" });
      assert.ok(!(await messaging.getChannelParticipants(found.group)).includes(found.agent));
    },
    "messaging.addUserToChannel": async () => {
      found.third = randomUUID();
      await messaging.addUserToChannel(found.group, found.third);
      assert.deepEqual((await messaging.getChannelParticipants(found.group)).toSorted(), [me, friend, found.third].toSorted());
    },
    "messaging.addUsersToChannel": async () => {
      const more = [randomUUID(), randomUUID()];
      await messaging.addUsersToChannel(found.group, more);
      assert.deepEqual((await messaging.getChannelParticipants(found.group)).toSorted(), [me, friend, found.third, ...more].toSorted());
    },
    "messaging.removeUserFromChannel": async () => {
      await messaging.removeUserFromChannel(found.group, found.third);
      const left = await messaging.getChannelParticipants(found.group);
      assert.ok(left.length === 4 && left.includes(me) && !left.includes(found.third));
    },
    "messaging.postMessage": async () => {
      const said = has(await messaging.postMessage(found.group, "a needle in the group", { priority: "high" }), shape.message);
      assert.deepEqual([said.content, said.channelId, said.metadata.priority], ["a needle in the group", found.group, "high"]);
      found.message = said.id;
    },
    "messaging.getMessage": async () => assert.equal(has(await messaging.getMessage(found.message), shape.message).content, "a needle in the group"),
    "messaging.updateMessage": async () => assert.equal(has(await messaging.updateMessage(found.message, "a pin in the group"), shape.message).content, "a pin in the group"),
    "messaging.searchMessages": async () => {
      const q = { query: "PIN", channelId: found.group, from: new Date(Date.now() - 3600_000), to: new Date(Date.now() + 3600_000), limit: 10, offset: 0 };
      assert.deepEqual(has(await messaging.searchMessages(q), { messages: [shape.message] }).messages.map((m) => m.id), [found.message]);
    },
    "messaging.getChannelMessages": async () => {
      const { messages } = has(await messaging.getChannelMessages(found.group, { limit: 5, before: new Date(Date.now() + 3600_000) }), { messages: [shape.message] });
      assert.deepEqual(messages.map((m) => m.id), [found.message]);
      assert.equal((await messaging.getChannelMessages(found.group, { before: new Date(1e12).toISOString() })).messages.length, 0);
    },
    "messaging.submitMessage": async () => {
      const said = await messaging.submitMessage({ agentId: found.agent, channelId: found.group, content: "I speak", inReplyToMessageId: found.message, metadata: { agentName: "A" } });
      assert.equal(has(said, shape.message).authorId, found.agent);
      assert.equal(said.inReplyToRootMessageId, found.message);
    },
    "messaging.completeMessage": async () => has(await messaging.completeMessage({ messageId: found.message, status: "completed" }), shape.done),
    "messaging.ingestExternalMessages": async () => {
      const messages = [{ id: "m-1", authorId: "u-1", content: "from outside", timestamp: Date.now() }, { id: "m-2", authorId: "u-2", content: "and again", timestamp: Date.now() }];
      assert.equal(has(await messaging.ingestExternalMessages({ platform: "telegram", channelId: `c-${me}`, messages }), { processed: "count" }).processed, 2);
    },
    "messaging.generateChannelTitle": async () => {
      found.dm = (await talk()).id;
      has(await messaging.generateChannelTitle(found.dm, found.agent), { title: "word" });
    },
    "messaging.deleteMessage": async () => {
      has(await messaging.deleteMessage(found.group, found.message), shape.done);
      await assert.rejects(messaging.getMessage(found.message), { status: 404 });
    },
    "messaging.clearChannelHistory": async () => {
      has(await messaging.clearChannelHistory(found.group), shape.done);
      assert.equal((await messaging.getChannelMessages(found.group)).messages.length, 0);
    },
    "messaging.deleteChannel": async () => {
      const { id } = await messaging.createGroupChannel({ name: "short-lived", participantIds: [me] });
      has(await messaging.deleteChannel(id), shape.done);
      await assert.rejects(messaging.getChannelDetails(id), { status: 404 });
    },
    "messaging.deleteMessageServer": async () => {
      has(await messaging.deleteMessageServer(found.server), shape.done);
      assert.ok(!(await messaging.listMessageServers()).messageServers.some((s) => s.id === found.server));
    },

    "sessions.createSession": async () => {
      const made = await sessions.createSession({ agentId: found.agent, userId: me, metadata: { platform: "sweep" } });
      found.session = has(made, shape.session).sessionId;
    },
    "sessions.getSession": async () => has(await sessions.getSession(found.session), { ...shape.session, lastActivity: "moment" }),
    "sessions.listSessions": async () =>
      assert.ok(has(await sessions.listSessions(), { sessions: [shape.session], total: "count" }).sessions.some((s) => s.sessionId === found.session)),
    "sessions.sendMessage": async () => {
      const said = { id: "uuid", content: "word", authorId: "uuid", createdAt: "moment", metadata: "object?" };
      has(await sessions.sendMessage(found.session, { content: "hello" }), said);
    },
    "sessions.sendMessageSync": async () => {
      const answered = await sessions.sendMessageSync(found.session, { content: "anyone there?" });
      has(answered, { id: "uuid", content: "word" });
    },
    "sessions.getMessages": async () => {
      const message = { id: "uuid", content: "word", authorId: "uuid", isAgent: "truth", createdAt: "moment", metadata: "object" };
      const { messages } = has(await sessions.getMessages(found.session, { limit: 10, before: new Date(Date.now() + 1000) }), { messages: [message], hasMore: "truth" });
      assert.ok(messages.some((m) => m.isAgent) && messages.some((m) => !m.isAgent));
    },
    "sessions.checkHealth": async () => has(await sessions.checkHealth(), { status: "word", activeSessions: "count", timestamp: "moment" }),
    "sessions.deleteSession": async () => {
      has(await sessions.deleteSession(found.session), { success: "yes" });
      await assert.rejects(sessions.getSession(found.session), { status: 404 });
    },
    "jobs.create": async () => {
      const made = await jobs.create({ agentId: found.agent, userId: me, content: "hello", timeoutMs: 20_000, metadata: { k: 1 } });
      found.job = has(made, { jobId: "word", status: "word", createdAt: "number", expiresAt: "number" }).jobId;
    },
    "jobs.getJob": async () => assert.equal(has(await jobs.getJob(found.job), shape.job).jobId, found.job),
    "jobs.poll": async () => has(await jobs.poll(found.job, { interval: 100 }), shape.polled),
    "jobs.list": async () =>
      assert.ok(has(await jobs.list({ limit: 10, status: "completed" }), { jobs: [shape.job], total: "count", filtered: "count" }).jobs.some((j) => j.jobId === found.job)),
    "jobs.health": async () => {
      const counts = { pending: "count", processing: "count", completed: "count", failed: "count", timeout: "count" };
      const metrics = { averageProcessingTimeMs: "number", successRate: "number", failureRate: "number", timeoutRate: "number" };
      has(await jobs.health(), { healthy: "yes", timestamp: "number", totalJobs: "count", statusCounts: counts, metrics, maxJobs: "count" });
    },
    "jobs.createAndPoll": async () => has(await jobs.createAndPoll({ agentId: found.agent, userId: me, content: "hello" }, { interval: 100 }), shape.polled),
    "jobs.createAndPollWithBackoff": async () =>
      has(await jobs.createAndPollWithBackoff({ agentId: found.agent, userId: me, content: "hello" }, { initialInterval: 50 }), shape.polled),
    "jobs.ask": async () => has(await jobs.ask(me, "hello", found.agent, { interval: 100 }), "word"),

    "agents.getAgentPanels": async () => {
      const { panels } = has(await agents.getAgentPanels(found.agent), { panels: [{ id: "word", name: "word", url: "word", type: "word" }] });
      assert.match(panels[0].url, /^\/api\/agents\/.*\/plugins\/knowledge\//);
    },

    "media.uploadAgentMedia": async () => {
      const file = new Blob(["The harbour holds the Thistle."], { type: "text/plain" });
      const kept = has(await media.uploadAgentMedia(found.agent, { file, filename: "harbour.txt", contentType: "text/plain", metadata: { mood: "good" } }),
        { url: "word", type: "word", filename: "word", originalName: "word", size: "count" });
      assert.deepEqual([kept.type, kept.originalName, kept.size], ["document", "harbour.txt", file.size]);
      assert.match(kept.url, new RegExp(`^/media/uploads/agents/${found.agent}/`));
    },
    "media.uploadChannelMedia": async () => {
      const file = new File([Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=", "base64")], "dot.png", { type: "image/png" });
      const channel = randomUUID();
      const kept = has(await media.uploadChannelMedia(channel, file), { url: "word", type: "word", filename: "word", size: "count" });
      assert.equal(kept.type, "image/png");
      assert.match(kept.url, new RegExp(`^/media/uploads/channels/${channel}/`));
    },

    "audio.generateSpeech": async () => {
      const { audio: said } = has(await audio.generateSpeech(found.agent, { text: "Which ships are in the harbour?", speed: 1.1 }), { audio: "word", format: "word" });
      found.recording = Buffer.from(said, "base64");
    },
    "audio.synthesizeAudioMessage": async () => {
      const { id: messageId } = await messaging.postMessage(found.group, "The ships wait for the tide.");
      const said = has(await audio.synthesizeAudioMessage(found.agent, { messageId, format: "wav" }), { audio: "word", format: "word" });
      assert.equal(said.format, "wav");
      found.recording = Buffer.from(said.audio, "base64");
    },
    "audio.transcribe": async () => {
      const forms = [found.recording, new Blob([found.recording], { type: "audio/wav" }), found.recording.toString("base64"), `data:audio/wav;base64,${found.recording.toString("base64")}`];
      const heard = [];
      for (const recording of forms) {
        heard.push(has(await audio.transcribe(found.agent, { audio: recording, format: "wav", language: "en" }), { text: "word" }).text);
      }
      assert.equal(new Set(heard).size, 1);
    },
    "audio.speechConversation": async () => {
      const talk = await audio.speechConversation(found.agent, { audio: found.recording, format: "wav", language: "en", metadata: { mood: "good" } });
      has(talk, { text: "word", audio: "word", duration: "number" });
    },
    "audio.processSpeech": async () => has(await audio.processSpeech(found.agent, found.recording, { mood: "good" }), { text: "word", audio: "word", duration: "number" }),

    "runs.listRuns": async () => {
      const all = has(await runs.listRuns(found.agent, { status: "completed", limit: 10, from: 1, to: Date.now() + 1000 }), { runs: [shape.run], total: "count", hasMore: "truth" });
      found.run = all.runs[0].runId;
    },
    "runs.getRun": async () => has(await runs.getRun(found.agent, found.run), { summary: shape.run, events: [{ type: "word", timestamp: "number", data: "object" }] }),
    "agents.getAgentLogs": async () => {
      const logs = has(await agents.getAgentLogs(found.agent, { limit: 5 }), [{ id: "uuid", type: "word?", body: "object?" }]);
      found.log = logs[0].id;
    },
    "agents.deleteAgentLog": async () => {
      has(await agents.deleteAgentLog(found.agent, found.log), shape.done);
      assert.ok(!(await agents.getAgentLogs(found.agent, { limit: 50 })).some((l) => l.id === found.log));
    },

    "memory.getAgentMemories": async () => {
      const all = has(await memory.getAgentMemories(found.agent, { limit: 3 }), { memories: [shape.memory] }).memories;
      assert.equal(all.length, 3);
      found.memory = all[0];
    },
    "memory.getRoomMemories": async () =>
      assert.ok(has(await memory.getRoomMemories(found.agent, found.dm, { limit: 2 }), { memories: [shape.memory] }).memories.length > 0, "the room holds nothing"),
    "memory.getAgentInternalMemories": async () =>
      assert.ok(has(await memory.getAgentInternalMemories(found.agent, found.dm, true), { memories: [shape.memory] }).memories.length > 0, "the room holds nothing"),
    "memory.updateMemory": async () => {
      assert.equal(has(await memory.updateMemory(found.agent, found.memory.id, { content: { text: "changed" } }), { id: "uuid" }).id, found.memory.id);
      const { memories } = await memory.getAgentMemories(found.agent, { limit: 50 });
      assert.equal(memories.find((m) => m.id === found.memory.id).content.text, "changed");
    },
    "memory.updateAgentInternalMemory": async () => has(await memory.updateAgentInternalMemory(found.agent, found.memory.id, { metadata: { a: 1 } }), { id: "uuid" }),
    "memory.deleteMemory": async () => {
      await memory.deleteMemory(found.agent, found.memory.id);
      const { memories } = await memory.getAgentMemories(found.agent, { limit: 50 });
      assert.ok(!memories.some((m) => m.id === found.memory.id));
      found.memory = memories[0];
    },
    "memory.deleteAgentInternalMemory": async () => {
      await memory.deleteAgentInternalMemory(found.agent, found.memory.id);
      assert.ok(!(await memory.getAgentMemories(found.agent, { limit: 50 })).memories.some((m) => m.id === found.memory.id));
    },
    "memory.createRoom": async () => {
      found.room = has(await memory.createRoom(found.agent, { name: "study", type: "GROUP", metadata: { a: 1 } }), shape.room).id;
    },
    "memory.listAgentRooms": async () => assert.ok(has(await memory.listAgentRooms(found.agent), { rooms: [shape.room] }).rooms.some((r) => r.id === found.room)),
    "memory.getRoom": async () => assert.equal(has(await memory.getRoom(found.agent, found.room), shape.room).name, "study"),
    "memory.createWorldFromMessageServer": async () => {
      const made = await memory.createWorldFromMessageServer(zero, { messageServerId: zero, name: "the world", description: "d" });
      found.world = has(made, { worldId: "uuid" }).worldId;
    },
    "agents.getWorlds": async () => has(await agents.getWorlds(), { worlds: [{ id: "uuid", name: "text" }] }),
    "agents.addAgentToWorld": async () => has(await agents.addAgentToWorld(found.agent, found.world), shape.done),
    "agents.updateAgentWorldSettings": async () => {
      const { world } = await agents.addAgentToWorld(found.agent, found.world);
      const changed = await agents.updateAgentWorldSettings(found.agent, world?.id ?? found.world, { mood: "calm" });
      assert.equal(has(changed, { worldId: "uuid", settings: "object" }).settings.mood, "calm");
    },
    "memory.clearWorldMemories": async () => has(await memory.clearWorldMemories(zero), { deleted: "count?" }),
    "memory.deleteWorld": async () => has(await memory.deleteWorld(zero), shape.done),
    "memory.clearRoomMemories": async () => {
      const { id } = await talk();
      const cleared = await memory.clearRoomMemories(found.agent, id);
      assert.ok(cleared.success === true || cleared.deleted >= 0, `cleared: ${JSON.stringify(cleared)}`);
      assert.equal((await memory.getRoomMemories(found.agent, id)).memories.length, 0);
    },
    "memory.deleteAllAgentInternalMemories": async () => {
      const { id } = await talk();
      const cleared = await memory.deleteAllAgentInternalMemories(found.agent, id);
      assert.ok(cleared.success === true || cleared.deleted >= 0, `cleared: ${JSON.stringify(cleared)}`);
      assert.equal((await memory.getAgentInternalMemories(found.agent, id)).memories.length, 0);
    },
    "memory.clearAgentMemories": async () => {
      has(await memory.clearAgentMemories(found.agent), { deleted: "count" });
      assert.equal((await memory.getAgentMemories(found.agent)).memories.length, 0);
    },
    "memory.deleteGroupMemory": async () => {
      const { id } = await messaging.postMessage(found.group, "to be forgotten");
      has(await memory.deleteGroupMemory(found.group, id), shape.done);
      await assert.rejects(messaging.getMessage(id), { status: 404 });
    },
    "memory.clearGroupChat": async () => {
      await messaging.postMessage(found.group, "to be forgotten");
      has(await memory.clearGroupChat(found.group), shape.done);
      assert.equal((await messaging.getChannelMessages(found.group)).messages.length, 0);
    },

    "system.getEnvironment": async () => has(await system.getEnvironment(), "object"),
    "system.updateLocalEnvironment": async () => {
      await system.updateLocalEnvironment({ variables: { SWEEP_A: "one" } });
      await system.updateLocalEnvironment({ content: { SWEEP_B: "two" } });
      await system.updateLocalEnvironment({ SWEEP_C: "three" });
      const names = Object.keys(await system.getEnvironment());
      for (const name of ["SWEEP_A", "SWEEP_B", "SWEEP_C"]) assert.ok(names.includes(name), `${name} is not kept`);
    },
    "system.getGlobalLogs": async () => {
      const line = { time: "number", level: "number", msg: "text" };
      has(await system.getGlobalLogs({ level: "all", agentName: "all", agentId: "all" }), { logs: [line], count: "count", total: "count", level: "word", levels: ["word"] });
    },
    "system.deleteGlobalLogs": async () => {
      await server.submitLogs([{ level: "error", message: "gone soon" }]);
      has(await system.deleteGlobalLogs(), { status: "word", message: "word" });
      assert.ok(!(await system.getGlobalLogs()).logs.some((l) => l.msg.includes("gone soon")));
    },
    "system.deleteLog": () => assert.rejects(system.deleteLog("x"), /not supported/), // the client refuses by itself
    "server.clearLogs": async () => has(await server.clearLogs(), { status: "word", message: "word" }),

    "agents.removeAgentFromMessageServer": async () => {
      has(await agents.removeAgentFromMessageServer(zero, found.agent), { messageServerId: "uuid", agentId: "uuid", message: "word" });
      assert.ok(!(await agents.getAgentsForMessageServer(zero)).agents.includes(found.agent));
    },
    "agents.stopAgent": async () => has(await agents.stopAgent(found.agent), { message: "word" }),
    "agents.deleteAgent": async () => {
      has(await agents.deleteAgent(found.agent), shape.done);
      await assert.rejects(agents.getAgent(found.agent), { status: 404 });
    },
    "server.stopServer": async () => has(await server.stopServer(), { message: "word" }),
  };
  return list;
}
