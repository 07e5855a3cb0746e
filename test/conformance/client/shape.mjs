// Shapes of answers, as the client's types have them.
import assert from "node:assert/strict";

export const kinds = {
  uuid: (v) => typeof v === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(v),
  text: (v) => typeof v === "string",
  word: (v) => typeof v === "string" && v !== "",
  number: (v) => typeof v === "number",
  count: (v) => Number.isInteger(v) && v >= 0,
  yes: (v) => v === true,
  truth: (v) => typeof v === "boolean",
  object: (v) => typeof v === "object" && v !== null && !Array.isArray(v),
  moment: (v) => (typeof v === "number" && v > 1e12) || (typeof v === "string" && !Number.isNaN(Date.parse(v))),
  any: () => true,
};

// has holds a value to a shape: the name of a kind, with "?" when it may be
// absent or null; [shape] for a list; {key: shape} for an object, which may
// have more.
export function has(value, shape, at = "answer") {
  if (typeof shape === "string") {
    const optional = shape.endsWith("?");
    if (optional && (value === undefined || value === null)) return value;
    const kind = optional ? shape.slice(0, -1) : shape;
    assert.ok(kinds[kind](value), `${at} is no ${kind}: ${JSON.stringify(value)?.slice(0, 200)}`);
  } else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), `${at} is no list: ${JSON.stringify(value)?.slice(0, 200)}`);
    value.forEach((item, i) => has(item, shape[0], `${at}[${i}]`));
  } else {
    assert.ok(kinds.object(value), `${at} is no object: ${JSON.stringify(value)?.slice(0, 200)}`);
    for (const [key, inner] of Object.entries(shape)) has(value[key], inner, `${at}.${key}`);
  }
  return value;
}

export const done = { success: "yes" };
export const agent = { id: "uuid", name: "word", status: "word?" };
export const channel = { id: "uuid", messageServerId: "uuid", name: "word", type: "word", metadata: "object?", createdAt: "moment", updatedAt: "moment" };
export const server = { id: "uuid", name: "word", sourceType: "word", createdAt: "moment", updatedAt: "moment" };
export const message = {
  id: "uuid", channelId: "uuid", authorId: "uuid", content: "word", sourceType: "text?", metadata: "object?", createdAt: "moment", updatedAt: "moment",
};
export const memory = { id: "uuid", agentId: "uuid", roomId: "uuid?", entityId: "uuid?", type: "word", content: "any", createdAt: "moment" };
export const room = { id: "uuid", name: "word" };
export const run = {
  runId: "uuid", status: "word", startedAt: "number?", endedAt: "number?", durationMs: "number?", messageId: "uuid?", roomId: "uuid?", entityId: "uuid?",
  counts: { actions: "count", modelCalls: "count", errors: "count", evaluators: "count" },
};
export const session = { sessionId: "word", agentId: "uuid", userId: "uuid", createdAt: "moment", metadata: "object" };
export const job = {
  jobId: "word", status: "word", agentId: "uuid", userId: "uuid", prompt: "word", createdAt: "number", expiresAt: "number", error: "text?",
};
export const jobResult = { message: { id: "uuid", content: "word", authorId: "uuid", createdAt: "number" }, processingTimeMs: "number" };
export const polled = { success: "yes", job: { ...job, result: jobResult }, attempts: "count", timeMs: "number" };
