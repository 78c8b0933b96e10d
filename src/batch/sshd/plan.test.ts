import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientFiles } from "./client-files.ts";
import { derivedKeys, randomKeys } from "./keys.ts";
import { planSshd, sessionOptions } from "./plan.ts";
import { siteSecret } from "./secret.ts";
import { sessionScript } from "./server-files.ts";
import { terminalGroup } from "./terminal-group.ts";
import type { SshdRequest } from "./types.ts";

const SECRET = Buffer.alloc(64, 3);
const REQUEST: SshdRequest = {
  person: { name: "ada", uid: 1000, gid: 1000, gids: [1000, 20] },
  ...{ home: "/home/ada", shell: "/bin/bash", job: "77", hosts: ["n1", "n2.site"], terminals: 5 },
  ...{ dir: "/run/berth-node/1000.77.ssh", nodeDir: "/run/berth-node", sshd: { port: 1204 } },
  program: { kind: "openssh", path: "/usr/sbin/sshd" },
  keys: derivedKeys(SECRET, { uid: 1000, job: "77" }),
  ...{ authorized: [], shifter: "/usr/bin/shifter", options: ["--image=id:abc"] },
};
const fileOf = (request: SshdRequest, name: string) =>
  String(planSshd(request).files.find((file) => file.name === name)?.content);

describe("the keys of a job", () => {
  let work: string;
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "berth-keys-"));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test("are the same on every node, and others for another user, job, secret or purpose", () => {
    const pairs = [
      ...[derivedKeys(SECRET, { uid: 1000, job: "77" }), derivedKeys(Buffer.alloc(64, 4), { uid: 1000, job: "77" })],
      ...[derivedKeys(SECRET, { uid: 1000, job: "7" }), derivedKeys(SECRET, { uid: 10007, job: "7" })],
      ...[randomKeys({ uid: 1000, job: "77" }), randomKeys({ uid: 1000, job: "77" })],
    ];
    const lines = pairs.flatMap(({ user, host }) => [user.publicLine, host.publicLine]);
    expect(new Set(lines).size).toBe(lines.length);
    expect(derivedKeys(SECRET, { uid: 1000, job: "77" })).toEqual(REQUEST.keys);
  });

  test.skipIf(!existsSync("/usr/bin/ssh-keygen"))("are what OpenSSH takes for a pair [needs ssh-keygen]", () => {
    const path = join(work, "key");
    writeFileSync(path, REQUEST.keys.user.openssh, { mode: 0o600 });
    const shown = spawnSync("ssh-keygen", ["-y", "-f", path], { encoding: "utf8" });
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    expect(shown.stdout.split(" ", 2).join(" ").trim()).toBe(REQUEST.keys.user.publicLine);
  });

  test.skipIf(!existsSync("/usr/bin/dropbearkey"))("are what Dropbear takes for a pair [needs dropbearkey]", () => {
    const path = join(work, "dropbear");
    writeFileSync(path, REQUEST.keys.host.dropbear, { mode: 0o600 });
    const { stdout } = spawnSync("dropbearkey", ["-y", "-f", path], { encoding: "utf8" });
    expect(stdout).toContain(REQUEST.keys.host.publicLine);
  });

  test("come from a file that nobody else may read, or from none", () => {
    const path = join(work, "secret");
    writeFileSync(path, SECRET, { mode: 0o400 });
    expect(siteSecret(path)?.equals(SECRET)).toBe(true);
    expect(siteSecret(undefined, [join(work, "none"), path])?.equals(SECRET)).toBe(true);
    expect(siteSecret(undefined, [join(work, "none")])).toBeUndefined();
    chmodSync(path, 0o440);
    expect(() => siteSecret(path)).toThrow(/others may read/);
    expect(() => siteSecret(undefined, [path])).toThrow(/others may read/);
    writeFileSync(join(work, "short"), "x", { mode: 0o400 });
    expect(() => siteSecret(join(work, "short"))).toThrow(/fewer than 32/);
    expect(() => siteSecret(join(work, "none"))).toThrow(/ENOENT/);
  });
});

