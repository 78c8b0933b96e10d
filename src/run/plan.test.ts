// Whole decisions, compared as data.

import { describe, expect, test } from "vitest";
import type { HostFacts } from "./host.ts";
import { decideIdentity } from "./identity.ts";
import type { ImageFacts } from "./image-facts.ts";
import type { LaunchPlan } from "./launch-plan.ts";
import { type PlannedLaunch, planLaunch } from "./plan.ts";
import type { LaunchRequest } from "./request.ts";
import { aHost, anImage, aRequest } from "./testing.ts";

interface Case {
  readonly request?: Partial<LaunchRequest>;
  readonly host?: Partial<HostFacts>;
  readonly image?: Partial<ImageFacts>;
  readonly isDir?: boolean;
  readonly has?: (path: string) => boolean;
  readonly ids?: Parameters<typeof decideIdentity>[3];
}

function plan(given: Case = {}): PlannedLaunch {
  const request = aRequest(given.request);
  const host = aHost(given.host);
  const facts = anImage(given.image);
  return planLaunch({
    request,
    host,
    image: { path: "/images/small.sif", isDir: given.isDir ?? false, facts },
    identity: decideIdentity(request, host, facts, given.ids ?? { missing: "none here" }),
    view: { root: { kind: "dir", source: "/mnt/x" }, mounts: [] },
    overrides: new Map(),
    devices: { mounts: [], env: new Map() },
    limits: [],
    has: given.has ?? (() => true),
  });
}

/** One word per mount: its kind, where it comes from, where it goes. */
function shown({ mounts }: LaunchPlan): string[] {
  return mounts.map((record) => {
    if (record.op === "root-hook") return `root-hook ${record.path}`;
    const source = record.op === "bind" && record.source !== record.target ? `${record.source}>` : "";
    const flags = record.op === "bind" && record.flags.includes("ro") ? " ro" : "";
    return `${record.op} ${source}${record.target}${flags}`;
  });
}

const RANGES = { uid: { start: 100000, count: 65536 }, gid: { start: 200000, count: 65536 } };

describe("by default", () => {
  test("the mounts are those of Apptainer, in its order", () => {
    expect(shown(plan({ request: { binds: [bind("/etc", "/mnt", true)] } }).plan)).toEqual([
      "bind /dev",
      "bind /etc/localtime ro",
      "bind /etc/hosts ro",
      "proc /proc",
      "sysfs /sys",
      "bind /home/ada",
      "bind /tmp",
      "bind /var/tmp",
      "bind /etc/resolv.conf ro",
      "file /etc/passwd",
      "file /etc/group",
      "bind /etc>/mnt ro",
      "bind /work",
    ]);
  });

  test("the caller stays the caller, without capabilities, on a read-only root", () => {
    expect(plan().plan).toMatchObject({
      userns: { kind: "self" },
      caps: "none",
      readonlyRoot: true,
      layer: { kind: "auto" },
      umask: 0o027,
      chdir: ["/work", "/home/ada", "/"],
      exec: "true",
      argv: ["true"],
    });
  });

  test("the container is named in the variables that scripts ask for", () => {
    const env = Object.fromEntries(plan({ request: { binds: [bind("/etc", "/mnt", false)] } }).plan.env);
    expect(env).toMatchObject({
      HOME: "/home/ada",
      USER: "ada",
      BERTH_CONTAINER: "/images/small.sif",
      APPTAINER_CONTAINER: "/images/small.sif",
      SINGULARITY_NAME: "small.sif",
      APPTAINER_COMMAND: "exec",
      APPTAINER_BIND: "/mnt",
    });
  });
});

function bind(source: string, target: string, readonly: boolean): LaunchRequest["binds"][number] {
  return { source, target, readonly, text: `${source}:${target}` };
}

