// Calls every method of @elizaos/api-client on a server and prints which ones
// get the answer that the client's types promise.
//
//   node sweep.mjs http://127.0.0.1:3000 [key]
//
// It makes an agent, channels and messages, and stops the server at its end.
// It ends with 1 when a method fails that is not for later.
import { ElizaClient } from "@elizaos/api-client";
import { checks } from "./checks.mjs";
import { later } from "./later.mjs";
import { methods } from "./methods.mjs";

const [baseUrl, apiKey] = process.argv.slice(2);
const all = methods();
const notYet = Object.entries(later).flatMap(([service, names]) => names.map((name) => `${service}.${name}`));
const list = checks(ElizaClient.create({ baseUrl, apiKey }));

const failed = [];
const wrong = (name, why) => failed.push(`${name}: ${why}`);
for (const name of all) {
  if (!(name in list) && !notYet.includes(name)) wrong(name, "there is no check of it, and it is not for later");
}
for (const name of [...Object.keys(list), ...notYet]) {
  if (!all.includes(name)) wrong(name, "the client has no such method");
}
for (const name of notYet) {
  if (name in list) wrong(name, "it has a check, so it is not for later");
}

let passed = 0;
for (const [name, check] of Object.entries(list)) {
  try {
    await check();
    passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    wrong(name, `${error.code ?? error.name} ${error.message}`.split("\n")[0]);
    console.log(`FAILED  ${failed.at(-1)}`);
  }
}
for (const name of notYet) console.log(`later   ${name}`);
console.log(`${passed} methods passed of ${all.length} methods there are; ${notYet.length} are for later, ${failed.length} failed`);
for (const why of failed) console.log(`  ${why}`);
process.exit(failed.length > 0 ? 1 : 0);
