import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Flaw } from "../types.ts";
import { applyJudgements, expiredWaivers, type Judgements } from "./apply.ts";
import { readVex } from "./vex.ts";
import { readWaivers } from "./waivers.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-vex-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const NOW = new Date("2026-07-10T12:00:00Z");
const LIBSSL = "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12";
const DIGEST = `sha256:${"a".repeat(64)}`;
const FLAW: Flaw = {
  ...{ id: "CVE-2026-1", aliases: ["DSA-1-1"], purls: [LIBSSL], name: "openssl", installed: "3.0.11-1" },
  ...{ severity: "high", state: "affected", exploited: false, certainty: "certain", summary: "" },
  ...{ evidence: [], foundBy: ["berth"] },
};

async function kept(content: unknown, name = "a.json"): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const judged = (more: Partial<Judgements>, flaw = FLAW) =>
  applyJudgements([flaw], { vex: [], waivers: [], now: NOW, ...more })[0];

const openVex = async (...statements: readonly object[]) =>
  await readVex(
    await kept({
      "@context": "https://openvex.dev/ns/v0.2.0",
      author: "Site",
      timestamp: "2026-07-01T00:00:00Z",
      statements,
    }),
  );
const notAffected = (products: readonly unknown[], more: object = {}) => ({
  ...{ vulnerability: { name: "CVE-2026-1" }, products, status: "not_affected" },
  ...{ justification: "vulnerable_code_not_present", ...more },
});

describe("OpenVEX", () => {
  test("what does not affect a package does not count, and says why", async () => {
    const vex = await openVex(notAffected([{ "@id": "pkg:deb/debian/libssl3" }]));
    expect(judged({ vex })?.suppressed).toMatchObject({
      by: "vex",
      reason: "vulnerable_code_not_present",
      owner: "Site",
    });
  });

  test("another package, another version or another flaw counts on", async () => {
    for (const purl of ["pkg:deb/debian/libssl1.1", "pkg:deb/debian/libssl3@3.0.12-1", "pkg:rpm/debian/libssl3"])
      expect(judged({ vex: await openVex(notAffected([{ "@id": purl }])) })?.suppressed).toBeUndefined();
    const vex = await openVex(notAffected([LIBSSL], { vulnerability: "CVE-2026-2" }));
    expect(judged({ vex })?.suppressed).toBeUndefined();
  });

  test("an image is known by its digest only", async () => {
    const product = {
      "@id": `pkg:oci/app@${encodeURIComponent(DIGEST)}`,
      subcomponents: [{ "@id": "pkg:deb/debian/libssl3" }],
    };
    const vex = await openVex(notAffected([product]));
    expect(judged({ vex, image: DIGEST })?.suppressed).toBeDefined();
    expect(judged({ vex })?.suppressed).toBeUndefined();
    expect(judged({ vex: await openVex(notAffected(["pkg:oci/app"])), image: DIGEST })?.suppressed).toBeUndefined();
  });

  test("all packages that share the flaw must be meant", async () => {
    const vex = await openVex(notAffected([LIBSSL]));
    const two = { ...FLAW, purls: [LIBSSL, "pkg:deb/debian/openssl@3.0.11-1"] };
    expect(judged({ vex }, two)?.suppressed).toBeUndefined();
  });

  test("what is said later counts, wherever it stands", async () => {
    const later = {
      vulnerability: "DSA-1-1",
      products: [LIBSSL],
      status: "affected",
      timestamp: "2026-07-05T00:00:00Z",
    };
    expect(judged({ vex: await openVex(later, notAffected([LIBSSL])) })?.suppressed).toBeUndefined();
  });

  test("an investigation is a state, not an excuse", async () => {
    const vex = await openVex({ vulnerability: "CVE-2026-1", products: [LIBSSL], status: "under_investigation" });
    expect(judged({ vex })).toMatchObject({ state: "under-investigation" });
    expect(judged({ vex })?.suppressed).toBeUndefined();
  });
});

test("CSAF names products by numbers, alone and as parts of others", async () => {
  const path = await kept({
    document: { category: "csaf_vex", publisher: { name: "Maker" } },
    product_tree: {
      branches: [
        {
          branches: [
            { product: { product_id: "ssl", product_identification_helper: { purl: "pkg:deb/debian/libssl3" } } },
          ],
        },
      ],
      relationships: [{ product_reference: "ssl", full_product_name: { product_id: "app:ssl" } }],
    },
    vulnerabilities: [
      {
        cve: "CVE-2026-1",
        product_status: { known_not_affected: ["app:ssl"] },
        flags: [{ label: "vulnerable_code_not_in_execute_path", product_ids: ["app:ssl"] }],
      },
    ],
  });
  expect(judged({ vex: await readVex(path) })?.suppressed).toMatchObject({
    reason: "vulnerable_code_not_in_execute_path",
    owner: "Maker",
  });
});

