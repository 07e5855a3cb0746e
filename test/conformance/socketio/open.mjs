// Clients of the server under test, whose address is in SERVER.
import { io } from "socket.io-client";

export const server = process.env.SERVER;

export const transports = {
  websocket: ["websocket"],
  polling: ["polling"],
  upgrade: ["polling", "websocket"],
};

const opened = new Set();

// open makes a client of its own connection.
export function open(namespace = "/", options = {}) {
  const socket = io(server + namespace, { forceNew: true, reconnection: false, ...options });
  opened.add(socket);
  return socket;
}

// closeAll ends the clients of a test.
export function closeAll() {
  for (const socket of opened) socket.disconnect();
  opened.clear();
}

// once waits for one event, and gives its arguments.
export function once(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}

// connected waits until a client is connected.
export async function connected(socket) {
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return socket;
}

// collect waits for a number of events, and gives their first arguments.
export function collect(emitter, event, count) {
  return new Promise((resolve) => {
    const got = [];
    emitter.on(event, (value) => {
      if (got.push(value) === count) resolve(got);
    });
  });
}

export const range = (count) => Array.from({ length: count }, (_, i) => i);
