// The first steps of the policy's demo: a Dockerfile is checked, mended and built. Each ends in proofs.

import { chown, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BASE_FILES, BASE_PROGRAMS, badFolder, badLayers, goodDockerfile } from "./policy-files.ts";
import type { Ran } from "./process.ts";
import { equals, holds } from "./proof.ts";
import type { Stage } from "./stage.ts";
import { type Outcome, succeeded } from "./steps.ts";
import { makeTinyImage } from "./tiny-image.ts";

export interface RecipeScene {
  readonly stage: Stage;
  /** What the Dockerfiles begin with. */
  readonly base: string;
}

/** The folder that images are built in. */
export const FOLDER = "moon";
/** The layout of the image that is built, and the image in it. */
export const LAYOUT = `${FOLDER}/bad`;
export const BAD = `${LAYOUT}:1`;
const MACHINE_REFUSES = /user namespace|newuidmap|newgidmap|subordinate/;
const RECIPE = `${FOLDER}/Dockerfile`;
/** Mistakes of the Dockerfile that need nobody's judgement, and those that do. */
const MENDED = ["PKG002", "PKG003", "PKG004", "PKG010", "STR007", "PRC001", "DOC004"];
const LEFT = ["SEC003", "USR001", "PKG006"];

/** The bad Dockerfile is found to be bad. */
export async function lint({ stage, base }: RecipeScene): Promise<Outcome> {
  await writeFolder(stage, badFolder(base));
  const ran = await stage.berth(["lint", RECIPE]);
  const found = rulesIn(ran);
  const missing = [...MENDED, ...LEFT].filter((rule) => !found.includes(rule));
  return {
    note: lastLine(ran.stdout),
    proofs: [
      equals("berth lint ends with 1: there are findings", ran.status, 1),
      holds(`among them ${[...MENDED, ...LEFT].join(", ")}`, missing.length === 0, `without ${missing.join(", ")}`),
      holds("each shows its place", ran.stdout.includes("> 6 | COPY deploy.key /opt/moon/deploy.key"), ran.stdout),
      holds("and says what to do", /^ {4}do: /m.test(ran.stdout), ran.stdout),
    ],
  };
}

/** What can be mended without a person is mended, and nothing else. */
export async function fix({ stage }: RecipeScene): Promise<Outcome> {
  const fixed = await stage.berth(["lint", "--fix", RECIPE]);
  const once = await readFile(join(stage.folder, RECIPE), "utf8");
  const again = await stage.berth(["lint", "--fix", RECIPE]);
  const left = rulesIn(again);
  return {
    note: lastLine(again.stdout),
    proofs: [
      equals("berth lint --fix ends with 1: some are left", fixed.status, 1),
      equals(`none of ${MENDED.join(", ")} is`, MENDED.filter((rule) => left.includes(rule)).join(", "), ""),
      equals(`${LEFT.join(", ")} wait for a person`, LEFT.filter((rule) => !left.includes(rule)).join(", "), ""),
      holds("update and install are one step now", /^RUN apt-get update \\\n && .*install .*-y/m.test(once), once),
      equals("mending again changes nothing", await readFile(join(stage.folder, RECIPE), "utf8"), once),
    ],
  };
}

/** The explanation of one rule, by its own name and by that of another tool. */
export async function explain({ stage }: RecipeScene): Promise<Outcome> {
  const ran = await stage.berth(["policy", "explain", "PKG003"]);
  const peer = await stage.berth(["policy", "explain", "DL3009"]);
  const unknown = await stage.berth(["policy", "explain", "PKG999"]);
  return {
    note: firstLine(ran.stdout),
    proofs: [
      succeeded("berth policy explain PKG003 succeeds", ran),
      holds(
        "it says why, and shows what is found and what is in order",
        /\nFound: .*\nIn order: /s.test(ran.stdout),
        ran.stdout,
      ),
      holds("hadolint's number leads to the rule of the same meaning", peer.stdout.startsWith("PKG005: "), peer.stdout),
      equals("a rule that is not there ends with 2", unknown.status, 2),
    ],
  };
}

/** The mended Dockerfile becomes an image with layers; where nobody but root may build, the same is put together by hand. */
export async function build(scene: RecipeScene, signal: AbortSignal): Promise<Outcome> {
  const { stage } = scene;
  const ran = await stage.berth(["build", "--no-https", `oci:${BAD}`, RECIPE]);
  if (ran.status !== 0 && MACHINE_REFUSES.test(ran.stderr))
    return await makeByHand(stage, lastLine(ran.stderr), signal);
  return {
    note: `by ${stage.who}; lint has warned, and nobody was made to listen`,
    proofs: [succeeded("berth build of the mended Dockerfile succeeds", ran)],
  };
}

async function makeByHand(stage: Stage, reason: string, signal: AbortSignal): Promise<Outcome> {
  const made = await makeTinyImage(join(stage.folder, FOLDER, "by-hand"), {
    programs: BASE_PROGRAMS,
    files: BASE_FILES,
    more: badLayers(),
    signal,
  });
  await rename(made.layout, join(stage.folder, LAYOUT));
  return { note: `skipped, and its layers put together by hand: ${reason}`, proofs: [] };
}

/** Its author heeds the rest. */
export async function rewrite({ stage, base }: RecipeScene): Promise<Outcome> {
  await writeFolder(stage, { Dockerfile: goodDockerfile(base) });
  const ran = await stage.berth(["lint", "--fail-on", "style", RECIPE]);
  return {
    note: lastLine(ran.stdout),
    proofs: [succeeded("berth lint finds nothing, not even of style", ran)],
  };
}

async function writeFolder(stage: Stage, files: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(stage.folder, FOLDER);
  await mkdir(folder, { recursive: true });
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  if (stage.uid !== process.getuid?.()) for (const path of [folder, ...paths]) await chown(path, stage.uid, stage.uid);
}

/** The ids of rules at the ends of a report's lines. */
export function rulesIn({ stdout }: Ran): readonly string[] {
  return [...stdout.matchAll(/ {2}([A-Z]{3}\d{3})$/gm)].map(([, rule]) => rule ?? "");
}

/** The last line that says something. */
export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** The first line. */
export function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
