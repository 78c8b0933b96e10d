// A reference says which build it means: BAS004, BAS005, BAS006.

import { practice } from "../../practice.ts";
import type { LaunchSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import { END_OF_LIFE } from "../../tables/end-of-life.ts";
import { distributionOf, endOf } from "../../tables/systems.ts";
import type { Fix } from "../../types.ts";
import { launchedImage, type UsedImage, usedImages, withTag } from "./references.ts";

const WHY = "The name means whatever was pushed last: two builds of the same recipe differ, and nobody decided that.";
const DIGEST = `sha256:${"a".repeat(64)}`;

function fromRecipe({ recipe }: RecipeSubject): readonly UsedImage[] {
  return usedImages(recipe);
}

function fromLaunch({ launch }: LaunchSubject): readonly UsedImage[] {
  const image = launchedImage(launch);
  return image ? [image] : [];
}

export const TAGGED_BASE = practice({
  id: "BAS004",
  title: "An image is named with a tag or a digest",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{image} has no tag: it means latest",
  hint: "name a version: {image}:{tag}",
  why: WHY,
  source: "N2.13; Spin: Be careful when reusing image tags",
  peers: ["DL3006", "DS-0001"],
  counterparts: ["IMG-03"],
  fix: "unsafe",
  checks: {
    recipe: (subject) => fromRecipe(subject).flatMap((image) => untagged(image, subject)),
    launch: (subject) => fromLaunch(subject).flatMap((image) => untagged(image, subject)),
  },
  passes: [
    { shows: "a tag", dockerfile: "FROM debian:13.1\n" },
    { shows: "a digest", dockerfile: `FROM debian@${DIGEST}\n` },
    {
      shows: "a stage and scratch",
      dockerfile: "FROM debian:13.1 AS a\nFROM a AS b\nFROM scratch\nCOPY --from=b / /\n",
    },
    { shows: "an argument", dockerfile: "ARG V=13.1\nFROM debian:$V\n" },
    { shows: "an argument nobody knows", dockerfile: "ARG BASE\nFROM $BASE\n" },
    { shows: "a port is no tag", dockerfile: "FROM h.example:5000/a:1\n" },
    { shows: "a file", run: "apptainer exec app.sif true\n" },
    { shows: "a service", compose: "image: nginx:1.27.2\n" },
  ],
  fails: [
    { shows: "debian", dockerfile: "FROM debian\n", expect: { fixed: "FROM debian:13\n" } },
    { shows: "a port", dockerfile: "FROM h.example:5000/a\n", expect: { says: "h.example:5000/a has no tag" } },
    { shows: "a definition file", definition: "Bootstrap: docker\nFrom: rockylinux\n", expect: { line: 2 } },
    { shows: "a source of COPY", dockerfile: "FROM debian:13.1\nCOPY --from=busybox /bin/x /x\n", expect: { line: 2 } },
    { shows: "a service", compose: "image: nginx\n" },
    { shows: "a run line", run: "docker run --rm ubuntu true\n" },
    { shows: "apptainer", run: "apptainer exec docker://ubuntu true\n" },
  ],
});

function untagged(image: UsedImage, subject: RecipeSubject | LaunchSubject) {
  if (image.tagged || image.name.digest !== undefined) return [];
  const tag = newestRelease(image, subject.facts.now) ?? "1.2.3";
  return [{ fields: { image: image.text, tag }, range: image.range, fix: tagFix(image, subject) }];
}

// Only for distributions there is a table of what a good tag would be.
function newestRelease({ name }: UsedImage, now: number | undefined): string | undefined {
  const distribution = distributionOf(name);
  if (distribution === undefined || distribution === "centos" || now === undefined) return undefined;
  const releases = END_OF_LIFE.get(distribution) ?? [];
  // A release is out for about half a year before it is the one to take.
  const long = releases.filter(({ version }) => distribution !== "ubuntu" || /^\d[02468]\.04$/.test(version));
  return long.findLast((release) => (endOf(release, false) ?? 0) > now)?.version;
}

function tagFix(image: UsedImage, { facts, ...subject }: RecipeSubject | LaunchSubject): Fix | undefined {
  const tag = newestRelease(image, facts.now);
  if (tag === undefined) return undefined;
  const source = "recipe" in subject ? subject.recipe.source : subject.launch.source;
  const edit = withTag(source.text, image, tag);
  return edit && { title: `use ${image.name.base}:${tag}`, safe: false, edits: [edit] };
}

export const FIXED_TAG = practice({
  id: "BAS005",
  title: "An image is named with a tag that does not move",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the tag {tag} of {image} moves",
  hint: "name a version, or add the digest",
  why: WHY,
  source: "N2.13; Spin: Be careful when reusing image tags",
  peers: ["DL3007", "DS-0001", "DKL-DI-0006"],
  counterparts: ["IMG-03"],
  fix: "unsafe",
  checks: {
    recipe: (subject) => fromRecipe(subject).flatMap((image) => moving(image, subject)),
    launch: (subject) => fromLaunch(subject).flatMap((image) => moving(image, subject)),
  },
  passes: [
    { shows: "a version", dockerfile: "FROM nginx:1.27.2\n" },
    { shows: "a word within a tag", dockerfile: "FROM nginx:stable-alpine3.20\n" },
    { shows: "a digest beside it", dockerfile: `FROM nginx:latest@${DIGEST}\n` },
    { shows: "no tag is another matter", dockerfile: "FROM nginx\n" },
    { shows: "a run line", run: "podman run docker.io/library/debian:13.1 true\n" },
  ],
  fails: [
    { shows: "latest", dockerfile: "FROM nginx:latest\n", expect: { says: "latest of nginx" } },
    { shows: "debian:testing", dockerfile: "FROM debian:testing\n" },
    { shows: "ubuntu:latest", dockerfile: "FROM ubuntu:latest\n", expect: { fixed: "FROM ubuntu:26.04\n" } },
    { shows: "a definition file", definition: "Bootstrap: docker\nFrom: nginx:edge\n", expect: { line: 2 } },
    { shows: "a service", compose: "image: nginx:latest\n" },
    { shows: "shifter", run: "shifter --image=docker:nginx:latest true\n" },
    { shows: "the site's words", dockerfile: "FROM a:weekly\n", policy: { movingTags: ["weekly"] } },
  ],
});

function moving(image: UsedImage, subject: RecipeSubject | LaunchSubject) {
  const { name, text, tagged, range } = image;
  const tag = name.tag ?? "";
  if (!tagged || name.digest !== undefined || !subject.tables.movingTags.includes(tag)) return [];
  const fields = { tag, image: text.slice(0, -tag.length - 1) };
  return [{ fields, range, fix: tag === "latest" ? tagFix(image, subject) : undefined }];
}

const REFERENCE = "debian:13.1";

export const DIGEST_PIN = practice({
  id: "BAS006",
  title: "An image is pinned by its digest",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "{image} is not pinned by digest",
  hint: "write {image}@{digest}",
  why: "A tag can be pushed again; a digest cannot.",
  source: "Spin: Be careful when reusing image tags",
  peers: [],
  fix: "safe",
  cases: {
    moved: {
      severity: "warning",
      message: "{image} is pinned to another build than the lock file or the registry has",
      hint: "look why, then write {digest}",
    },
  },
  checks: {
    recipe: (subject) => fromRecipe(subject).flatMap((image) => unpinned(image, subject)),
    launch: (subject) => fromLaunch(subject).flatMap((image) => unpinned(image, subject)),
  },
  passes: [
    { shows: "pinned", dockerfile: `FROM debian:13.1@${DIGEST}\n` },
    { shows: "a stage", dockerfile: `FROM debian@${DIGEST} AS a\nFROM a\n` },
    {
      shows: "as the lock file has it",
      dockerfile: `FROM debian:13.1@${DIGEST}\n`,
      facts: { digests: new Map([[REFERENCE, DIGEST]]) },
    },
    { shows: "a service", compose: `image: nginx@${DIGEST}\n` },
  ],
  fails: [
    { shows: "a tag", dockerfile: "FROM debian:13.1\n", expect: { says: "debian:13.1 is not" } },
    {
      shows: "a digest is known",
      dockerfile: "FROM debian:13.1 AS a\n",
      facts: { digests: new Map([[REFERENCE, DIGEST]]) },
      expect: { fixed: `FROM debian:13.1@${DIGEST} AS a\n` },
    },
    {
      shows: "the lock file says another",
      dockerfile: `FROM debian:13.1@sha256:${"b".repeat(64)}\n`,
      facts: { digests: new Map([[REFERENCE, DIGEST]]) },
      expect: { case: "moved" },
    },
    { shows: "a service", compose: "image: nginx:1.27\n" },
  ],
});

function unpinned({ text, name, range }: UsedImage, subject: RecipeSubject | LaunchSubject): readonly Hit[] {
  const [plain = text] = text.split("@");
  const { digests } = subject.facts;
  const known = digests?.get(text) ?? digests?.get(plain) ?? undefined;
  if (name.digest !== undefined) {
    const moved = known !== undefined && known !== name.digest;
    return moved ? [{ case: "moved", fields: { image: text, digest: known }, range }] : [];
  }
  const source = "recipe" in subject ? subject.recipe.source : subject.launch.source;
  // With a variable in it, the digest would hold for one value only.
  const plainText = source.text.slice(range.start, range.end).endsWith(text);
  const edits = [{ range: { start: range.end, end: range.end }, text: `@${known}` }];
  const fix = known !== undefined && plainText ? { title: "add the digest", safe: true, edits } : undefined;
  return [{ fields: { image: text, digest: known ?? "sha256:…" }, range, fix }];
}
