// sshd as `berth node setup` starts it: logins find the prepared container, and every node of a job makes the same keys.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeSite, obstacle } from "../node/node-site.ts";
import { asUser } from "../support/ordinary-user.ts";
import { freePort } from "../support/registry.ts";

const reason = obstacle() ?? (existsSync("/usr/sbin/sshd") ? undefined : "openssh-server is not installed");

describe.skipIf(reason)(`the sshd of a node that is set up${reason ? ` [${reason}]` : ""}`, () => {
  let sites: readonly NodeSite[] = [];

  beforeAll(async () => {
    sites = [new NodeSite(), new NodeSite()];
    for (const site of sites) {
      writeFileSync(site.place("secret"), "s".repeat(64), { mode: 0o400 });
      site.configure({ sshd: { port: await freePort(), secretFile: site.place("secret") } });
      expect(site.setup("77", ["--hosts", "localhost/2"])).toMatchObject({ status: 0 });
    }
  });
  afterAll(() => {
    for (const site of sites) site.teardown("77");
    for (const site of sites) site.close();
  });

  // From the first node's files to the second node's port, as between nodes of a job.
  function ssh(from: NodeSite, to: NodeSite, ...words: readonly string[]) {
    const client = `${from.holder("77")}.ssh/client`;
    const config = readFileSync(`${to.holder("77")}.ssh/client/ssh_config`, "utf8");
    const port = /^ {4}Port (\d+)$/m.exec(config)?.[1];
    const known = `${client}/known_hosts`;
    const options = [
      `Port=${port}`,
      `IdentityFile=${client}/key`,
      `UserKnownHostsFile=${known}`,
      `GlobalKnownHostsFile=${known}`,
    ];
    const flags = options.flatMap((option) => ["-o", option]);
    const [command = "", ...rest] = asUser(from.user, [
      "ssh",
      ...flags,
      "-F",
      `${client}/ssh_config`,
      "localhost",
      ...words,
    ]);
    return spawnSync(command, rest, {
      encoding: "utf8",
      cwd: "/",
      timeout: 30_000,
      env: { PATH: "/usr/bin:/bin", HOME: "/nowhere" },
    });
  }

  test("leads into the container of the job, also from another of its nodes", () => {
    const [one, two] = sites as [NodeSite, NodeSite];
    for (const [from, to] of [
      [one, one],
      [one, two],
      [two, one],
    ] as const) {
      const ran = ssh(from, to, "cat /var/shifterConfig.json; echo; id -u; exit 5");
      expect(ran).toMatchObject({ status: 5, stdout: expect.stringContaining(`"user":"${one.user.name}"`) });
      expect(ran.stdout).toMatch(new RegExp(`\n${one.user.uid}\n$`));
    }
  });

  test("gives the container what its client needs, and nobody else the key", () => {
    const [one] = sites as [NodeSite];
    const shown = one.shifter("77", "cat", "/etc/ssh/ssh_config", "/var/shifterSsh/known_hosts", "/var/shifterSsh/key");
    expect(shown).toMatchObject({ status: 0, err: "" });
    expect(shown.out).toMatch(/^Host localhost( |$)/m);
    expect(shown.out).toMatch(/^berth-job-77 ssh-ed25519 /m);
    expect(shown.out).toContain("BEGIN OPENSSH PRIVATE KEY");
    expect(one.as("other", "cat", `${one.holder("77")}.ssh/client/key`)).toMatchObject({ status: 1, out: "" });
  });

  test("knows no key of another job", () => {
    const [one, two] = sites as [NodeSite, NodeSite];
    expect(two.teardown("77")).toMatchObject({ status: 0 });
    expect(two.setup("78", ["--hosts", "localhost/2"])).toMatchObject({ status: 0 });
    const [theirs, ours] = [`${two.holder("78")}.ssh`, `${one.holder("77")}.ssh`].map((dir) =>
      readFileSync(`${dir}/client/known_hosts`, "utf8").split(" ").at(-1),
    );
    expect(theirs).not.toBe(ours);
    expect(two.teardown("78")).toMatchObject({ status: 0 });
    expect(two.leftovers()).toEqual([]);
  });
});
