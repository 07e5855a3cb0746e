// What the tests share: the servers, the dialects, and a socket that keeps
// everything it hears.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

const { OPEN_URL, KEYED_URL, ISOLATED_URL, STUB_URL, KEY } = process.env;
export const agent = "b850bc30-45f8-0041-a00a-83df46d8555d";
export const zero = "00000000-0000-0000-0000-000000000000";
export const nobody = "99999999-9999-4999-8999-999999999999";
const patience = 15000;

export const open = { name: "open", url: OPEN_URL };
export const keyed = { name: "with a key", url: KEYED_URL, key: KEY };
export const isolated = { name: "isolated", url: ISOLATED_URL };

// places are the ways in which everything is tried.
export const places = [open, keyed].flatMap((server) => ["websocket", "polling"].map((transport) => ({ server, transport, name: `${server.name}, ${transport}` })));

// rest asks a server and returns the body of its answer.
export async function rest(server, method, path, body, status) {
  const headers = { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(server.key ? { "X-API-KEY": server.key } : {}) };
  const response = await fetch(server.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(patience) });
  const text = await response.text();
  if (status) assert.equal(response.status, status, text);
  return text ? JSON.parse(text) : undefined;
}

// channel makes a channel and returns its id.
export async function channel(server, ...participants) {
  const body = { name: "room", type: "GROUP", message_server_id: zero, participantCentralUserIds: participants };
  return (await rest(server, "POST", "/api/messaging/channels", body, 201)).data.id;
}

// script says what the model answers the next calls with.
export async function script(...replies) {
  const response = await fetch(STUB_URL + "/stub/script", { method: "POST", body: JSON.stringify(replies) });
  assert.ok(response.ok, await response.text());
}

// dialects are the published sets of events: how each joins, leaves and speaks,
// and with which words it is answered.
export const dialects = {
  documents: {
    join: (channelId, ear) => ["join_channel", { channelId, entityId: ear.id, serverId: zero }],
    leave: (channelId) => ["leave_channel", { channelId }],
    send: (channelId, text, ear, more) => ["send_message", { channelId, serverId: zero, entityId: ear.id, entityName: "Ada", text, messageId: randomUUID(), ...more }],
    status: "success",
    refused: "messageError",
    missing: "For send_message: channelId, serverId, entityId and text are required.",
    required: ["channelId", "serverId", "entityId", "text"],
  },
  servers: {
    join: (channelId, ear) => ["message", { type: 1, payload: { channelId, roomId: channelId, entityId: ear.id } }],
    leave: (channelId) => ["leave_channel", { channelId }], // it has none
    send: (channelId, message, ear, more) => [
      "message",
      { type: 2, payload: { channelId, messageServerId: zero, senderId: ear.id, senderName: "Ada", message, messageId: randomUUID(), source: "client_chat", ...more } },
    ],
    status: "received_by_server_and_processing",
    refused: "messageError",
    missing: "For SEND_MESSAGE: channelId, messageServerId (message_server_id), senderId (author_id), and message are required.",
    required: ["channelId", "messageServerId", "senderId", "message"],
  },
  numbers: {
    join: (roomId, ear) => ["1", { roomId, entityId: ear.id }],
    leave: (channelId) => ["leave", { roomId: channelId }], // it has none
    send: (roomId, message, ear, more) => ["2", { roomId, serverId: zero, senderId: ear.id, senderName: "Ada", message, messageId: randomUUID(), ...more }],
    status: "received_by_server_and_processing",
    refused: "messageError",
    missing: "For SEND_MESSAGE: channelId, messageServerId (message_server_id), senderId (author_id), and message are required.",
    required: ["roomId", "serverId", "senderId", "message"],
  },
  OpenAPI: {
    join: (roomId) => ["join", { roomId, agentId: agent }],
    leave: (roomId) => ["leave", { roomId, agentId: agent }],
    send: (roomId, text, ear, more) => ["message", { text, roomId, userId: ear.id, name: "Ada", messageId: randomUUID(), ...more }],
    status: "received_by_server_and_processing",
    refused: "error",
    missing: "For message: roomId, userId and text are required.",
    required: ["roomId", "text"],
  },
};

// Ear is a connected socket with everything it has heard, in order.
export class Ear {
  heard = [];
  #waiting = new Set();

  constructor({ server = open, transport = "websocket", auth, id = randomUUID(), ...options } = {}) {
    this.id = id;
    auth ??= { entityId: id, ...(server.key ? { apiKey: server.key } : {}) };
    this.socket = io(server.url, { forceNew: true, reconnection: false, transports: [transport], auth, ...options });
    this.socket.onAny((name, data) => this.#hear({ name, data }));
    for (const name of ["connect", "connect_error", "disconnect"]) this.socket.on(name, (data) => this.#hear({ name, data }));
  }

  #hear(event) {
    this.heard.push(event);
    for (const check of [...this.#waiting]) check();
  }

  // next waits for the first event that fits, from a place in what was heard.
  next(name, fits = () => true, from = 0) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.heard.slice(from).find((e) => e.name === name && fits(e.data ?? {}));
        if (!found) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(found.data);
      };
      const timer = setTimeout(() => reject(new Error(`no ${name} came; heard ${JSON.stringify(this.heard.slice(from)).slice(0, 3000)}`)), patience);
      this.#waiting.add(check);
      check();
    });
  }

  // all is what was heard of an event, from a place on.
  all(name, from = 0) {
    return this.heard.slice(from).filter((e) => e.name === name).map((e) => e.data);
  }

  // ask emits an event and returns its acknowledgement.
  ask(...args) {
    return this.socket.timeout(patience).emitWithAck(...args);
  }

  async join(dialect, channelId) {
    return this.ask(...dialect.join(channelId, this));
  }

  close() {
    this.socket.close();
  }
}

// listen connects a socket for one test.
export async function listen(t, options) {
  const ear = new Ear(options);
  t.after(() => ear.close());
  await ear.next("connection_established");
  return ear;
}
