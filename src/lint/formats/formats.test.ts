// Reports in every format: what readers of each rely on, with texts that try to break out of it.

import { spawnSync } from "node:child_process";
import type { Log } from "sarif";
import { describe, expect, test } from "vitest";
import { sarifErrors } from "../../../tests/support/sarif.ts";
import type { Finding } from "../../policy/types.ts";
import type { Report } from "../report.ts";
import { FORMATS, type Format, formatReport } from "./format.ts";
import { xml } from "./xml.ts";

const NASTY = `<a href="x">&\u0001\u{1F600}]]> 100% \n::error::, é`;
const source = { name: "dir/a b%.Dockerfile", text: "FROM x\r\nRUN \u{1F600}y\nCMD z\n" };
const fix = { title: "write z", safe: true, edits: [{ range: { start: 12, end: 14 }, text: "z" }] };

function finding(parts: Partial<Finding>): Finding {
  const place = { source, range: { start: 12, end: 15 } };
  return { rule: "TST001", severity: "error", message: NASTY, pointer: "", certainty: "certain", place, ...parts };
}

const FINDINGS = [
  finding({ fix, hint: "do it" }),
  finding({ rule: "TST002", severity: "style", place: undefined }),
  finding({ rule: "TST003", certainty: "unknown" }),
  finding({ rule: "TST004", waived: { by: "wilma", reason: "r", until: 1_800_000_000 } }),
];

function words(id: string) {
  return { id, title: NASTY, why: "w", source: "s", severity: "error", peers: ["DL1"], controls: ["CIS 1"] } as const;
}

const REPORT: Report = {
  version: "1.2.3",
  profile: "generic",
  things: [
    {
      name: source.name,
      source,
      findings: FINDINGS,
      quiet: [{ finding: finding({ rule: "TST005" }), reason: "because" }],
      asked: ["TST001", "TST002", "TST003", "TST006"],
    },
    { name: "/abs/clean", source: undefined, findings: [], quiet: [], asked: ["TST001"] },
  ],
  rules: new Map(["TST001", "TST002", "TST003", "TST004", "TST005", "TST006"].map((id) => [id, words(id)])),
};

const written = (format: Format, report = REPORT) => formatReport(report, format, { color: false, width: 80 });

test.each(FORMATS)("%s is written for an empty report, too, and ends with a line end", async (format) => {
  expect((await written(format)).endsWith("\n")).toBe(true);
  const empty = await written(format, { ...REPORT, things: [], rules: new Map() });
  expect(empty === "" || empty.endsWith("\n")).toBe(true);
});

