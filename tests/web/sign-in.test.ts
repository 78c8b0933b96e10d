// Signing in with a browser at a whole server: with a password of a real slapd, and at a real provider of OpenID Connect, which is
// another site to the browser; what people are told when it does not work; signing out.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Served, siteOver } from "../services/served.ts";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { startProvider, type TestProvider } from "../support/oidc.ts";
import { hasSlapd, SUFFIX, startSlapd, type TestSlapd } from "../support/slapd.ts";
import { absent, openBrowser, openTab, show, violations } from "./browser.ts";

const person = (user: string, uid: number, more = "") => `
dn: uid=${user},${SUFFIX}
objectClass: account
objectClass: posixAccount
uid: ${user}
cn: ${user}
uidNumber: ${uid}
gidNumber: 500
homeDirectory: /
${more}`;
const LDIF = `${person("fred", 501, "userPassword: yabba dabba\n")}${person("wilma", 502)}`;
const missing = absent ?? (hasSlapd ? undefined : "slapd") ?? (hasDockerd ? undefined : "root and Debian's docker.io");

describe.skipIf(missing)(`signing in with a browser${missing ? ` [needs ${missing}]` : ""}`, () => {
  let engine: TestEngine;
  let site: Served;
  let slapd: TestSlapd;
  let provider: TestProvider;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    [engine, browser, slapd] = await Promise.all([startDockerd(), openBrowser(), startSlapd(LDIF)]);
    site = await siteOver(engine.address);
    const redirect = `${site.url}/v2/session/oidc/callback`;
    provider = await startProvider({ id: "berth", secret: "s", redirect, host: "localhost" });
    await writeFile(join(site.dir, "oidc"), "s\n", { mode: 0o600 });
    await site.configure([
      "  accounts:",
      `    publicUrl: "${site.url}"`,
      `    ldap: { url: "${slapd.url}", peopleBase: "${SUFFIX}", directory: true }`,
      `    oidc: { issuer: "${provider.issuer}", clientId: berth, clientSecretFile: oidc, name: Sign in at Bedrock }`,
    ]);
    await site.start();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
    await provider?.stop();
    await slapd?.stop();
    await engine?.stop();
  }, 60_000);
  beforeEach(async () => {
    ({ page, complaints } = await openTab(browser));
    await page.goto(`${site.url}/ui/`);
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const stacks = () => page.getByRole("heading", { name: "Stacks", level: 1 }).waitFor();

  async function withPassword(user: string, password: string): Promise<void> {
    await page.getByLabel("Account").fill(user);
    await page.getByLabel("Password").fill(password);
    await button("Sign in").click();
  }

  /** At the provider, whose test pages ask for a name, then for consent. */
  async function atProvider(user: string): Promise<void> {
    await page.waitForURL(`${provider.issuer}/**`);
    await page.locator("input[name=login]").fill(user);
    await page.locator("input[name=password]").fill("any");
    await page.locator("button[type=submit]").click();
    await page.getByRole("button", { name: "Continue" }).click();
  }

  async function signOut(): Promise<void> {
    await button("Sign out").click();
    await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
    await page.goto(`${site.url}/ui/`);
    await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
  }

  test("a wrong password is told, the right one opens the stacks, and signing out ends it", async () => {
    await withPassword("fred", "wrong");
    await page.getByRole("alert").getByText("the name or the password is wrong").waitFor();
    expect(await violations(page)).toEqual([]);
    await withPassword("fred", "yabba dabba");
    await stacks();
    await signOut();
  });

  test("signing out everywhere ends what is open in another browser", async () => {
    await withPassword("fred", "yabba dabba");
    await stacks();
    const other = await openTab(browser);
    await other.page.goto(`${site.url}/ui/`);
    await other.page.getByLabel("Account").fill("fred");
    await other.page.getByLabel("Password").fill("yabba dabba");
    await other.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await other.page.getByRole("button", { name: "Sign out everywhere" }).click();
    await other.page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
    await other.page.context().close();
  });

  test("the question to sign in again stays, however often Escape is pressed", async () => {
    await withPassword("fred", "yabba dabba");
    await stacks();
    await page.context().clearCookies();
    await show(page, "/secrets");
    const question = page.getByRole("dialog", { name: "Your session has ended" });
    await question.waitFor();
    for (let press = 0; press < 4; press++) await page.keyboard.press("Escape");
    await question.getByLabel("Account").fill("fred");
    await question.getByLabel("Password").fill("yabba dabba");
    await question.getByRole("button", { name: "Sign in", exact: true }).click();
    await question.waitFor({ state: "detached" });
    await page.getByText("There is no secret").first().waitFor();
  });

  test("at the provider and back, to the page that was asked for; out again", async () => {
    await page.goto(`${site.url}/ui/secrets`);
    await page.getByRole("link", { name: "Sign in at Bedrock" }).click();
    await atProvider("wilma");
    await page.waitForURL(`${site.url}/ui/secrets`);
    await page.getByRole("heading", { name: "Secrets", level: 1 }).waitFor();
    await page.getByText("wilma").first().waitFor();
    await signOut();
  });

  test("an address of the provider's answer that was used or made up signs nobody in, and says why", async () => {
    await page.goto(`${site.url}/v2/session/oidc/callback?code=made-up&state=<script>x</script>`);
    await page.getByRole("heading", { name: "no sign-in was begun here" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${site.url}/ui/`);
    await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
  });

  test("somebody whom the provider knows and the site does not is told so", async () => {
    await page.getByRole("link", { name: "Sign in at Bedrock" }).click();
    await atProvider("stranger");
    await page.getByRole("heading", { name: "stranger has no account on this site" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("link", { name: "Back to berth" }).click();
    await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
  });
});
