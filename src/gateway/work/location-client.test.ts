import { describe, expect, test } from "vitest";
import { maySendLogin } from "./location-client.ts";
import { waysOut } from "./ways-out.ts";

describe("a login", () => {
  test.each([
    ["https://registry.example", true],
    ["http://127.0.0.1:5000", true],
    ["http://[::1]:5000", true],
    ["http://localhost:5000", true],
    ["http://registry.example", false],
    ["http://127.0.0.1.example", false],
  ])("to %s: %s", (url, may) => {
    expect(maySendLogin({ name: "x", url, caFile: undefined, authMethod: "basic" })).toBe(may);
  });
});

test("of the environment only the way out is passed on", () => {
  const env = {
    HTTPS_PROXY: "p",
    no_proxy: "n",
    SSL_CERT_FILE: "c",
    HOME: "/root",
    TOKEN: "t",
    MY_HTTPS_PROXY_KEY: "k",
  };
  expect(waysOut(env)).toEqual({ HTTPS_PROXY: "p", no_proxy: "n", SSL_CERT_FILE: "c" });
});
