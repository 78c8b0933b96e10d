// Images are not changed where they run: RUN003, RUN009, RUN012.

import { practice } from "../../practice.ts";
import type { AuditSubject, LaunchSubject, ScriptSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";
import { headOf } from "./confinement.ts";
import { withKey } from "./launch-edits.ts";

export const READ_ONLY_ROOT = practice({
  id: "RUN003",
  title: "A container's root file system is read-only",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{name} can write into its root file system",
  hint: "say read_only: true, with tmpfs: [/tmp, /run] for what programs need to write",
  why: "What cannot be written cannot be replaced, and nothing is lost with the container.",
  source: "N3.4",
  peers: [],
  controls: ["CIS 5.12"],
  fix: "unsafe",
  checks: { launch: writable },
  passes: [
    { shows: "read_only", compose: "read_only: true\n" },
    { shows: "--read-only", run: "podman run --read-only img:1\n" },
    { shows: "apptainer's images are so by themselves", run: "apptainer run x.sif\n" },
  ],
  fails: [
    {
      shows: "no key",
      compose: "user: '1:1'\n",
      expect: {
        fixed:
          "services:\n  web:\n    read_only: true\n    tmpfs: [/tmp, /run]\n    image: docker.io/library/busybox:1.37.0\n    user: '1:1'\n",
      },
    },
    { shows: "docker run", run: "docker run img:1\n", expect: { line: 1 } },
  ],
});

function writable({ launch }: LaunchSubject): Hit | undefined {
  const { engine, name, readOnlyRoot, range, insertion, source } = launch;
  if (!engine || name === "exec" || readOnlyRoot?.value === true) return undefined;
  if (readOnlyRoot) return { fields: { name }, range: readOnlyRoot.range };
  const service = source.text.slice(range.start, range.end);
  const tmpfs = /^[ \t]*tmpfs:/m.test(service) || !insertion ? "" : `\n${insertion.indent}tmpfs: [/tmp, /run]`;
  const edits = withKey(launch, `read_only: true${tmpfs}`);
  return { fields: { name }, range: headOf(range), fix: edits && { title: "add read_only: true", safe: false, edits } };
}

const CHANGING: ReadonlyMap<string, string> = new Map([
  ["writable", "changes the image"],
  ["writable-tmpfs", "lets programs change the image, and forgets it"],
]);

export const UNCHANGED_IMAGE = practice({
  id: "RUN009",
  title: "Images are built, not changed where they run",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "--{option} {what}",
  hint: "put the change into the recipe and build again; bind a folder for what programs write",
  why: "A changed image is one that nobody can build again.",
  source: "N3.4",
  peers: [],
  cases: {
    overlay: { message: "an overlay that can be written keeps changes beside the image" },
    commit: {
      message: "{tool} commit makes an image of a container that was changed by hand",
      hint: "write the change into a recipe and build it",
    },
    sandbox: {
      message: "{image} is a folder, which anybody may have changed",
      hint: "build a SIF file of it",
    },
  },
  checks: { launch: changes, script: commits },
  passes: [
    { shows: "as it is", run: "apptainer run x.sif\n" },
    { shows: "a variable that turns it off", run: "APPTAINER_WRITABLE=false apptainer run x.sif\n" },
    { shows: "an overlay for reading", run: "apptainer run --overlay a.img:ro x.sif\n" },
    { shows: "ch-run's folders are its images", run: "ch-run /var/tmp/img -- x\n" },
  ],
  fails: [
    { shows: "--writable", run: "apptainer run --writable x\n", expect: { line: 1, says: "--writable changes" } },
    { shows: "in memory", run: "singularity exec --writable-tmpfs x.sif y\n" },
    { shows: "an overlay", run: "apptainer run --overlay a.img x.sif\n", expect: { case: "overlay" } },
    { shows: "a folder", run: "apptainer run ./sandbox/ x\n", expect: { case: "sandbox" } },
    {
      shows: "by a variable",
      run: "export APPTAINER_WRITABLE_TMPFS=1\napptainer run x.sif\n",
      expect: { line: 1, says: "--writable-tmpfs" },
    },
    { shows: "docker commit", run: "docker commit box a:2\n", expect: { case: "commit", line: 1 } },
    { shows: "in the long form", run: "podman container commit box a:2\n", expect: { case: "commit" } },
    { shows: "ch-run -w", run: "ch-run -w /var/tmp/img -- x\n", expect: { says: "--write" } },
  ],
});

function commits({ commands }: ScriptSubject): readonly Hit[] {
  return commands.flatMap(({ name, words, range }) => {
    const [inner, second] = words.flatMap(({ value = "" }) => (value.startsWith("-") ? [] : [value]));
    const commit = inner === "commit" || (inner === "container" && second === "commit");
    return (name === "docker" || name === "podman") && commit
      ? [{ case: "commit", fields: { tool: name }, range }]
      : [];
  });
}

function changes({ launch: { tool, flags, image } }: LaunchSubject): readonly Hit[] {
  if (tool === "ch-run")
    return flags
      .filter(({ name }) => name === "write")
      .map(({ range }) => ({ fields: { option: "write", what: "changes the image" }, range }));
  if (tool !== "apptainer") return [];
  const found = flags.flatMap(({ name, value, range }): readonly Hit[] => {
    if (name === "overlay") return value?.endsWith(":ro") === true ? [] : [{ case: "overlay", range }];
    const what = CHANGING.get(name);
    return what === undefined || value === "false" ? [] : [{ fields: { option: name, what }, range }];
  });
  const folder = image?.value.endsWith("/") === true && !image.value.includes("://");
  return folder ? [...found, { case: "sandbox", fields: { image: image.value }, range: image.range }] : found;
}

const WEEK = 7 * 86_400;

export const REBUILT = practice({
  id: "RUN012",
  title: "Images are rebuilt regularly, and when a flaw has been fixed",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the image was built {days} days ago; it is to be rebuilt every {most} days",
  hint: "build it again on a fresh base, and push it under a new tag",
  why: "Fixes of the base and its packages come into an image only with a new build.",
  source: "N3.4",
  peers: [],
  cases: { fixed: { message: "critical flaws with a fix ({count}), the first one {id} in {package} {version}" } },
  checks: { image: stale },
  passes: [
    { shows: "two days old", image: { config: exampleConfig({ created: "2026-11-20T00:00:00Z" }) } },
    {
      shows: "a longer time, where the site says so",
      policy: { limits: limits(365 * 86_400) },
      image: { config: exampleConfig({ created: "2026-06-01T00:00:00Z" }) },
    },
  ],
  fails: [
    {
      shows: "90 days",
      image: { config: exampleConfig({ created: "2026-08-24T00:00:00Z" }) },
      expect: { says: "90 days ago" },
    },
    {
      shows: "a fix is there",
      image: {},
      facts: {
        scan: {
          databaseDate: undefined,
          scannedAt: 0,
          flaws: [
            { id: "CVE-1", package: "openssl", installed: "1", fixed: "2", severity: "critical", exploited: false },
          ],
        },
      },
      expect: { case: "fixed", says: "CVE-1 in openssl 2" },
    },
    {
      shows: "no time of its own",
      image: { config: exampleConfig({ created: "1970-01-01T00:00:00Z" }) },
      expect: { certainty: "unknown" },
    },
  ],
});

function limits(rebuildAge: number) {
  return {
    ...{ imageBytes: 1, compressedBytes: 1, imageAge: 1, scanAge: 1, rebuildAge, manyLayers: 1, mostLayers: 1 },
    ...{ wastedShare: 1, clutterBytes: 1, manyPackages: 1 },
  };
}

function stale({ image, facts, tables }: AuditSubject): Hit | undefined {
  const fixed = (facts.scan?.flaws ?? []).filter(
    (flaw) => flaw.severity === "critical" && flaw.fixed !== undefined && flaw.suppressed === undefined,
  );
  const [first] = fixed;
  if (first)
    return {
      case: "fixed",
      fields: { count: fixed.length, id: first.id, package: first.package, version: first.fixed },
    };
  const created = Date.parse(image.config?.created ?? "") / 1000;
  // Builds that can be repeated have no time of their own.
  if (!(created > WEEK) || facts.now === undefined) return unknown("when the image was built");
  const age = facts.now - created;
  if (age <= tables.limits.rebuildAge) return undefined;
  return { fields: { days: Math.floor(age / 86_400), most: Math.round(tables.limits.rebuildAge / 86_400) } };
}
