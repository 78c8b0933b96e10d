import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RemoteTransfer } from "../../site/gateway-config.ts";
import { checkTransfer, quoteWord, scpCommand, sshCommand } from "./ssh-commands.ts";

const TRANSFER: RemoteTransfer = {
  ...{ kind: "remote", imageDir: "/images", host: "H", user: "U", key: "K" },
  ...{ sshOptions: ["-p", "22"], scpOptions: ["-P", "22"] },
};

describe("command lines", () => {
  test("are those of spec/shifter.md, case 132", () => {
    expect(sshCommand(TRANSFER, ["cmd"])).toEqual(["ssh", "-i", "K", "-p", "22", "U@H", "cmd"]);
    expect(scpCommand(TRANSFER, "/A", "/B")).toEqual(["scp", "-i", "K", "-P", "22", "/A", "U@H:/B"]);
  });

  test("name neither user nor key that are not given, and put addresses in brackets for scp alone", () => {
    const bare = { ...TRANSFER, user: undefined, key: undefined, sshOptions: [], scpOptions: [], host: "fe80::1" };
    expect(sshCommand(bare, ["cmd"])).toEqual(["ssh", "fe80::1", "cmd"]);
    expect(scpCommand(bare, "/A", "/B")).toEqual(["scp", "/A", "[fe80::1]:/B"]);
  });
});

describe("words", () => {
  const word = fc.string({
    unit: fc.constantFrom("a", "'", '"', "\\", "$", "`", "!", "\n", "\t", " ", "*", "?", "~", "#", ";", "&", "é", "-"),
    maxLength: 12,
  });

  test.each(["/bin/sh", "/bin/bash"])("reach a program through %s as they are", (shell) => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        const line = ["printf", "%s\\0", ...words].map(quoteWord).join(" ");
        const { stdout, status } = spawnSync(shell, ["-c", line], { encoding: "utf8" });
        expect(status).toBe(0);
        expect(stdout.split("\0").slice(0, -1)).toEqual(words);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe("transfers that a program could misread", () => {
  test.each([
    [{ host: "-oProxyCommand=id" }],
    [{ host: "a b" }],
    [{ user: "-l" }],
    [{ user: "a b" }],
    [{ key: "-x" }],
    [{ imageDir: "relative" }],
    [{ imageDir: "/with space" }],
    [{ imageDir: "/$(id)" }],
    [{ imageDir: "/a;b" }],
    [{ imageDir: "/[a]*" }],
  ])("are refused: %j", (change) => {
    expect(() => checkTransfer("s", { ...TRANSFER, ...change })).toThrow(
      expect.objectContaining({ code: "E_PUBLISH_TARGET" }),
    );
  });

  test("are not those of real sites", () => {
    for (const host of ["login-1.site.example", "10.0.0.1", "fe80::1", "[::1]", "fe80::1%eth0"])
      checkTransfer("s", { ...TRANSFER, host, imageDir: "/scratch/images_2/a.b-c" });
  });
});
