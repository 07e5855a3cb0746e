// A client asks an agent many questions over connections that are cut (CUT), while
// another one listens over one that is not (WHOLE). What both heard, and how often
// the first was cut, is printed as JSON. A question is sent again until the server
// has acknowledged it: that is what the client's retries do.
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

const { CUT, WHOLE, COUNT, CHANNEL } = process.env;
const zero = "00000000-0000-0000-0000-000000000000";
const entityId = randomUUID();
const names = ["messageBroadcast", "messageStreamChunk", "messageComplete", "messageError", "messageStreamError"];

function client(url, options) {
  const socket = io(url, { transports: ["websocket"], forceNew: true, auth: { entityId }, ...options });
  const heard = [];
  for (const name of names) socket.on(name, (data) => heard.push({ name, ...data }));
  return { socket, heard };
}

const until = (socket, event, wanted = () => true) =>
  new Promise((resolve) => {
    const listener = (data) => {
      if (!wanted(data)) return;
      socket.off(event, listener);
      resolve(data);
    };
    socket.on(event, listener);
  });

const say = (socket, type, payload) => socket.emitWithAck("message", { type, payload: { channelId: CHANNEL, roomId: CHANNEL, ...payload } });

const whole = client(WHOLE, { reconnection: false });
const cut = client(CUT, { reconnectionDelay: 5, reconnectionDelayMax: 20, randomizationFactor: 0.5, ackTimeout: 2000, retries: 100 });
let [cuts, recovered] = [0, 0];
cut.socket.on("disconnect", () => cuts++);
cut.socket.on("connect", () => (recovered += cut.socket.recovered ? 1 : 0));

await say(whole.socket, 1, { entityId });
await say(cut.socket, 1, { entityId });
for (let i = 0; i < Number(COUNT); i++) {
  const messageId = randomUUID();
  const question = { senderId: entityId, senderName: "Ann", message: "question " + i, messageId, messageServerId: zero, source: "client_chat" };
  const answered = Promise.all([whole, cut].map(({ socket }) => until(socket, "messageComplete")));
  await say(cut.socket, 2, question);
  await answered;
}
await say(cut.socket, 1, { entityId });
process.stdout.write(JSON.stringify({ whole: whole.heard, cut: cut.heard, cuts, recovered }), () => process.exit());
