// `shifter` in a job whose node was set up, where it wants something else than was set up: the image that root has mounted
// serves all the same, though its file is closed to users; and what was set up tells what the gateway's files would.

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FIRST, NodeSite, obstacle, SECOND } from "../node/node-site.ts";

const reason = obstacle();

describe.skipIf(reason)(`shifter beside a set-up${reason ? ` [${reason}]` : ""}`, { timeout: 30_000 }, () => {
  let site: NodeSite;
  beforeAll(() => {
    site = new NodeSite();
    const meta = [
      "FORMAT: squashfs",
      "ENV: PATH=/bin",
      "ENV: OWN=of the image",
      "WORKDIR: /var",
      "ENTRY: ['/bin/echo', 'hi']",
    ];
    writeFileSync(`${site.images}/${FIRST}.meta`, `${meta.join("\n")}\n`, { mode: 0o600 });
    const hook = "#!/bin/sh\necho of the hook >made-by-root\n";
    writeFileSync(site.place("site/hook"), hook, { mode: 0o755 });
    site.configure({ modules: { rooted: { roothook: site.place("site/hook") }, plain: {} } });
    expect(site.setup("7", ["--hosts", "n1/2 n2/1", "--module", "rooted"])).toEqual({ status: 0, out: "", err: "" });
  });
  afterAll(() => {
    site?.teardown("7");
    expect(site?.leftovers()).toEqual([]);
    site?.close();
  });

  test("mounts a volume that was not set up, in the image that was", () => {
    expect(site.shifter("7", "--volume=/data:/other", "cat", "/other/mine", "/var/hostsfile").err).toContain(
      "/other/mine",
    );
    writeFileSync(`${site.place("data")}/mine`, "mine\n");
    const { status, out, err } = site.shifter("7", "--volume=/data:/other", "cat", "/other/mine", "/var/hostsfile");
    expect({ status, out, err }).toEqual({ status: 0, out: "mine\nn1\nn1\nn2", err: "" });
    const mounts = site.shifter("7", "--volume=/data:/other", "cat", "/proc/mounts").out;
    expect(mounts.split("\n").filter((line) => / \/ .*fuse/.test(line))).toEqual([]);
    expect(mounts).toMatch(/ \/other /);
  });

  test("knows the image's variables, entrypoint and directory from the set-up", () => {
    const words = (...more: string[]) => site.shifter("7", "--volume=/data:/other", ...more).out;
    expect(words("sh", "-c", 'echo "$OWN"')).toBe("of the image");
    expect(words("--entrypoint", "you")).toBe("hi you");
    expect(words("--workdir", "pwd")).toBe("/var");
  });

  test("says what it is in its own words", () => {
    const { out } = site.shifter("7", "--module=none", "--volume=/data:/other:ro", "cat", "/var/shifterConfig.json");
    expect(out).toBe(`{"identifier":"${FIRST}","user":"${site.user.name}","volMap":"/data:/other:ro","modules":""}`);
  });

  test("finds what a module's hook of root has made, with volumes that were not set up", () => {
    const look = ["sh", "-c", "cat /made-by-root; ls /home"];
    const words = ["--volume=/data:/home", ...look];
    expect(site.shifter("7", "--module=rooted", ...words)).toEqual({ status: 0, err: "", out: "of the hook\nmine" });
    expect(site.shifter("7", "--module=rooted", "cat", "/made-by-root").out).toBe("of the hook");
    expect(site.shifter("7", "--module=none", ...words).out).toBe("mine");
    const missing = site.shifter("7", "--module=rooted", "--volume=/data:/new/place", "true");
    expect(missing).toMatchObject({
      status: 1,
      err: expect.stringContaining("or volumes at places that the image has"),
    });
    const other = site.shifter("7", "--module=plain,rooted", ...words);
    expect(other).toMatchObject({ status: 1, err: expect.stringContaining("the module rooted has a hook") });
  });

  test("lets the image be changed, as far as its own directories allow", () => {
    const { status, out, err } = site.shifter("7", "--writable-tmpfs", "sh", "-c", "echo x >/new && cat /new; id -u");
    expect({ status, out, err }).toEqual({ status: 0, out: `x\n${site.user.uid}`, err: "" });
  });

  test("needs a set-up for another image, whose file is closed", () => {
    const { status, err } = site.shifter("7", `--image=id:${SECOND}`, "true");
    expect(status).toBe(1);
    expect(err).toContain(`the image ${SECOND} cannot be read`);
  });

  test("is nothing outside of the job", () => {
    expect(site.shifter("8", "true")).toMatchObject({ status: 1, err: expect.stringContaining("cannot be read") });
  });

  test("hands the launcher what root has prepared, as its page says", () => {
    const prepared = readFileSync(`${site.holder("7")}/prepared`, "utf8");
    expect(prepared).toMatch(/^BERTHPREPARED1\nidentifier\0/);
  });
});
