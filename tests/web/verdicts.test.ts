// An image that the site's rules refuse, at a whole server with a real registry: whoever pulls it is told why it did not come, staff
// read the verdict, let it out, and see by whom.

import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasSkopeo, push } from "../gateway-work/images.ts";
import { makeSite, type ServeProcess, type TestSite } from "../server/site.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { absent, openBrowser, openTab, show, violations } from "./browser.ts";

const KEY =
  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n-----END OPENSSH PRIVATE KEY-----\n";
const BAD = {
  config: { Cmd: ["/usr/bin/tool"] },
  layers: [{ entries: [{ path: "root/.ssh/id_ed25519", content: KEY, mode: 0o600 }] }],
};
const missing = absent ?? (hasRegistry && hasSkopeo ? undefined : "docker-registry and skopeo");

describe.skipIf(missing)(`a verdict in the pages${missing ? ` [needs ${missing}]` : ""}`, () => {
  let registry: TestRegistry;
  let site: TestSite;
  let server: ServeProcess;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    [registry, site, browser] = await Promise.all([startRegistry(), makeSite(), openBrowser()]);
    const { privateKey } = generateKeyPairSync("ed25519");
    await writeFile(join(site.dir, "verdicts.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const policy = { judge: "enforce", profile: "generic", key: "verdicts.key", scan: false };
    await site.configure({
      gateway: { registries: { here: { url: registry.url } }, defaultRegistry: "here", policy },
    });
    // Sign-in does not wait for the engine, of which there is none here.
    const services = { name: "test", engine: { address: `unix://${site.dir}/none` }, accounts: { admins: ["root"] } };
    const config = JSON.parse((await readFile(site.config, "utf8")).replace(/^#.*\n/, ""));
    await writeFile(site.config, `# A site\n${JSON.stringify({ ...config, services })}\n`);
    server = await site.serve();
    await push(registry, "team/bad:1", BAD);
    ({ page, complaints } = await openTab(browser));
    const headers = { authentication: "good:root:root::0:0", "content-type": "application/json" };
    const body = JSON.stringify({ name: "browser", scopes: ["manage", "admin", "pull", "read"] });
    const made = await fetch(`${server.url}/v2/tokens`, { method: "POST", headers, body });
    const { secret } = (await made.json()) as { readonly secret: string };
    await page.goto(`${server.url}/ui/images`);
    await page.getByLabel("Token").fill(secret);
    await page.getByRole("button", { name: "Sign in with the token" }).click();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await site?.remove();
    await registry?.stop();
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const verdict = () => page.getByRole("button", { name: /: verdict on team\/bad:1$/ });
  const dialog = () => page.getByRole("dialog");

  test("whoever pulls what is refused is told why it did not come", async () => {
    await page.getByLabel("Image", { exact: true }).fill("team/bad:1");
    await button("Pull").click();
    await page.getByText(/team\/bad:1 did not come: quarantined by policy: SEC\d+/).waitFor({ timeout: 30_000 });
    await button("Forget team/bad:1").click();
    await page.getByText("did not come").waitFor({ state: "detached" });
  }, 60_000);

  test("staff find it, and read what is wrong with it and what to do", async () => {
    await page.getByLabel("All, in any state").check();
    await page
      .getByRole("row", { name: /team\/bad:1/ })
      .getByText("quarantined", { exact: true })
      .waitFor();
    await verdict().click();
    await dialog().getByText("It is in quarantine").waitFor();
    await dialog().getByText("id_ed25519").first().waitFor();
    expect(await dialog().locator(".hint").count()).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
  });

  test("staff let it out, and the verdict says who and why", async () => {
    await button("Release team/bad:1").click();
    await dialog().getByLabel("Why it may be run").fill("a key of the tests");
    await dialog().getByRole("button", { name: "Release it" }).click();
    await page
      .getByRole("row", { name: /team\/bad:1/ })
      .getByText("released")
      .waitFor();
    await show(page, "/images");
    await verdict().click();
    await dialog()
      .getByText(/Released by root, .*: a key of the tests/)
      .waitFor();
    expect(complaints).toEqual([]);
  });
});
