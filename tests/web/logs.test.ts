// Logs in a browser: followed, filtered, searched, and shown again after another part of them was asked for.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absent, openBrowser, openTab, show, signIn } from "./browser.ts";
import { type Harbour, openHarbour } from "./harbour.ts";

describe.skipIf(absent)(`logs in a browser${absent ? ` [needs ${absent}]` : ""}`, () => {
  let harbour: Harbour;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [harbour, browser] = await Promise.all([openHarbour(), openBrowser()]);
    ({ page } = await openTab(browser));
    await signIn(page, harbour.url);
  });
  afterAll(async () => {
    await browser?.close();
    await harbour?.stop();
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });

  test("follows logs, pauses, filters, and keeps ten thousand lines cheap", async () => {
    await show(page, "/stacks/rover/logs");
    await page.getByText("GET /telemetry/299 200").waitFor();
    await button("Pause").click();
    harbour.sample.logs(10_000);
    await page.getByText("10000 more came meanwhile").waitFor();
    await button("Pause").click();
    await page.getByText("GET /telemetry/10299 200").waitFor();
    expect(await page.locator(".line").count()).toBeLessThan(120);
    await page.getByLabel("Filter").fill("telemetry/77 ");
    await page.getByText("1 line of 10300").waitFor();
    await page.getByLabel("Output").selectOption("stderr");
    await page.getByLabel("Filter").fill("");
    await page.getByText("43 lines").waitFor();
  });

  test("finds lines of any day; what looks like HTML in them is text, and the fields say what was asked for", async () => {
    const text = "<img src=x onerror=alert(1)>";
    await show(page, "/logs");
    await page.getByLabel("Lines with").fill(text);
    await button("Search").click();
    await page.getByText(`an ${text} in telemetry 2`).waitFor();
    await expect.poll(() => page.locator("mark").first().textContent()).toBe(text);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator(".line-time").first().textContent()).toMatch(/^\d\d-\d\d \d\d:\d\d:\d\d$/);
    await show(page, "/logs?text=error");
    await page.getByText("an error in telemetry 2").waitFor();
    await expect.poll(() => page.getByLabel("Lines with").inputValue()).toBe("error");
  });

  test("another part of the logs comes although a picture of the one before was never drawn", async () => {
    await show(page, "/stacks/rover/logs");
    await page.getByText("GET /telemetry/299 200").waitFor();
    await page.evaluate(
      "globalThis.draw = requestAnimationFrame; requestAnimationFrame = () => (globalThis.asked = 7)",
    );
    harbour.sample.logs(10);
    await expect.poll(() => page.evaluate("globalThis.asked")).toBe(7);
    await page.evaluate("requestAnimationFrame = globalThis.draw");
    await page.getByLabel("Output").selectOption("stderr");
    await page.getByText("43 lines").or(page.getByText("42 lines")).waitFor();
  });
});
