// The methods of the client, as the installed package has them.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ElizaClient } from "@elizaos/api-client";

const dist = dirname(fileURLToPath(import.meta.resolve("@elizaos/api-client")));

// methods lists "service.method" of everything that a program may call: what
// the classes have, without what their types call private.
export function methods() {
  const client = ElizaClient.create({ baseUrl: "http://127.0.0.1:1" });
  const names = [];
  for (const [service, object] of Object.entries(client)) {
    const types = readFileSync(join(dist, "api-client", "src", "services", `${service}.d.ts`), "utf8");
    const hidden = new Set([...types.matchAll(/^\s+(?:private|protected) (\w+)/gm)].map((match) => match[1]));
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(object))) {
      if (name !== "constructor" && !hidden.has(name)) names.push(`${service}.${name}`);
    }
  }
  return names;
}
