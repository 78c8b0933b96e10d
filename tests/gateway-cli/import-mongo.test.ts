// `berth gateway import-mongo`: a Shifter site's records, from every form that a dump has.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCatalog } from "../../src/gateway/catalog/index.ts";
import { writeBson } from "../../src/gateway/mongo/testing.ts";
import { openStore } from "../../src/store/index.ts";
import { runBerth } from "./program.ts";

const ID = "a".repeat(64);
const OTHER = "b".repeat(64);
const image = (change: Readonly<Record<string, unknown>>) => ({
  ...{ system: "mycluster", itype: "docker", status: "READY", format: "squashfs", id: ID, tag: ["ubuntu:24.04"] },
  ...{ userACL: [], groupACL: [], private: false, ENV: ["PATH=/bin"], ENTRY: null, last_pull: 1700000000.5, ...change },
});
const IMAGES = [
  image({}),
  image({ id: OTHER, tag: ["secret:1", "secret:2"], private: true, userACL: [500], expiration: 1800000000.25 }),
  image({ id: "c".repeat(64), tag: ["lost:1"] }),
  image({ status: "EXPIRED", id: "d".repeat(64) }),
  image({ system: "elsewhere" }),
];
const METRICS = [1, 2, 3].map((n) => ({
  ...{
    user: "alice",
    uid: 500,
    system: "mycluster",
    type: "docker",
    tag: "ubuntu:24.04",
    id: ID,
    time: 1700000000 + n,
  },
}));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-import-mongo-"));
  await mkdir(join(folder, "images"));
  for (const id of [ID, OTHER])
    for (const end of ["squashfs", "meta"]) await writeFile(join(folder, "images", `${id}.${end}`), "12345");
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function config(name: string): Promise<string> {
  const path = join(folder, `${name}.yaml`);
  const server = `server: {database: ${name}.db, stateDir: ${name}}\n`;
  await writeFile(path, `${server}gateway: {systems: {mycluster: {imageDir: images}}}\n`);
  return path;
}

const lines = (documents: readonly object[]) => documents.map((item) => `${JSON.stringify(item)}\n`).join("");

const FORMS: readonly (readonly [string, (name: string) => Promise<string>])[] = [
  [
    "a folder of mongodump",
    async (name) => {
      await mkdir(join(folder, name, "Shifter"), { recursive: true });
      await writeFile(join(folder, name, "Shifter/images.bson"), Buffer.concat(IMAGES.map(writeBson)));
      await writeFile(join(folder, name, "Shifter/metrics.bson.gz"), gzipSync(Buffer.concat(METRICS.map(writeBson))));
      await writeFile(join(folder, name, "Shifter/images.metadata.json"), "{}");
      return join(folder, name);
    },
  ],
  [
    "lines of mongoexport",
    async (name) => {
      const path = join(folder, `${name}.json`);
      await writeFile(path, lines([...IMAGES.map((item) => ({ _id: { $oid: "ab" }, ...item })), ...METRICS]));
      return path;
    },
  ],
  [
    "an array of mongoexport",
    async (name) => {
      const path = join(folder, `${name}.json`);
      await writeFile(path, JSON.stringify([...IMAGES, ...METRICS], null, 2));
      return path;
    },
  ],
];

describe("berth gateway import-mongo", () => {
  test.each(FORMS)("takes over %s, once", async (form, write) => {
    const name = form.replaceAll(" ", "-");
    const words = ["gateway", "import-mongo", await write(name), "--config", await config(name)];
    const dry = await runBerth([...words, "--dry-run"]);
    expect([dry.status, dry.err, dry.out.split("\n")[0]]).toEqual([0, "", "images would be taken: 2"]);
    const first = await runBerth(words);
    expect(first.out).toBe(
      [
        "images taken: 2",
        "lookups taken: 3",
        "left out: 1 (its status is EXPIRED)",
        "left out: 1 (its system elsewhere is not in the configuration)",
        `file missing: mycluster/${"c".repeat(64)}.squashfs\n`,
      ].join("\n"),
    );
    const again = JSON.parse((await runBerth([...words, "--json"])).out);
    expect(again).toMatchObject({ taken: 0, already: 2, lookups: 0 });
    await check(join(folder, `${name}.db`));
  });

  test.each([
    ["images.bson", "junk of no use", /images.bson has a document of more than|is damaged at byte 0/],
    ["images.json", '{"status": "READY"\n', /images.json line 1 is no JSON/],
  ])("refuses a damaged %s", async (name, content, message) => {
    const path = join(folder, "damaged", name);
    await mkdir(join(folder, "damaged"), { recursive: true });
    await writeFile(path, content);
    const { status, err } = await runBerth([
      "gateway",
      "import-mongo",
      path,
      "--config",
      await config("damaged"),
      "-n",
    ]);
    expect([status, err]).toEqual([1, expect.stringMatching(message)]);
  });

  test("says when there is nothing", async () => {
    const empty = await runBerth([
      "gateway",
      "import-mongo",
      join(folder, "images"),
      "-n",
      "--config",
      await config("none"),
    ]);
    expect([empty.status, empty.err]).toEqual([1, expect.stringContaining("holds neither images nor metrics")]);
  });
});

async function check(database: string): Promise<void> {
  const store = await openStore(`sqlite:${database}`, { now: () => 1 });
  try {
    const rules = { privateDefault: "owner", expirationMs: 1000, lookupsKept: true } as const;
    const quota = { bytes: undefined, images: undefined };
    const catalog = makeCatalog({ store, config: { ...rules, quota } });
    const found = await catalog.find({ system: "mycluster", itype: "docker", tag: "secret:2" });
    expect(found).toMatchObject({ id: OTHER, private: true, users: [500], bytes: 5, expires: 1800000000.25 });
    expect(found && (await catalog.mayRead(found, { uid: 501, gids: [501] }))).toBe(false);
    expect(
      (await catalog.list({ system: "mycluster" }, { uid: undefined, gids: [] })).items.map(({ id }) => id),
    ).toEqual([ID]);
    await catalog.close();
  } finally {
    await store.close();
  }
}
