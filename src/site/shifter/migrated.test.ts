// A translated configuration says the same as the one it came from.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configOf } from "../testing.ts";
import { migratedText } from "./migrated.ts";
import { readShifterDocument } from "./read.ts";

const folder = fc.constantFrom("/images", "/images/x y", "rel/ative", "/ü: #");
const name = fc.constantFrom("mycluster", "a-1", "b.c", "007");
const users = fc.array(fc.constantFrom("root", "no", "1e3", "a b", "ü"), { maxLength: 3 });
const options = fc.array(fc.constantFrom("-o", "ConnectTimeout=5", "- x", "'q'"), { maxLength: 3 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const local = fc.record({
  accesstype: fc.constant("local"),
  admins: maybe(users),
  policy_file: maybe(folder),
  local: fc.record({ imageDir: folder }),
});
const remote = fc.record({
  accesstype: fc.constant("remote"),
  mungeSocketPath: folder,
  host: fc.constant(["dtn1"]),
  ssh: fc.record({ imageDir: fc.constant("/i"), username: fc.constant("u"), key: folder, sshCmdOptions: options }),
});
const file = fc.record({
  WorkerThreads: maybe(fc.integer({ min: 1, max: 64 })),
  LogLevel: maybe(fc.constantFrom("debug", "critical")),
  PullUpdateTimeout: maybe(fc.nat(1000)),
  PullUpdateTime: maybe(fc.nat(1000)),
  ImageExpirationTimeout: maybe(fc.constantFrom("90:00:00:00", "0:0:0:1")),
  Metrics: maybe(fc.boolean()),
  CacheDirectory: maybe(folder),
  ExpandDirectory: maybe(folder),
  ImportUsers: maybe(fc.oneof(fc.constantFrom("all", "None", null), users)),
  examiner: maybe(folder),
  ConverterOptions: maybe(fc.record({ squashfs: fc.oneof(fc.constantFrom("-a -b", ""), options) })),
  Locations: fc.constant({
    hub: { url: "https://registry-1.docker.io" },
    other: { sslcacert: "ca.pem", authMethod: "basic" },
  }),
  DefaultImageLocation: fc.constantFrom("hub", "other"),
  Platforms: fc.dictionary(name, fc.oneof(local, remote), { minKeys: 1, maxKeys: 2 }).filter(hasOwnFolders),
});

function hasOwnFolders(platforms: Readonly<Record<string, object>>): boolean {
  const folders = Object.values(platforms).map((one) =>
    JSON.stringify("local" in one ? one.local : "the remote folder"),
  );
  return new Set(folders).size === folders.length;
}

describe("migrate-config", () => {
  test("writes a site.yaml that gives the same configuration", async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.constantFrom({}, { ENABLE_LABELS: "1", DISABLE_ACL_METADATA: "1" }),
        async (json, env) => {
          const text = JSON.stringify(json, null, 1);
          const { translation } = await readShifterDocument({ name: "i", text }, { env, cwd: "/site" });
          const migrated = await migratedText(translation, "imagemanager.json");
          const [old, own] = [await configOf(text, env), await configOf(migrated, {})];
          expect(own.gateway).toEqual(old.gateway);
          expect(own.server).toEqual(old.server);
          expect(own.form).toBe("site");
        },
      ),
      { numRuns: 150, seed: 4 },
    );
  });

  test("says of every value what it was called, and what was left out", async () => {
    const text =
      '{"PullUpdateTime": 60, "MongoDB": "S", "Platforms": {"a": {"accesstype": "local", "admins": ["root"], "mungeSocketPath": "/m", "local": {"imageDir": "/i"}}}}';
    const { translation } = await readShifterDocument({ name: "i", text }, { env: {}, cwd: "/" });
    const migrated = await migratedText(translation, "i");
    expect(migrated).toContain("#   MongoDB: berth keeps records in a database of its own");
    expect(migrated).toContain("      # Platforms.a.mungeSocketPath\n      munge: /m\n");
    expect(migrated).toMatch(/ {2}# PullUpdateTime: seconds; [^\n]*\n {2}pullUpdate: 60\n/);
    expect(migrated).toContain("      admins:\n        - root\n");
  });
});