describe("the plan of a job's sshd", () => {
  test("lets in the job's key and no other way, and forwards nothing unless the site says so", () => {
    const config = fileOf(REQUEST, "sshd_config");
    for (const line of ["Port 1204", "AllowUsers ada", "PasswordAuthentication no", "PermitRootLogin no"])
      expect(config).toContain(`${line}\n`);
    expect(config).toContain("ForceCommand /bin/sh /run/berth-node/1000.77.ssh/session\n");
    expect(config).toContain("AllowTcpForwarding no\n");
    expect(fileOf({ ...REQUEST, sshd: { port: 1, forwarding: true } }, "sshd_config")).toContain(
      "AllowTcpForwarding yes\n",
    );
    expect(fileOf(REQUEST, "authorized_keys")).toBe(`${REQUEST.keys.user.publicLine}\n`);
    expect(fileOf(REQUEST, "passwd")).toBe("ada:x:1000:1000::/home/ada:/bin/sh\n");
    expect(fileOf(REQUEST, "group")).toBe("tty:x:5:\n");
  });

  test("keeps private keys to the user, and lets nothing else be his", () => {
    for (const { name, owner, mode } of planSshd(REQUEST).files) {
      const secret = /key$/.test(name);
      expect({ name, owner, mode }).toEqual({ name, owner: secret ? "user" : "root", mode: secret ? 0o400 : 0o444 });
    }
  });

  test("takes further public keys, but none that brings options", () => {
    const line = `ssh-rsa ${"A".repeat(372)} ada@login`;
    expect(fileOf({ ...REQUEST, authorized: [line] }, "authorized_keys")).toContain(`\nssh-rsa ${"A".repeat(372)}\n`);
    for (const bad of [`command="sh" ${line}`, `${line}\n${line}`, "ssh-rsa", "", "restrict ssh-rsa AAAA"])
      expect(() => planSshd({ ...REQUEST, authorized: [bad] })).toThrow(/no public key/);
  });

  test("refuses names that would be something else in a configuration file", () => {
    for (const name of ["a da", "ada\nPermitRootLogin yes", "a*", 'a"', ""])
      expect(() => planSshd({ ...REQUEST, person: { ...REQUEST.person, name } })).toThrow(/cannot be told the user/);
    expect(() => planSshd({ ...REQUEST, hosts: ["n1 n2"] })).toThrow(/cannot be told the host/);
    expect(() => planSshd({ ...REQUEST, dir: "/run/a b" })).toThrow(/cannot be told the folder/);
  });

  test("asks for the container with exactly the words that were given, whatever they are", () => {
    const word = fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => !/[\x00-\x1f]/.test(text));
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 4 }),
        fc.string({ maxLength: 30 }).filter((text) => !/\0/.test(text) && text !== "sftp-server" && text !== ""),
        (options, command) => {
          const script = sessionScript({
            ...REQUEST,
            shifter: "/usr/bin/printf",
            options: ["%s\\0", ...options],
            home: "/",
          });
          const env = { SSH_ORIGINAL_COMMAND: command, SHIFTER_IMAGE: "other" };
          const { stdout } = spawnSync("/bin/sh", ["-c", script], { env, encoding: "utf8" });
          expect(stdout.split("\0").slice(0, -1)).toEqual([...options, "/bin/sh", "-c", command]);
        },
      ),
      { numRuns: 25, seed: 5 },
    );
  });

  test("has the client check the hosts' key where nodes share one, and not where they cannot", () => {
    const config = String(clientFiles(REQUEST)[0]?.content);
    expect(config).toContain("Host n1 n1.* n2.site\n    Port 1204\n    User ada\n");
    expect(config).toContain("StrictHostKeyChecking yes");
    const alone = String(clientFiles({ ...REQUEST, keys: randomKeys({ uid: 1000, job: "77" }) })[0]?.content);
    expect(alone).toContain("StrictHostKeyChecking no");
    expect(alone).toContain("~/.udiRoot/id_rsa.key");
    const many = Array.from({ length: 5000 }, (_, index) => `node${index}`);
    const lines = String(clientFiles({ ...REQUEST, hosts: many })[0]?.content).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1000);
  });

  test("names the prepared container as it was asked for", () => {
    expect(sessionOptions({ image: "id:a", volumes: "", modules: [] })).toEqual(["--image=id:a", "--module=none"]);
    expect(sessionOptions({ image: "id:a", volumes: "/a:/b;/c:/d", modules: ["x", "y"] })).toEqual([
      ...["--image=id:a", "--volume=/a:/b;/c:/d", "--module=x,y"],
    ]);
  });

  test("gives terminals the group that this node gives them", () => {
    const line = (options: string) => `25 1 0:20 / /dev/pts rw,nosuid - devpts devpts ${options}\n`;
    expect(terminalGroup(line("rw,gid=5,mode=620"))).toBe(5);
    expect(terminalGroup(line("rw,mode=600"))).toBeUndefined();
    expect(terminalGroup(line("rw,gid=5") + line("rw"))).toBeUndefined();
    expect(terminalGroup("")).toBeUndefined();
  });
});
