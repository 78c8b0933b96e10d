// The path of a person with the pages of a whole server over a real engine: signs in with a token, keeps a secret, deploys what is
// refused and then repaired, sees it run, reads its log, enters it, changes it, goes back, stops and removes it.

import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { type Running, startServices, until } from "../services/running.ts";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { absent, openBrowser, openTab, show } from "./browser.ts";

const RECIPE = `x-berth:
  tags: { owner: www-data }
services:
  web:
    image: site/web:1
    user: "33:33"
    cap_drop: [ALL]
    stop_signal: SIGKILL
    deploy: { update_config: { monitor: 100ms } }
    secrets: [word]
    environment: { GREETING: hello }
secrets:
  word: { external: true, name: rover.word }
`;
const SECRET = "a word that nobody reads";
const missing = absent ?? (hasDockerd ? undefined : "root and Debian's docker.io");

describe.skipIf(missing)(`a person at a whole server${missing ? ` [needs ${missing}]` : ""}`, () => {
  let engine: TestEngine;
  let run: Running;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    [engine, browser] = await Promise.all([startDockerd(), openBrowser()]);
    const cmd = ["sh", "-c", "echo it says $GREETING; exec httpd -f -p 8080 -h /"];
    await engine.image({ name: "site/web:1", cmd, expose: ["8080/tcp"] });
    run = await startServices(engine.address, ["  proxy: { http: none, https: none }"]);
    await until("the engine is known", async () => (await run.ask(undefined, "GET", "/readyz")).status === 200);
    ({ page, complaints } = await openTab(browser));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await run?.stop();
    await engine?.stop();
  }, 60_000);

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const dialog = () => page.getByRole("dialog");

  test("signs in with a token", async () => {
    const wish = { name: "browser", scopes: ["manage"] };
    const { status, body } = await run.ask("owner", "POST", "/v2/tokens", wish);
    expect(status, JSON.stringify(body)).toBe(200);
    await page.goto(`${run.url}/ui/`);
    await page.getByLabel("Token").fill(body.secret);
    await button("Sign in with the token").click();
    await page.getByText("There is no stack yet").waitFor();
  });

  test("keeps a secret", async () => {
    await show(page, "/secrets");
    await button("New secret").click();
    await dialog().getByLabel("Name", { exact: true }).fill("rover.word");
    await dialog().getByLabel("What it is").fill("owner:www-data, a word");
    await dialog().getByLabel("Value").fill(SECRET);
    await dialog().getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("rowheader", { name: "rover.word" }).waitFor();
  });

  test("deploys what was refused and is repaired, and sees it run", async () => {
    await show(page, "/deploy");
    await page.getByLabel("Name of the stack").fill("rover");
    const text = page.getByLabel("Text of compose.yaml");
    await text.fill(RECIPE.replace("cap_drop: [ALL]", "privileged: true"));
    await page.getByText("may not be deployed").waitFor();
    await page.locator(".line-remark").getByText("would give control of the node").waitFor();
    await text.fill(RECIPE);
    await page.getByText("may be deployed").waitFor();
    await button("Deploy rover").click();
    await page.getByRole("link", { name: "To the stack" }).click();
    await page.getByRole("heading", { name: "rover", level: 1 }).waitFor();
    await page.locator(".page-head").getByText("running").waitFor();
  });

  test("reads its log and enters it", async () => {
    await page.getByRole("link", { name: "Logs of web" }).click();
    await page.getByText("it says hello").waitFor();
    await show(page, "/stacks/rover/services/web/shell");
    await button("Open").click();
    const screen = page.locator(".xterm-rows");
    await screen.getByText("$").first().waitFor();
    await page.keyboard.type("wc -c < /run/secrets/word; exit 7\r");
    await page.getByText("The program ended with 7.").waitFor();
    await screen.getByText(String(SECRET.length), { exact: true }).waitFor();
  });

  test("changes the recipe, sees what changed, and goes back", async () => {
    await show(page, "/deploy?stack=rover");
    const text = page.getByLabel("Text of compose.yaml");
    await expect.poll(() => text.inputValue()).toBe(RECIPE);
    await text.fill(RECIPE.replace("hello", "ahoy"));
    await page.getByText("may be deployed").waitFor();
    await button("Deploy rover").click();
    await page.getByRole("link", { name: "To the stack" }).waitFor();
    await show(page, "/stacks/rover/deployments");
    await page.getByRole("link", { name: "Deployment 2" }).click();
    await page.locator(".diff-line.added").getByText("GREETING: ahoy").waitFor();
    await page.getByRole("link", { name: "Deployments", exact: true }).click();
    await page.getByRole("link", { name: "Deployment 1", exact: true }).click();
    await button("Go back to this one").click();
    await dialog().getByRole("button", { name: "Go back" }).click();
    await page.getByRole("link", { name: "To the stack" }).waitFor();
    await show(page, "/stacks/rover/logs");
    await page.getByText("it says ahoy").waitFor();
    await expect.poll(() => page.getByText("it says hello").count()).toBe(2);
  });

  test("stops a service, and finds in the audit what was done", async () => {
    await show(page, "/stacks/rover");
    await button("Stop web").click();
    await dialog().getByRole("button", { name: "Stop" }).click();
    await page.getByRole("region", { name: "web", exact: true }).locator("header").getByText("stopped").waitFor();
    await page.getByRole("status").getByText("Stop: done").waitFor();
    await show(page, "/audit");
    await page.getByText("service.exec").first().waitFor();
    await page.getByText("secret.create").first().waitFor();
    expect(await page.content()).not.toContain(SECRET);
  });

  test("sees what needs attention first, however many stacks come before it", async () => {
    const now = () => Date.now() / 1000;
    const store = await openStore(`sqlite:${join(run.dir, "state/berth.db")}`, { now });
    const stack = await store.db.selectFrom("stacks").selectAll().executeTakeFirstOrThrow();
    const will = await store.db.selectFrom("stack_services").selectAll().executeTakeFirstOrThrow();
    const names = Array.from({ length: 250 }, (_, index) => `a${index}`);
    await store.db
      .insertInto("stacks")
      .values([...names, "zulu"].map((name) => ({ ...stack, name })))
      .execute();
    // All but one are stopped because somebody wants it so.
    await store.db
      .insertInto("stack_services")
      .values(names.map((name) => ({ ...will, stack: name })))
      .execute();
    await show(page, "/");
    await page.reload();
    const first = page.getByRole("region", { name: "Needs attention" });
    await first.getByRole("link", { name: "zulu", exact: true }).waitFor();
    expect(await first.getByRole("listitem").count()).toBe(1);
    await page.getByText("There are more").waitFor();
    await store.db.deleteFrom("stacks").where("name", "!=", "rover").execute();
    await store.close();
  });

  test("removes the stack", async () => {
    await show(page, "/stacks/rover");
    await button("Remove …").click();
    await dialog().getByLabel("Type rover to go on").fill("rover");
    await dialog().getByRole("button", { name: "Remove the stack" }).click();
    await page.getByRole("link", { name: "To the overview" }).click();
    await page.getByText("There is no stack yet").waitFor();
    expect(complaints).toEqual([]);
  });
});
