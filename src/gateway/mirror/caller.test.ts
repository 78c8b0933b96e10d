// Who an Authorization header speaks for.

import { describe, expect, test } from "vitest";
import { callerReader, NOBODY } from "./caller.ts";

const basic = (login: string) => `Basic ${Buffer.from(login).toString("base64")}`;
const read = callerReader();

describe("a caller", () => {
  test.each([
    undefined,
    "",
    "Basic",
    "Basic !!",
    basic(":"),
    basic("nocolon"),
    "Digest x",
    `Bearer ${"x".repeat(20_000)}`,
  ])("is nobody with %s", (header) => {
    expect(read(header)).toEqual(NOBODY);
  });

  test("has the login that was sent, with colons in the password", () => {
    expect(read(basic("anna:a:b")).credential).toMatchObject({ kind: "password", username: "anna", password: "a:b" });
    expect(read("bearer abc").credential).toMatchObject({ kind: "bearer", token: "abc" });
    expect(read(basic("<token>:refresh")).credential).toMatchObject({ kind: "identity", token: "refresh" });
  });

  test("is remembered by a key that holds nothing of the login and means nothing to another process", () => {
    const { key } = read(basic("anna:secret"));
    expect(key).toBe(read(basic("anna:secret")).key);
    expect(key).not.toBe(read(basic("anna:other")).key);
    expect(key).not.toBe(callerReader()(basic("anna:secret")).key);
  });
});
