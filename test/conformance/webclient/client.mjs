// What the tests share: a browser with ElizaOS's web client, which is served as
// if it were the server's own page.
import { access } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const { OPEN_URL, KEYED_URL, KEY, CHROMIUM } = process.env;
export const open = { url: OPEN_URL };
export const keyed = { url: KEYED_URL, key: KEY };
const patience = 20_000;

const dist = new URL("node_modules/@elizaos/client/dist/", import.meta.url);
const served = /^\/(api|socket\.io|media|health)/;

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
export const close = () => browser.close();

// visit opens a page of its own at a server. What the page fails at on its own
// is in page.faults.
export async function visit(t, server, path) {
  const context = await browser.newContext({ viewport: { width: 1500, height: 950 } });
  t.after(() => context.close());
  await context.addInitScript(() => window === window.top && localStorage.setItem("eliza-onboarding-completed", "true"));
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  await page.route(() => true, async (route) => {
    const url = new URL(route.request().url());
    if (url.origin !== server.url) return route.abort(); // the registry of plugins, the newest release
    if (served.test(url.pathname)) return route.continue();
    const file = new URL("." + url.pathname, dist);
    const there = extname(url.pathname) !== "" && (await access(file).then(() => true, () => false));
    await route.fulfill({ path: fileURLToPath(there ? file : new URL("index.html", dist)) });
  });
  await page.goto(server.url + path);
  return page;
}

// say writes in the page's chat and waits until the answer is shown.
export async function say(page, text) {
  await page.locator("textarea").first().fill(text);
  await page.locator("textarea").first().press("Enter");
  await page.getByText("You said: " + text).first().waitFor();
}

// rest asks a server and returns the body of its answer.
export async function rest(server, path) {
  const response = await fetch(server.url + path, { headers: server.key ? { "X-API-KEY": server.key } : {}, signal: AbortSignal.timeout(patience) });
  return response.json();
}
