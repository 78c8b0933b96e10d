import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BundleConfig, parseBundleConfig } from "./config.ts";
import { aBundle } from "./testing.ts";

const parsed = (more?: Parameters<typeof aBundle>[0]) => parseBundleConfig(aBundle(more)) as BundleConfig;

describe("the configuration of a bundle", () => {
  test("is read whole", () => {
    const config = parsed({ root: { path: "rootfs", readonly: true }, annotations: { a: "b" } });
    expect(config).toMatchObject({
      root: { path: "rootfs", readonly: true },
      hostname: "umoci-default",
      annotations: { a: "b" },
      refused: [],
      process: { args: ["sh"], cwd: "/", uid: 0, gid: 0, rlimits: [{ name: "nofile", soft: 512, hard: 1024 }] },
    });
    expect([...config.namespaces]).toEqual(["pid", "ipc", "uts", "mount", "user"]);
  });

  test.each<[string, unknown, string]>([
    ["nothing", null, "ociVersion is no text"],
    ["a list", [], "it is no object"],
    ["an old version", { ...aBundle(), ociVersion: "0.5.0" }, "known is 1.x"],
    ["no root", { ...aBundle(), root: {} }, "root.path is no text"],
    ["no program", aBundle({ process: { args: [] } }), "names no program"],
    ["a NUL in an argument", aBundle({ process: { args: ["a\0b"] } }), "process.args[0] is no text"],
    ["a relative directory", aBundle({ process: { cwd: "x" } }), "process.cwd is no absolute path"],
    ["a strange user", aBundle({ process: { user: { uid: -1, gid: 0 } } }), "process.user.uid"],
    ["a strange limit", aBundle({ process: { rlimits: [{ type: "RLIMIT_X", soft: 1, hard: 1 }] } }), "no limit"],
    ["a mount on the root", aBundle({ mounts: [{ destination: "/a/.." }] }), "mounts[0].destination is the root"],
    ["a strange mapping", aBundle({ linux: { uidMappings: [{ size: 0 }] } }), "whole number"],
  ])("with %s is none", (_, document, reason) => {
    expect(parseBundleConfig(document)).toContain(reason);
  });

  test("may say that there is no limit", () => {
    const rlimits = [{ type: "RLIMIT_CORE", soft: 0, hard: 2 ** 64 }];
    expect(parsed({ process: { rlimits } }).process.rlimits).toEqual([{ name: "core", soft: 0, hard: undefined }]);
  });

  test.each<[string, Parameters<typeof aBundle>[0]]>([
    ["hooks.prestart", { hooks: { prestart: [{ path: "/bin/true" }], poststop: [] } }],
    ["process.apparmorProfile", { process: { apparmorProfile: "x" } }],
    ["process.selinuxLabel", { process: { selinuxLabel: "x" } }],
    ["linux.sysctl", { linux: { sysctl: { "net.x": "1" } } }],
    ["linux.resources", { linux: { resources: { memory: { limit: 1 }, devices: [] } } }],
    ["linux.seccomp", { linux: { seccomp: { defaultAction: "SCMP_ACT_ERRNO" } } }],
    ["linux.rootfsPropagation", { linux: { rootfsPropagation: "shared" } }],
    ["linux.namespaces.path", { linux: { namespaces: [{ type: "network", path: "/proc/1/ns/net" }] } }],
    ["linux.namespaces.time", { linux: { namespaces: [{ type: "time" }] } }],
    ["linux.personality", { linux: { personality: { domain: "LINUX32" } } }],
    ["windows", { windows: { layerFolders: ["x"] } }],
  ])("that sets %s is told from others", (name, more) => {
    expect(parsed(more).refused.map((refusal) => refusal.name)).toEqual([name]);
  });

  test("may set what has no effect without privileges", () => {
    const resources = { devices: [{ allow: false, access: "rwm" }], memory: {}, unified: {} };
    const linux = { resources, seccomp: { defaultAction: "SCMP_ACT_ALLOW" }, cgroupsPath: "/x", sysctl: {} };
    const more = { hooks: { prestart: [] }, process: { apparmorProfile: "", noNewPrivileges: false } };
    expect(parsed({ ...more, linux: { ...linux, rootfsPropagation: "rslave" } }).refused).toEqual([]);
  });

  test("may be nested as deep as it is long", () => {
    const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    expect(parsed({ linux: { sysctl: deep } }).refused).toEqual([]);
  });

  test("is read or refused whatever is written", () => {
    const names = ["process", "linux", "mounts", "root", "hooks", "annotations", "hostname"];
    const change = fc.dictionary(fc.constantFrom(...names), fc.anything());
    const inner = fc.dictionary(
      fc.constantFrom("args", "user", "cwd", "rlimits", "namespaces", "devices", "maskedPaths", "resources", "seccomp"),
      fc.oneof(fc.anything(), fc.array(fc.dictionary(fc.constantFrom("type", "path", "size"), fc.anything()))),
    );
    fc.assert(
      fc.property(change, inner, (outer, part) => {
        const documents = [{ ...aBundle(), ...outer }, aBundle({ process: part, linux: part })];
        for (const document of documents) {
          const config = parseBundleConfig(document);
          if (typeof config === "string") continue;
          for (const path of [
            config.process.cwd,
            ...config.mounts.map(({ destination }) => destination),
            ...config.maskedPaths,
          ])
            expect(path).toMatch(/^\/(?!.*(^|\/)\.\.(\/|$))/);
        }
      }),
      { numRuns: 200, seed: 17 },
    );
  });
});
