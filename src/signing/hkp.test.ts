import { describe, expect, test } from "vitest";
import { keyServerUrl, parseIndex } from "./hkp.ts";

describe("a key server's index", () => {
  test("is read line by line", () => {
    const print = "91C551E38817BEF272EB6E3E32C009F0FDBD4348";
    const text = [
      "info:1:2",
      `pub:${print}:1:2048:1795338663::`,
      "uid:Seed %3Cseed@example.org%3E:1795338663::",
      "uid:S%C3%A9:1795338663::",
      `pub:${print.slice(24)}:22:256:x:1:re`,
    ].join("\r\n");
    expect(parseIndex(text)).toEqual([
      { print, algorithm: "1", bits: "2048", created: 1795338663, flags: "", names: ["Seed <seed@example.org>", "Sé"] },
      { print: print.slice(24), algorithm: "22", bits: "256", created: 0, flags: "re", names: [] },
    ]);
  });

  test.each(["9007199254740991", "-9007199254740991", "8640000000001"])("tells no time that is none: %s", (time) => {
    expect(parseIndex(`pub:0123456789ABCDEF:1:2048:${time}::`)).toMatchObject([{ created: 0 }]);
  });

  test("may be nonsense", () => {
    expect(parseIndex("<html>\nuid:lost\npub:short:1\nuid:%zz\n")).toEqual([]);
  });

  test("is read no further than a person could", () => {
    const lines = Array.from({ length: 5000 }, () => "pub:0123456789ABCDEF:1:2048:1::\n").join("");
    expect(parseIndex(lines)).toHaveLength(1000);
  });
});

describe("a key server's address", () => {
  test.each([
    ["keys.example.org", "https://keys.example.org/"],
    ["hkps://keys.example.org", "https://keys.example.org/"],
    ["hkp://keys.example.org", "http://keys.example.org:11371/"],
    ["hkp://keys.example.org:80", "http://keys.example.org/"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"],
  ])("%s is %s", (text, url) => {
    expect(keyServerUrl(text).href).toBe(url);
  });

  test.each(["ftp://example.org", "https://", "hkp://[", "file:///etc/passwd"])("%s is none", (text) => {
    expect(() => keyServerUrl(text)).toThrow(/no address/);
  });
});
