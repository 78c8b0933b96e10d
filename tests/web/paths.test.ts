// The paths that people take with the pages: sign in, deploy what is refused and then repaired, follow it, upgrade and roll back,
// logs, a shell, secrets; while the server goes away, and after the session has ended.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { absent, openBrowser, openTab, show, signIn, violations } from "./browser.ts";
import { type Harbour, openHarbour, PASSWORD } from "./harbour.ts";

const REFUSED = `x-berth:
  tags: { owner: fred, staff-owner: ann }
services:
  web:
    image: registry.example.org/rover/web:2.1
    user: "1000:1000"
    privileged: true
`;
const SECRET = "a word that nobody reads";

describe.skipIf(absent)(`the path of a person${absent ? ` [needs ${absent}]` : ""}`, () => {
  let harbour: Harbour;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    [harbour, browser] = await Promise.all([openHarbour(), openBrowser()]);
    ({ page, complaints } = await openTab(browser));
    await signIn(page, harbour.url);
  });
  beforeEach(() => {
    harbour.sample.calls.length = 0;
  });
  afterAll(async () => {
    await browser?.close();
    await harbour?.stop();
  });

  const button = (name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });
  const dialog = () => page.getByRole("dialog");
  const calls = () => harbour.sample.calls;

  test("a wrong password is said, in the server's words, and the name stays", async () => {
    const other = await openTab(browser);
    await other.page.goto(`${harbour.url}/ui/secrets`);
    await other.page.getByLabel("Account").fill("fred");
    await other.page.getByLabel("Password").fill("trout");
    await other.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await other.page.getByText("the name or the password is wrong").waitFor();
    expect(await other.page.getByLabel("Account").inputValue()).toBe("fred");
    expect(await other.page.getByRole("link", { name: "Sign in with Example Lab" }).count()).toBe(1);
    await other.page.getByLabel("Password").fill(PASSWORD);
    await other.page.getByRole("button", { name: "Sign in", exact: true }).click();
    // Where the person wanted to go.
    await other.page.getByRole("heading", { name: "Secrets", level: 1 }).waitFor();
    await other.page.context().close();
  });

  test("leads from the overview to a stack with the keyboard alone, and the focus goes along", async () => {
    await show(page, "/");
    await page.reload();
    await page.getByText("Needs attention").waitFor();
    await page.keyboard.press("Tab");
    await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("content");
    const rover = page.getByRole("link", { name: "rover", exact: true });
    await rover.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "rover", level: 1 }).waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.tagName")).toBe("H1");
    await expect.poll(() => page.title()).toBe("rover · berth");
  });

  test("sees at the line what a rule refuses, repairs it, deploys, and follows how it goes on", async () => {
    await show(page, "/deploy");
    await page.getByLabel("Name of the stack").fill("rover-two");
    const text = page.getByLabel("Text of compose.yaml");
    await text.fill(REFUSED);
    await page.getByText("may not be deployed").waitFor();
    const behind = page.locator(".line-remark").filter({ hasText: "privileged: true" });
    await behind.getByText("would give control of the node").waitFor();
    const [sheet, mark] = await Promise.all([text.boundingBox(), behind.boundingBox()]);
    // The seventh line of the text.
    expect(((mark?.y ?? 0) - (sheet?.y ?? 0)) / (mark?.height ?? 1)).toBeCloseTo(6.4, 0);
    expect(await button("Deploy rover-two").isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await button("compose.yaml, line 7").first().click();
    const selected = "document.activeElement.value.slice(document.activeElement.selectionStart).trimEnd()";
    await expect.poll(() => page.evaluate(selected)).toBe("true");
    await text.fill(REFUSED.replace("privileged: true", "cap_drop: [ALL]"));
    await page.getByText("may be deployed").waitFor();
    await page.getByText("Make container rover-two-web-1").waitFor();
    await button("Deploy rover-two").click();
    await page.getByRole("heading", { name: "Progress of rover-two" }).waitFor();
    await page.getByText("Wait until healthy: rover-web-1").waitFor();
    await page.locator(".phase").getByText("all services run").waitFor();
    await page.getByRole("link", { name: "To the stack" }).click();
    await page.getByRole("heading", { name: "rover-two", level: 1 }).waitFor();
    expect(calls()).toEqual(["up rover-two"]);
  });

  test("puts files in by dropping them, and takes them apart", async () => {
    await show(page, "/deploy");
    await page.getByLabel("Choose files").setInputFiles([
      { name: "compose.yaml", mimeType: "text/yaml", buffer: Buffer.from(REFUSED) },
      { name: ".env", mimeType: "text/plain", buffer: Buffer.from("A=1\n") },
      { name: "logo.png", mimeType: "image/png", buffer: Buffer.from([0x89, 0x50, 0, 0xff]) },
    ]);
    await page.getByText("logo.png is no text.").waitFor();
    await button(".env").click();
    expect(await page.getByLabel("Text of .env").inputValue()).toBe("A=1\n");
  });

  test("upgrades after a question, and rolls back", async () => {
    await show(page, "/stacks/rover");
    await button("Upgrade").click();
    await dialog().getByText("the old ones come back by themselves").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(calls()).toEqual([]);
    await button("Upgrade").click();
    await dialog().getByRole("button", { name: "Upgrade" }).click();
    await page.locator(".phase").getByText("all services run").waitFor();
    await show(page, "/stacks/rover");
    await button("Roll back").click();
    await dialog().getByRole("button", { name: "Roll back" }).click();
    await page.locator(".phase").getByText("all services run").waitFor();
    expect(calls()).toEqual(["upgrade rover", "rollback rover"]);
  });

  test("removes a stack with its data only after its name was typed", async () => {
    await show(page, "/stacks/rover");
    await button("Remove …").click();
    const remove = dialog().getByRole("button", { name: "Remove the stack" });
    expect(await remove.isDisabled()).toBe(true);
    await dialog().getByLabel("Type rover to go on").fill("rover");
    await dialog()
      .getByLabel(/all data in them/)
      .check();
    await remove.click();
    await page.getByRole("link", { name: "To the overview" }).waitFor();
    expect(calls()).toEqual(["down with volumes rover"]);
  });

  test("wakes what sleeps and sees it run", async () => {
    await show(page, "/stacks/rover");
    await button("Wake util-jupyter").click();
    const card = page.getByRole("region", { name: "util-jupyter", exact: true });
    await card.locator("header").getByText("running").waitFor();
    expect(calls()).toEqual(["wake util-jupyter rover"]);
  });

  test("hears of what happens without asking", async () => {
    await show(page, "/");
    await page.getByText("Needs attention").waitFor();
    const again = page.waitForResponse(/\/v2\/stacks\?/);
    harbour.sample.happens("atlas", "stopped");
    expect((await again).status()).toBe(200);
  });

  test("opens a shell, types, and is told how it ended", async () => {
    await show(page, "/stacks/rover/services/web/shell");
    await button("Open").click();
    await page.locator(".xterm-rows").getByText("$").waitFor();
    await page.keyboard.type("hello from here\r");
    await page.locator(".xterm-rows").getByText("hello from here").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 1000, height: 700 });
    await expect.poll(calls).toContain("resize true");
    await page.keyboard.press("Shift+Escape");
    await expect.poll(() => page.evaluate("document.activeElement.tagName")).toBe("P");
    await page.locator(".xterm-helper-textarea").focus();
    await page.keyboard.type("exit 7\r");
    await page.getByText("The program ended with 7.").waitFor();
    expect(calls()[0]).toBe("exec rover/web /bin/sh");
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  test("keeps a secret and gives it a new value; nothing of it stays in the browser", async () => {
    await show(page, "/secrets");
    await button("New secret").click();
    await dialog().getByLabel("Name", { exact: true }).fill("rover.word");
    await dialog().getByLabel("What it is").fill("owner:fred, a word");
    await dialog().getByLabel("Value").fill(SECRET);
    expect(await violations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("rowheader", { name: "rover.word" }).waitFor();
    await button("New value for db-postgres.rover.password").click();
    await dialog().getByLabel("Value").fill(SECRET);
    await dialog().getByRole("button", { name: "Replace the value" }).click();
    await dialog().waitFor({ state: "detached" });
    expect(calls()).toEqual([`create rover.word ${SECRET}`, `rotate db-postgres.rover.password ${SECRET} true`]);
    expect(await page.content()).not.toContain(SECRET);
    expect(await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")).toBe(
      '[{"berth.theme":"system"},{}]',
    );
  });

  test("reads why an image is in quarantine, what to do, what was waived, and who let another pass", async () => {
    await show(page, "/images");
    await page
      .getByRole("row", { name: /team\/strange:3/ })
      .getByText("quarantined")
      .waitFor();
    await button("2 errors, 1 warning: verdict on team/strange:3").click();
    await dialog().getByText("nobody can run it (refused by the rules of the site: 2 errors)").waitFor();
    await dialog().getByText("build again on today's base image").waitFor();
    await dialog().getByText("Allowed by security: the simulator needs it").waitFor();
    await dialog().getByText("The facts to decide this were not there.").waitFor();
    await dialog().getByText("9 more findings").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await expect
      .poll(() => page.evaluate("document.activeElement.getAttribute('aria-label')"))
      .toBe("2 errors, 1 warning: verdict on team/strange:3");
    await button("1 error, 1 warning: verdict on alpine:3.20").click();
    await dialog()
      .getByText(/Released by swadmin, .*: needed for the review on Friday/)
      .waitFor();
    await dialog().getByRole("button", { name: "Close" }).click();
  });

  test("lets an image out of quarantine with a reason", async () => {
    await show(page, "/images");
    await button("Release team/strange:3").click();
    await dialog().getByLabel("Why it may be run").fill("looked at, harmless");
    await dialog().getByRole("button", { name: "Release it" }).click();
    await dialog().waitFor({ state: "detached" });
    expect(calls()).toEqual(["release team/strange:3 looked at, harmless"]);
  });

  test("a field says what is searched for, also after a link that searches for nothing", async () => {
    await show(page, "/?match=rover");
    await expect.poll(() => page.getByLabel("Find").inputValue()).toBe("rover");
    await page.getByRole("link", { name: "Stacks", exact: true }).first().click();
    await expect.poll(() => page.getByLabel("Find").inputValue()).toBe("");
  });

  test("a question goes with its page", async () => {
    await show(page, "/stacks/rover");
    await button("Stop web").click();
    await dialog().waitFor();
    await page.goBack();
    await dialog().waitFor({ state: "detached" });
    expect(calls()).toEqual([]);
  });

  test("sees a webhook's key once", async () => {
    await show(page, "/stacks/rover/webhooks");
    await page.getByLabel("What it is for").fill("CI of web");
    await button("Make a webhook").click();
    await page.getByText("wk_1f2e3d").waitFor();
    expect(calls()).toEqual(["webhook rover CI of web"]);
  });

  test("chooses dark, which stays", async () => {
    await page.getByLabel("Colours").selectOption("dark");
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expect
      .poll(() => page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
      .toBe("rgb(16, 23, 26)");
    await page.getByLabel("Colours").selectOption("system");
  });

  test("goes on after the server was away: what was typed stays, events come again", async () => {
    await show(page, "/deploy");
    await page.getByLabel("Name of the stack").fill("rover-three");
    await page.getByLabel("Text of compose.yaml").fill(REFUSED);
    await page.getByText("may not be deployed").waitFor();
    await harbour.away();
    await page.getByLabel("Text of compose.yaml").fill(REFUSED.replace("privileged: true", "cap_drop: [ALL]"));
    await page.getByText("The server is away").waitFor();
    await harbour.back();
    await page.getByText("The server is away").waitFor({ state: "detached" });
    await page.getByText("may be deployed").waitFor();
    expect(await page.getByLabel("Name of the stack").inputValue()).toBe("rover-three");
    await show(page, "/");
    await page.getByText("Needs attention").waitFor();
    const again = page.waitForResponse(/\/v2\/stacks\?/);
    harbour.sample.happens("atlas", "stopped");
    await again;
    await harbour.away();
    await page.getByText("The server is away").waitFor();
    // What was there is still to be seen.
    expect(await page.getByText("Needs attention").count()).toBe(1);
    await harbour.back();
    await page.getByText("The server is away").waitFor({ state: "detached" });
    await expect.poll(() => calls().at(-1)).toMatch(/^events after \d+$/);
  });

  test("signs in again above the page when the session has ended, and loses nothing", async () => {
    await show(page, "/deploy");
    await page.getByLabel("Name of the stack").fill("rover-four");
    harbour.signAllOut();
    await page.getByLabel("Text of compose.yaml").fill(REFUSED.replace("privileged: true", "cap_drop: [ALL]"));
    await dialog().getByText("Your session has ended").waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog().getByLabel("Account").fill("fred");
    await dialog().getByLabel("Password").fill(PASSWORD);
    await dialog().getByRole("button", { name: "Sign in", exact: true }).click();
    await dialog().waitFor({ state: "detached" });
    await page.getByText("may be deployed").waitFor();
    expect(await page.getByLabel("Name of the stack").inputValue()).toBe("rover-four");
  });

  test("signs out", async () => {
    await button("Sign out").click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(complaints).toEqual([]);
  });
});
