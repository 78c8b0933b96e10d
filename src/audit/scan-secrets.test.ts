import { expect, test } from "vitest";
import { secretByName, secretsInFile } from "./scan-secrets.ts";

const KEY = `-----BEGIN RSA PRIVATE KEY-----\n${"MIIEowIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgHcTz6sE2I2yPB\n".repeat(8)}-----END RSA PRIVATE KEY-----\n`;

test("a key is found by what it says, with its line, and told once", () => {
  expect(secretsInFile("srv/app/server.key", Buffer.from(`one\n\n${KEY}`))).toEqual([
    { kind: "a private key", path: "srv/app/server.key", line: 3, certainty: "certain" },
  ]);
});

test("a file that is a credential by its name is told when nothing else is found, and not when it is empty", () => {
  const content = Buffer.from("machine example.org login me\n");
  expect(secretsInFile("root/.netrc", content)).toMatchObject([{ line: undefined, certainty: "likely" }]);
  expect(secretByName("root/.netrc", 0)).toEqual([]);
  expect(secretByName("root/notes", 10)).toEqual([]);
});

test("keys that packages bring as tests and examples are no secrets", () => {
  expect(secretsInFile("usr/lib/python3/dist-packages/x/tests/server.key", Buffer.from(KEY))).toEqual([]);
});

test("many hits in one file are told as a few", () => {
  expect(secretsInFile("opt/keys.txt", Buffer.from(KEY.repeat(100))).length).toBe(20);
});

test("bytes that are no UTF-8 do no harm", () => {
  expect(secretsInFile("opt/x", Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(KEY)]))).toHaveLength(1);
});
