// Debian's Chromium, driven by the tests: pages of people who signed in, what went wrong in them, and axe.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { PASSWORD } from "./harbour.ts";

const PROGRAM = "/usr/bin/chromium";
export const PAGES = join(import.meta.dirname, "../../build/web");

/** Why there can be no test; undefined: there can. */
export const absent = !existsSync(PROGRAM)
  ? "chromium"
  : existsSync(join(PAGES, "index.html"))
    ? undefined
    : "build/web (node scripts/build-web.mjs)";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export function openBrowser(): Promise<Browser> {
  // Its sandbox needs another user than root, and its shared memory more than a container has.
  return chromium.launch({ executablePath: PROGRAM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page and what it complained about. */
export interface Tab {
  readonly page: Page;
  /** Exceptions, and what the content security policy refused. */
  readonly complaints: string[];
}

export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text());
  });
  return { page, complaints };
}

/** Signs fred in. */
export async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/ui/`);
  await page.getByLabel("Account").fill("fred");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Stacks", level: 1 }).waitFor();
}

/** Shows another page without loading anew, as following a link does. */
export async function show(page: Page, path: string): Promise<void> {
  const address = JSON.stringify(`/ui${path}`);
  await page.evaluate(`history.pushState(null, "", ${address}); dispatchEvent(new PopStateEvent("popstate"))`);
}

/** How many pixels the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
}

/** What axe finds wrong, a line each. */
export async function violations(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate(`"axe" in globalThis`))) await page.evaluate(AXE);
  const how = { resultTypes: ["violations"], ...(rules ? { runOnly: { type: "rule", values: rules } } : {}) };
  const result = (await page.evaluate(`axe.run(document, ${JSON.stringify(how)})`)) as Result;
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html} ${any[0]?.message ?? ""}`),
  );
}

interface Result {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly any: readonly { readonly message: string }[] }[];
  }[];
}