test.each([["{}"], ["[]"], ["no JSON"], ['{"document": {"category": "csaf_security_advisory_of_something"}}']])(
  "%s is no VEX document, or says nothing",
  async (text) => {
    const read = readVex(await kept(text));
    if (text.includes("csaf")) expect(await read).toEqual([]);
    else await expect(read).rejects.toMatchObject({ code: "E_VEX_FORM" });
  },
);

describe("waivers", () => {
  const YAML = `waivers:
  - id: CVE-2026-1
    package: openssl
    owner: alice
    reason: only used for checksums
    until: 2026-07-10
`;

  test("count to the end of their last day, with owner and reason", async () => {
    const waivers = await readWaivers(await kept(YAML, "w.yaml"));
    expect(judged({ waivers })?.suppressed).toMatchObject({ by: "waiver", owner: "alice", until: "2026-07-10" });
    const later = new Date("2026-07-11T00:00:00Z");
    expect(judged({ waivers, now: later })?.suppressed).toBeUndefined();
    expect(expiredWaivers([FLAW], { waivers, now: later })).toHaveLength(1);
  });

  test("count for their package, by any name of the flaw, and for their image", async () => {
    const waivers = async (from: string, to: string) => readWaivers(await kept(YAML.replace(from, to), "w.yaml"));
    expect(judged({ waivers: await waivers("package: openssl", "package: zlib") })?.suppressed).toBeUndefined();
    expect(judged({ waivers: await waivers("id: CVE-2026-1", "id: DSA-1-1") })?.suppressed).toBeDefined();
    expect(judged({ waivers: await waivers("package: openssl", `image: ${DIGEST}`) })?.suppressed).toBeUndefined();
    expect(
      judged({ waivers: await waivers("package: openssl", `image: ${DIGEST}`), image: DIGEST })?.suppressed,
    ).toBeDefined();
  });

  test.each([
    ["without an end", YAML.replace(/ {4}until.*\n/, "")],
    ["without a reason", YAML.replace(/ {4}reason.*\n/, "")],
    ["with a day that is none", YAML.replace("07-10", "13-10")],
    ["with an unknown key", `${YAML}    untill: x\n`],
    ["that are no list", "waivers: 1"],
    ["in no YAML", "waivers: ["],
  ])("%s are refused", async (_, text) => {
    await expect(readWaivers(await kept(text, "w.yaml"))).rejects.toMatchObject({ code: "E_WAIVER_FORM" });
  });
});

test("what is said of one flaw a hundred thousand times is read", async () => {
  const product = { "@id": "pkg:deb/debian/other" };
  const vex = await openVex(...Array.from({ length: 100_000 }, () => notAffected([product])));
  expect(judged({ vex })?.suppressed).toBeUndefined();
});

test("CSAF that names as many products as reasons is read", async () => {
  const products = Array.from({ length: 20_000 }, (_, at) => `product-${at}`);
  const path = await kept({
    document: { category: "csaf_vex" },
    product_tree: {
      full_product_names: products.map((product_id) => ({
        ...{ product_id, product_identification_helper: { purl: "pkg:deb/debian/libssl3" } },
      })),
    },
    vulnerabilities: [
      {
        cve: "CVE-2026-1",
        product_status: { known_not_affected: products },
        flags: [{ label: "no_code", product_ids: products.toReversed() }],
      },
    ],
  });
  expect(await readVex(path)).toHaveLength(20_000);
});

test("what is said later counts, under whichever name, in whichever capitals", async () => {
  const early = { ...notAffected([LIBSSL]), vulnerability: "dsa-1-1", timestamp: "2026-07-02T00:00:00Z" };
  const late = { ...notAffected([LIBSSL]), vulnerability: "cve-2026-1", timestamp: "2026-07-03T00:00:00Z" };
  expect(judged({ vex: await openVex(early, { ...late, status: "affected" }) })?.suppressed).toBeUndefined();
  expect(judged({ vex: await openVex({ ...early, status: "affected" }, late) })?.suppressed).toBeDefined();
});

test("that a package was mended counts for the version that is named only", async () => {
  const fixed = async (product: string) =>
    judged({ vex: await openVex({ vulnerability: "CVE-2026-1", products: [product], status: "fixed" }) })?.suppressed;
  expect(await fixed("pkg:deb/debian/libssl3")).toBeUndefined();
  expect(await fixed("pkg:deb/debian/libssl3@3.0.12-1")).toBeUndefined();
  expect(await fixed("pkg:deb/debian/libssl3@3.0.11-1")).toBeDefined();
});
