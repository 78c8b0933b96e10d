// Every page as it is: it shows what it should, everybody can use it (axe, in both themes), it fits a telephone, nothing of it is
// refused by the content security policy, and the first load is small.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absent, openBrowser, openTab, overflow, PAGES, show, signIn, type Tab, violations } from "./browser.ts";
import { type Harbour, openHarbour } from "./harbour.ts";

const FIRST_LOAD = 200 * 1024;

/** Address and something that is there when it is loaded. */
const SHOWN: readonly (readonly [string, string])[] = [
  ["/", "Needs attention"],
  ["/stacks/rover", "GET /healthz answered 503 three times"],
  ["/stacks/rover/deployments", "api did not become healthy"],
  ["/stacks/rover/deployments/d3", "Recipe, compared with deployment 2"],
  ["/stacks/rover/operations/d3", "To the stack"],
  ["/stacks/rover/logs", "GET /telemetry/299"],
  ["/stacks/rover/events", "container 2 is unhealthy"],
  ["/stacks/rover/use", "kept warm"],
  ["/stacks/rover/metrics", "Sent a second"],
  ["/stacks/rover/webhooks", "CI of rover"],
  ["/stacks/rover/services/web/shell", "goes into the audit log"],
  ["/deploy", "Give it a name and a compose file"],
  ["/activity", "no connection since 25 min"],
  ["/logs?text=error", "in telemetry 2"],
  ["/secrets", "db-postgres.rover.password"],
  ["/routes", "https://rover.example.org/lab/"],
  ["/ports", "60000-60050"],
  ["/images", "team/strange:3"],
  ["/quotas", "20 of 20"],
  ["/rules", "they begin with the profile spin"],
  ["/audit", "you do not own it"],
  ["/nowhere", "The address leads nowhere"],
];

describe.skipIf(absent)(`every page${absent ? ` [needs ${absent}]` : ""}`, () => {
  let harbour: Harbour;
  let browser: Browser;
  let wide: Tab;

  beforeAll(async () => {
    [harbour, browser] = await Promise.all([openHarbour(), openBrowser()]);
    wide = await openTab(browser);
  });
  afterAll(async () => {
    await browser?.close();
    await harbour?.stop();
  });

  test("of signing in is without violations in both themes", async () => {
    const { page } = wide;
    await page.goto(`${harbour.url}/ui/`);
    await page.getByLabel("Account").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, ["color-contrast"])).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
    // That it finds something where there is something.
    await page.evaluate(`document.querySelector("h1").insertAdjacentHTML("afterend", "<img src='/ui/mark.svg'>")`);
    expect(await violations(page)).toHaveLength(1);
    await signIn(page, harbour.url);
  });

  test.each(SHOWN)("%s is shown, without violations in both themes", async (path, text) => {
    const { page, complaints } = wide;
    await show(page, path);
    await page.getByText(text, { exact: false }).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, ["color-contrast"])).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
    expect(complaints).toEqual([]);
  });

  test("fits a width of 360 pixels", async () => {
    const { page } = await openTab(browser, { viewport: { width: 360, height: 740 } });
    await signIn(page, harbour.url);
    const wider: string[] = [];
    for (const [path, text] of SHOWN) {
      await show(page, path);
      await page.getByText(text, { exact: false }).first().waitFor();
      const over = await overflow(page);
      if (over > 0) wider.push(`${path}: ${over} pixels`);
    }
    expect(wider).toEqual([]);
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("link", { name: "Quotas" }).click();
    await page.getByRole("heading", { name: "Quotas", level: 1 }).waitFor();
    await page.context().close();
  });

  test("lets nothing run but our own files, and says of files of other versions that they are not there", async () => {
    const page = await fetch(`${harbour.url}/ui/stacks/rover`);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'; style-src 'self';");
    expect(page.headers.get("content-security-policy")).not.toContain("unsafe");
    expect((await fetch(`${harbour.url}/ui/assets/terminal-of-before.js`)).status).toBe(404);
    const name = readdirSync(join(PAGES, "assets")).find((one) => /^index-.*\.js$/.test(one));
    const headers = { "accept-encoding": "br" };
    const script = await fetch(`${harbour.url}/ui/assets/${name}`, { headers });
    expect(script.headers.get("content-encoding")).toBe("br");
    expect(script.headers.get("cache-control")).toContain("immutable");
  });

  test("costs no more than 200 kB at the first load, and nothing from elsewhere", async () => {
    const { page } = await openTab(browser);
    const strange: string[] = [];
    const names: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(harbour.url)) strange.push(request.url());
      const asset = /\/assets\/([^/]+)$/.exec(request.url())?.[1];
      if (asset) names.push(asset);
    });
    await signIn(page, harbour.url);
    const bytes = names.reduce((sum, name) => sum + statSync(join(PAGES, "assets", `${name}.gz`)).size, 0);
    expect(strange).toEqual([]);
    expect(names.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThan(FIRST_LOAD);
    expect(readdirSync(join(PAGES, "assets")).some((name) => /^terminal-.*\.js$/.test(name))).toBe(true);
    expect(names.some((name) => /terminal|plot/.test(name))).toBe(false);
    await page.context().close();
  });
});
