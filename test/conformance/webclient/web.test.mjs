// ElizaOS's own web client, as it is on npm, in a browser.
import assert from "node:assert/strict";
import test, { after } from "node:test";
import { close, keyed, open, rest, say, visit } from "./client.mjs";

after(close);

const eliza = "b850bc30-45f8-0041-a00a-83df46d8555d";

test("an agent is made, started, talked with, looked into and cleared", async (t) => {
  const page = await visit(t, open, "/create");
  await page.locator("#name").fill("Ada");
  await page.locator("#system").fill("You are Ada.");
  await page.getByRole("button", { name: "Save" }).last().click();
  await page.getByText("Agent created successfully!").first().waitFor();
  const { id } = (await rest(open, "/api/agents")).data.agents.find((a) => a.name === "Ada");

  await page.goto(`${open.url}/chat/${id}`);
  await page.getByText("Start Agent").click();
  await page.getByText("No messages yet").waitFor();
  await say(page, "hello from the page");

  await page.locator("button:has(svg.lucide-panel-right)").click();
  for (const [tab, shown] of [["Timeline", "TEXT_LARGE"], ["Model Calls", "TEXT_LARGE"], ["Memories", "You said: hello from the page"]]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.getByRole("tabpanel").getByText(shown).first().waitFor();
  }
  await page.getByRole("tab", { name: "Knowledge" }).click();
  await page.frameLocator("iframe").getByText("What the agent knows").waitFor();

  await page.getByRole("button", { name: "More options" }).first().click();
  await page.getByRole("menuitem", { name: "Clear Chat" }).click();
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.getByText("No messages yet").waitFor();
  const { memories } = (await rest(open, `/api/agents/${id}/memories`)).data;
  assert.deepEqual(memories.map((m) => m.content.text), []);
  assert.deepEqual(page.faults, []);
});

test("a group is made and talked with", async (t) => {
  const page = await visit(t, open, "/"); // where the form goes back to
  await page.goto(open.url + "/group/new");
  await page.getByText("Eliza", { exact: true }).first().waitFor(); // the agents are there
  await page.locator("input").first().fill("Harbour");
  await page.getByText("Select agents...").click();
  await page.locator("main div.fixed").getByText("Eliza").last().click();
  await page.getByText("Create Group Chat").click(); // which closes the list
  await page.getByRole("button", { name: "Create Group", exact: true }).click();
  await page.getByText("Harbour", { exact: true }).first().click();
  await say(page, "Eliza, hello all");
  assert.deepEqual(page.faults, []);
});

test("whoever has no key yet gives it and talks", async (t) => {
  const page = await visit(t, keyed, "/settings");
  await page.getByText("Manage API Key").click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input").first().fill(keyed.key);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("API Key Saved").first().waitFor();
  await page.goto(`${keyed.url}/chat/${eliza}`);
  await page.getByText("No messages yet").waitFor();
  await say(page, "hello with a key");
  const { logs } = await rest(keyed, "/api/server/logs?level=warn");
  assert.ok(logs.some((l) => l.msg.includes("without the right key")), "it had asked before");
  await page.goto(keyed.url + "/logs");
  await page.getByText("a request without the right key was refused").first().waitFor();
});
