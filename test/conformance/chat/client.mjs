// What the tests share: the address of the server, and a socket that keeps
// everything it hears.
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

export const base = process.env.ELIZAD_URL;
export const stub = process.env.STUB_URL;
export const agent = "b850bc30-45f8-0041-a00a-83df46d8555d";
export const zero = "00000000-0000-0000-0000-000000000000";
const patience = 15000;

// rest asks the server and returns status and body.
export async function rest(method, path, body, headers = {}) {
  const response = await fetch(base + path, {
    method,
    headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(patience),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.startsWith("application/json");
  return { status: response.status, body: json ? JSON.parse(text) : text };
}

// script says what the model answers the next calls with.
export async function script(...replies) {
  const response = await fetch(stub + "/stub/script", { method: "POST", body: JSON.stringify(replies) });
  if (!response.ok) throw new Error(await response.text());
}

// channel makes a channel and returns its id.
export async function channel(type, ...participants) {
  const { body } = await rest("POST", "/api/messaging/channels", {
    name: "room", type, message_server_id: zero, participantCentralUserIds: participants,
  });
  return body.data.id;
}

// deliveries is what the agents made of a message.
export async function deliveries(messageId) {
  return (await rest("GET", `/api/messaging/messages/${messageId}/deliveries`)).body.data.deliveries;
}

// Ear is a connected socket with everything it has heard, in order.
export class Ear {
  heard = [];
  #waiting = [];

  constructor(options = {}) {
    this.id = options.auth?.entityId ?? randomUUID();
    this.socket = io(options.url ?? base, { forceNew: true, reconnection: false, auth: { entityId: this.id }, ...options });
    this.socket.onAny((name, data) => this.#hear({ name, data }));
    for (const name of ["connect", "connect_error", "disconnect"]) this.socket.on(name, (data) => this.#hear({ name, data }));
  }

  #hear(event) {
    this.heard.push(event);
    for (const check of this.#waiting) check();
  }

  // next waits for the first event that fits, counted from the beginning or
  // from a place in what was heard.
  next(name, fits = () => true, from = 0) {
    return new Promise((resolve, reject) => {
      let timer;
      const check = () => {
        const found = this.heard.slice(from).find((e) => e.name === name && fits(e.data ?? {}));
        if (!found) return;
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((c) => c !== check);
        resolve(found.data);
      };
      timer = setTimeout(() => reject(new Error(`no ${name} came; heard ${JSON.stringify(this.heard)}`)), patience);
      this.#waiting.push(check);
      check();
    });
  }

  // names are the events that were heard, from a place on.
  names(from = 0) {
    return this.heard.slice(from).map((e) => e.name);
  }

  join(channelId) {
    this.socket.emit("message", { type: 1, payload: { channelId, roomId: channelId, entityId: this.id } });
    return this.next("room_joined", (d) => d.channelId === channelId);
  }

  // payload is a message as the web client sends it.
  payload(channelId, message, more = {}) {
    return {
      channelId, roomId: channelId, messageServerId: zero, senderId: this.id, senderName: "Ada", message, messageId: randomUUID(),
      source: "client_chat", attachments: [], metadata: { isDm: true, channelType: "DM" }, ...more,
    };
  }

  send(payload) {
    this.socket.emit("message", { type: 2, payload });
    return payload;
  }

  close() {
    this.socket.close();
  }
}

// listen opens sockets for one test and closes them when it ends.
export async function listen(t, options) {
  const ear = new Ear(options);
  t.after(() => ear.close());
  await ear.next("connection_established");
  return ear;
}

// inChannel is a socket in a new DM with the agent.
export async function inChannel(t, options) {
  const ear = await listen(t, options);
  const channelId = await channel("DM", ear.id, agent);
  await ear.join(channelId);
  return { ear, channelId };
}

export const transports = ["websocket", "polling"];