describe("sarif", async () => {
  const log = JSON.parse(await written("sarif")) as Log;
  const [run] = log.runs;

  test("keeps to the standard and its schema, with findings and without", async () => {
    const absolute = {
      name: "/abs/a c",
      source: undefined,
      findings: [finding({ place: undefined })],
      quiet: [],
      asked: [],
    };
    for (const things of [REPORT.things, [], [absolute]])
      expect(sarifErrors(await written("sarif", { ...REPORT, things }))).toEqual([]);
  });

  test("names an image by its address, and a file by where it lies below the folder", async () => {
    for (const [name, place] of [
      ["docker://host:5000/a b:1", { uri: "docker://host:5000/a%20b:1" }],
      ["oci:/tmp/layout:bad", { uri: "oci:/tmp/layout:bad" }],
      ["a:b\ud800.Dockerfile", { uri: "a%3Ab%EF%BF%BD.Dockerfile", uriBaseId: "SRCROOT" }],
    ] as const) {
      const things = [{ name, source: undefined, findings: [finding({ place: undefined })], quiet: [], asked: [] }];
      const text = await written("sarif", { ...REPORT, things });
      expect(sarifErrors(text)).toEqual([]);
      const { runs } = JSON.parse(text) as Log;
      expect(runs[0]?.results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation).toEqual(place);
    }
  });

  test("has the parts that readers demand", () => {
    expect(log.version).toBe("2.1.0");
    expect(run?.tool.driver).toMatchObject({ name: "berth", version: "1.2.3" });
    for (const { ruleId, ruleIndex, message, locations } of run?.results ?? []) {
      expect(message.text).toBeTruthy();
      expect(run?.tool.driver.rules?.[ruleIndex ?? -1]?.id).toBe(ruleId);
      expect(locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe("dir/a%20b%25.Dockerfile");
    }
  });

  test("counts lines and columns from 1, columns in UTF-16 units", () => {
    const region = run?.results?.[0]?.locations?.[0]?.physicalLocation?.region;
    expect(region).toEqual({ startLine: 2, startColumn: 5, endLine: 2, endColumn: 8 });
  });

  test("gives security severities as texts, and fixes as replacements", () => {
    expect(run?.tool.driver.rules?.[0]?.properties?.["security-severity"]).toBe("8.0");
    expect(run?.results?.[0]?.fixes?.[0]?.artifactChanges[0]?.replacements[0]).toEqual({
      deletedRegion: { startLine: 2, startColumn: 5, endLine: 2, endColumn: 7 },
      insertedContent: { text: "z" },
    });
  });

  test("shows what is waived or ignored as suppressed, and what is not known as to be reviewed", () => {
    const byRule = new Map(run?.results?.map((result) => [result.ruleId, result]));
    expect(byRule.get("TST004")?.suppressions?.[0]).toMatchObject({ kind: "external", justification: "wilma: r" });
    expect(byRule.get("TST005")?.suppressions?.[0]).toMatchObject({ kind: "inSource", justification: "because" });
    expect(byRule.get("TST003")).toMatchObject({ kind: "review", level: "none" });
  });

  test("has fingerprints that stay when lines are put before", async () => {
    const moved = { name: source.name, text: `# new\n${source.text}` };
    const place = { source: moved, range: { start: 18, end: 21 } };
    const thing = { name: source.name, source: moved, findings: [finding({ place })], quiet: [], asked: [] };
    const other = JSON.parse(await written("sarif", { ...REPORT, things: [thing] })) as Log;
    expect(other.runs[0]?.results?.[0]?.partialFingerprints).toEqual(run?.results?.[0]?.partialFingerprints);
  });
});

const python = spawnSync("python3", ["--version"]).status === 0;

describe.each(["junit", "checkstyle"] as const)("%s", (format) => {
  test.skipIf(!python)("is well-formed XML whose texts come back (needs python3)", async () => {
    const script =
      "import sys,json,xml.etree.ElementTree as e\nr=e.fromstring(sys.stdin.buffer.read())\nprint(json.dumps([[x.tag,x.attrib] for x in r.iter()]))";
    const parsed = spawnSync("python3", ["-c", script], { input: await written(format), encoding: "utf8" });
    expect(parsed.stderr).toBe("");
    const nodes = JSON.parse(parsed.stdout) as [string, Record<string, string>][];
    const messages = nodes.flatMap(([, { message }]) => message ?? []);
    expect(messages).toContain(NASTY.replace("\u0001", "\ufffd"));
  });
});

test("junit has a case for each rule that was asked: what is not known is skipped, what is in order passes", async () => {
  const text = await written("junit");
  expect(text).toContain('tests="5" failures="2" skipped="2"');
  expect(text).toMatch(/name="TST006: [^"]*"\/>/);
});

test("github escapes what would end a command or a property", async () => {
  const [first] = (await written("github")).split("\n");
  expect(first).toMatch(/^::error file=dir\/a b%25\.Dockerfile,line=2,endLine=2,col=5,title=TST001::/);
  expect(first).toContain("100%25 %0A::error::");
});

test("gitlab has one issue for each finding that counts, with fingerprints of its own", async () => {
  const issues = JSON.parse(await written("gitlab")) as { fingerprint: string; location: unknown }[];
  expect(issues).toHaveLength(2);
  expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  expect(issues[0]).toMatchObject({ severity: "critical", location: { path: source.name, lines: { begin: 2 } } });
});

test("gnu has `file:line:column: weight: text [id]`, one finding a line", async () => {
  expect((await written("gnu")).split("\n")[0]).toMatch(/^dir\/a b%\.Dockerfile:2:5: error: /);
});

test("json has counts, places and fixes", async () => {
  const document = JSON.parse(await written("json")) as Record<string, unknown>;
  expect(document).toMatchObject({
    schema: 1,
    counts: { error: 1, style: 1, unknown: 1, waived: 1, warning: 0, info: 0 },
  });
});

test("tty has colours only when they are wanted", async () => {
  expect(await written("tty")).not.toContain("\x1b");
  expect(await formatReport(REPORT, "tty", { color: true, width: 80 })).toContain("\x1b[");
});

test("tty ends with what was looked at: files, images, and the definitions in them", async () => {
  const file = { name: "f", source, findings: [], quiet: [], asked: [] };
  const image = { ...file, source: undefined, about: {} };
  const last = async (...things: Report["things"]) =>
    (await written("tty", { ...REPORT, things })).trim().split(",")[0];
  expect(await last(file)).toBe("1 file");
  expect(await last(image)).toBe("1 image");
  expect(await last(image, file, image)).toBe("2 images and 1 definition");
  expect(await last()).toBe("0 files");
});

test("XML has no characters that it does not know", () => {
  expect(xml("a\u0000b\ud800c<")).toBe("a\ufffdb\ufffdc&lt;");
});