describe("what is left out", () => {
  test.each<[string[], string[]]>([
    [["tmp"], ["bind /tmp", "bind /var/tmp"]],
    [["home"], ["bind /home/ada"]],
    [["cwd"], ["bind /work"]],
    [["proc"], ["proc /proc"]],
    [["sys"], ["sysfs /sys"]],
    [["dev"], ["bind /dev"]],
    [["/etc/hosts"], ["bind /etc/hosts ro"]],
    [["bind-paths"], ["bind /etc/localtime ro", "bind /etc/hosts ro"]],
    [
      ["home", "cwd"],
      ["bind /home/ada", "bind /work"],
    ],
  ])("by --no-mount %j is %j", (noMount, missing) => {
    const all = shown(plan().plan);
    expect(shown(plan({ request: { noMount } }).plan)).toEqual(all.filter((mount) => !missing.includes(mount)));
  });

  test("an unknown name is said, and nothing else happens", () => {
    const planned = plan({ request: { noMount: ["bogus"] } });
    expect(planned.notes).toEqual([{ level: "warn", text: "Ignoring unknown mount type 'bogus'" }]);
    expect(shown(planned.plan)).toEqual(shown(plan().plan));
  });

  test("a home that the host lacks becomes an empty one, and / is never mounted", () => {
    expect(shown(plan({ host: { kind: () => undefined } }).plan)).toContain("tmpfs /home/ada");
    const user = { uid: 1001, gid: 1001, name: "ada", home: "/", shell: "/bin/sh" };
    expect(plan({ host: { user } }).notes[0]?.text).toMatch(/home directory is \//);
  });
});

describe("contained", () => {
  test("the container has its own /dev, /tmp and home, and nothing of the start directory", () => {
    const mounts = shown(plan({ request: { contain: true } }).plan);
    expect(mounts).toContain("tmpfs /home/ada");
    expect(mounts).toContain("tmpfs /tmp");
    expect(mounts).toContain("bind /dev/null");
    expect(mounts).toContain("devpts /dev/pts");
    expect(mounts).not.toContain("bind /dev");
    expect(mounts).not.toContain("bind /work");
  });

  test("with --workdir they are kept there", () => {
    const planned = plan({ request: { contain: true, workdir: "/w", scratch: ["/scr"] } });
    const mounts = shown(planned.plan);
    for (const mount of ["bind /w/home>/home/ada", "bind /w/tmp>/tmp", "bind /w/var_tmp>/var/tmp"])
      expect(mounts).toContain(mount);
    expect(mounts).toContain("bind /w/scratch/scr>/scr");
    expect(planned.prepare.map(({ path }) => path)).toEqual(["/w/home", "/w/tmp", "/w/var_tmp", "/w/scratch/scr"]);
  });
});

describe("fakeroot", () => {
  test("maps the caller to root and the ranges behind it", () => {
    const planned = plan({ request: { fakeroot: true }, ids: RANGES });
    expect(planned.plan.userns).toEqual({
      kind: "ranges",
      maps: [
        { kind: "u", inside: 0, outside: 1001, count: 1 },
        { kind: "u", inside: 1, outside: 100000, count: 65536 },
        { kind: "g", inside: 0, outside: 1001, count: 1 },
        { kind: "g", inside: 1, outside: 200000, count: 65536 },
      ],
    });
    expect(planned.plan.caps).toBe("namespace");
    expect(shown(planned.plan)).toContain("bind /home/ada>/root");
    expect(planned.plan.env.get("HOME")).toBe("/root");
  });

  test("without ranges maps root alone, and says why", () => {
    const planned = plan({ request: { fakeroot: true }, ids: { missing: "/etc/subuid has no range for ada" } });
    expect(planned.plan.userns.kind).toBe("root");
    expect(planned.notes[0]?.text).toContain("/etc/subuid has no range for ada");
  });
});

describe("as Docker does", () => {
  const config = { Entrypoint: ["/app"], Cmd: ["x"], Env: ["A=`1`"], WorkingDir: "/srv/app", User: "app" };
  const image = { config, passwd: "root:x:0:0::/root:/bin/sh\napp:x:7:8::/home/app:/bin/sh\n" };
  const request = {
    command: "run",
    args: [],
    docker: true,
    contain: true,
    writableTmpfs: true,
    pid: true,
    init: false,
  } as const;

  test("USER, WORKDIR, environment and words are the image's", () => {
    const planned = plan({ request, image, ids: RANGES });
    expect(planned.plan).toMatchObject({
      setid: { uid: 7, gid: 8 },
      caps: "none",
      chdir: ["/srv/app"],
      argv: ["/app", "x"],
      readonlyRoot: false,
      umask: 0o22,
    });
    expect(Object.fromEntries(planned.plan.env)).toEqual({
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOSTNAME: "node7",
      HOME: "/home/app",
      A: "`1`",
    });
    expect(shown(planned.plan)).toContain("dir /srv/app");
  });

  test("a WORKDIR that is relative begins at the root", () => {
    const planned = plan({
      request,
      image: { ...image, config: { ...config, WorkingDir: "app/../srv/" } },
      ids: RANGES,
    });
    expect(planned.plan.chdir).toEqual(["/srv"]);
    expect(shown(planned.plan)).toContain("dir /srv");
  });

  test("without subordinate ids the caller stands in for USER, and is told", () => {
    const planned = plan({ request, image });
    expect(planned.plan.setid).toBeUndefined();
    expect(planned.plan.userns.kind).toBe("self");
    expect(planned.notes[0]?.text).toMatch(/running as ada instead/);
  });
});

describe("a writable directory", () => {
  const request = { writable: true };

  test("gets no mount points that it lacks, and each is said", () => {
    const planned = plan({ request, isDir: true, has: (path) => path !== "/etc/localtime" });
    expect(shown(planned.plan)).not.toContain("bind /etc/localtime ro");
    expect(planned.notes.map(({ text }) => text)).toEqual([
      "Skipping mount /etc/localtime: /etc/localtime doesn't exist in container",
    ]);
  });

  test("refuses a bind whose destination it lacks", () => {
    const binds = [bind("/etc", "/nope", false)];
    const given = { request: { ...request, binds }, isDir: true, has: (path: string) => path !== "/nope" };
    expect(() => plan(given)).toThrow(expect.objectContaining({ code: "E_BIND_NO_TARGET" }));
  });
});

test("an image with environment scripts is started through its own shell", () => {
  const { plan: made } = plan({ image: { envScripts: ["90-environment.sh"], hasBash: true } });
  expect(made.argv.slice(0, 3)).toEqual(["/bin/bash", "--norc", "-c"]);
  expect(made.argv.slice(-2)).toEqual(["berth", "true"]);
  expect(made.env.has("USER")).toBe(false);
});

test("real root stays without a user namespace and keeps capabilities only when told to", () => {
  const user = { uid: 0, gid: 0, name: "root", home: "/root", shell: "/bin/bash" };
  expect(plan({ host: { user } }).plan).toMatchObject({ userns: { kind: "none" }, keepCaps: false });
  expect(plan({ host: { user }, request: { keepPrivs: true } }).plan.keepCaps).toBe(true);
  expect(plan({ host: { user }, request: { userns: true } }).plan.userns.kind).toBe("self");
});

test("message queues are mounted where /dev has a place for them", () => {
  const queues = (wish: Parameters<typeof plan>[0]) => plan(wish).plan.mounts.some((record) => record.op === "mqueue");
  const host = { kind: (path: string) => (path === "/dev/mqueue" ? ("dir" as const) : undefined) };
  expect(queues({ request: { ipc: true }, host })).toBe(true);
  expect(queues({ request: { ipc: true }, host: { kind: () => undefined } })).toBe(false);
  expect(queues({ request: { ipc: true, contain: true }, host: { kind: () => undefined } })).toBe(true);
});

test("namespaces and the init shim follow the request", () => {
  const made = plan({ request: { pid: true, ipc: true, net: true, hostname: "foo" } }).plan;
  expect(made).toMatchObject({ unshare: ["pid", "ipc", "uts", "net"], hostname: "foo", init: true });
  expect(plan({ request: { pid: true, init: false } }).plan.init).toBe(false);
});
