// Tags of images: TAG001 to TAG004.

import { readImageName } from "../../image-name.ts";
import { listed } from "../../message.ts";
import { type Practice, practice } from "../../practice.ts";
import type { AuditSubject, HostSubject, LaunchSubject, ScriptSubject } from "../../practice-subjects.ts";
import type { CommandView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { withKey } from "../running/launch-edits.ts";

const VERSION = /^v?\d+(\.\d+){1,3}([-._+][\w.+-]*)?$/;
const HASH = /^(?=[^-]*\d)[0-9a-f]{7,40}$/;
const DATE = /^v?20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([-._][\w.-]+)?$/;

/** A tag that says which build it means: a version, a hash, a date, or what the site takes. */
function isFixed(tag: string, pattern: string | undefined): boolean {
  return (
    VERSION.test(tag) || HASH.test(tag) || DATE.test(tag) || (pattern !== undefined && new RegExp(pattern).test(tag))
  );
}

export const TAG_POLICY = practice({
  id: "TAG001",
  title: "Tags of built images are versions, hashes or dates",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the tag {tag} is neither a version, nor a hash, nor a date",
  hint: "tag it 1.2.3, with the commit's hash, or v20261122",
  why: "Only such a tag says months later which build a result was made with.",
  source: "N2.13",
  peers: [],
  checks: { image: ofImage, script: ofScript },
  passes: [
    { shows: "a build in a script", run: "docker build -t a/b:1.2.3 .\n" },
    { shows: "a version", image: { name: "registry.example/a/b:7.5.1" } },
    { shows: "a date", image: { name: "registry.example/a/b:v20261122" } },
    { shows: "a hash", image: { name: "registry.example/a/b:4f1c2d3" } },
    { shows: "a moving tag (TAG002)", image: { name: "registry.example/a/b:latest" } },
    {
      shows: "the site's own form",
      image: { name: "registry.example/a/b:prod-3" },
      policy: { tagPattern: "^prod-\\d+$" },
    },
    { shows: "a file", image: { name: "/images/x.sif" } },
  ],
  fails: [
    { shows: "test2", image: { name: "registry.example/a/b:test2" }, expect: { says: "the tag test2" } },
    { shows: "a build in a script", run: "docker build -t a/b:test2 .\n", expect: { line: 1 } },
    { shows: "an option without a blank", run: "podman image build -ta/b:test2 .\n", expect: { says: "test2" } },
    { shows: "a tag that is given later", run: "podman tag x r.example/a:mine\n", expect: { says: "mine" } },
  ],
});

function ofImage({ image: { name }, facts, tables: { tagPattern, movingTags } }: AuditSubject): readonly Hit[] {
  const tags = facts.tags?.own ?? tagsOf(name);
  return tags
    .filter((tag) => !movingTags.includes(tag) && !isFixed(tag, tagPattern))
    .map((tag) => ({ fields: { tag } }));
}

function ofScript({ commands, tables: { tagPattern, movingTags } }: ScriptSubject): readonly Hit[] {
  return commands.flatMap((command) =>
    taggedNames(command).flatMap(({ text, range }) =>
      tagsOf(text)
        .filter((tag) => !movingTags.includes(tag) && !isFixed(tag, tagPattern))
        .map((tag) => ({ fields: { tag }, range })),
    ),
  );
}

/** The names that a command gives to images it makes or copies. */
function taggedNames({ name, words }: CommandView) {
  if (name !== "docker" && name !== "podman" && name !== "buildah") return [];
  const known = words.flatMap(({ value, range }) => (value === undefined ? [] : [{ text: value, range }]));
  const [first, ...rest] = known[0]?.text === "image" ? known.slice(1) : known;
  if (first?.text === "tag") return rest.slice(-1);
  if (!/^(build|buildx|bud)$/.test(first?.text ?? "")) return [];
  return known.flatMap(({ text, range }, at) => {
    const joined = /^(?:--tag=|-t=?)(.+)$/.exec(text)?.[1];
    if (joined !== undefined) return [{ text: joined, range }];
    const next = known[at + 1];
    return (text === "-t" || text === "--tag") && next ? [next] : [];
  });
}

function tagsOf(name: string): readonly string[] {
  const found = /^[./~]/.test(name) ? undefined : readImageName(name.replace(/^\w+:\/\//, ""));
  return typeof found === "object" && found.tag !== undefined ? [found.tag] : [];
}

export const FIXED_TAG = practice({
  id: "TAG002",
  title: "An image has a tag that does not move",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the image has only tags that move: {tags}",
  hint: "give it a fixed one, too, such as 1.2.3",
  why: "When the moving tag goes on, nobody can ask for this build any more.",
  source: "N2.13",
  peers: ["DKL-DI-0006"],
  checks: { image: onlyMoving },
  passes: [
    { shows: "both", image: {}, facts: { tags: { own: ["latest", "7.5.1"] } } },
    { shows: "a fixed one", image: { name: "registry.example/a/b:7.5.1" }, facts: { tags: { own: ["7.5.1"] } } },
  ],
  fails: [
    { shows: "latest alone", image: {}, facts: { tags: { own: ["latest"] } }, expect: { says: "latest" } },
    {
      shows: "nobody asked for its tags",
      image: { name: "registry.example/a/b:latest" },
      expect: { certainty: "unknown" },
    },
  ],
});

function onlyMoving({ image, facts, tables: { movingTags } }: AuditSubject): Hit | undefined {
  const own = facts.tags?.own;
  if (own === undefined)
    return tagsOf(image.name).every((tag) => !movingTags.includes(tag))
      ? undefined
      : unknown("the other tags of this digest");
  return own.length > 0 && own.every((tag) => movingTags.includes(tag)) ? { fields: { tags: listed(own) } } : undefined;
}

export const REUSED_TAG = practice({
  id: "TAG003",
  title: "A fixed tag means one image for ever",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "the tag {tag} was moved to another image",
  hint: "push the new image under a new tag, and put {tag} back",
  why: "Whoever named the tag in a recipe or a paper gets something else now, without a word.",
  source: "N2.13",
  peers: [],
  checks: { host: reused, image: (subject) => reused(subject) },
  passes: [
    { shows: "one digest", host: true, facts: { tags: { own: [], history: new Map([["7.5.1", ["sha256:a"]]]) } } },
    {
      shows: "a moving tag",
      host: true,
      facts: { tags: { own: [], history: new Map([["latest", ["sha256:a", "sha256:b"]]]) } },
    },
  ],
  fails: [
    {
      shows: "pushed twice",
      host: true,
      facts: { tags: { own: [], history: new Map([["7.5.1", ["sha256:a", "sha256:b"]]]) } },
      expect: { says: "7.5.1" },
    },
    { shows: "nobody keeps a history", host: true, expect: { certainty: "unknown" } },
  ],
});

function reused({ facts: { tags }, tables: { movingTags } }: HostSubject): Hit | readonly Hit[] {
  if (!tags?.history) return unknown("which images the tag has meant");
  return [...tags.history].flatMap(([tag, digests]) =>
    new Set(digests).size > 1 && !movingTags.includes(tag) ? [{ fields: { tag } }] : [],
  );
}

export const SERVICE_TAG = practice({
  id: "TAG004",
  title: "Services name an image that all nodes understand alike",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{image} may mean another build on each node",
  hint: "name a version, or write pull_policy: always",
  why: "A node that has the image already takes its own, a node that has not takes the newest.",
  source: "Spin: Image tags",
  peers: ["DL3007"],
  counterparts: ["IMG-03", "IMG-04"],
  fix: "unsafe",
  checks: { launch: ofService },
  passes: [
    { shows: "a version", compose: "image: mysql:8.4.2\n" },
    { shows: "always pulled", compose: "image: mysql\npull_policy: always\n" },
    { shows: "a digest", compose: `image: mysql@sha256:${"a".repeat(64)}\n` },
    { shows: "Rancher's label", compose: "image: mysql\nlabels:\n  io.rancher.container.pull_image: always\n" },
  ],
  fails: [
    {
      shows: "no tag",
      compose: "image: mysql\n",
      expect: {
        line: 3,
        says: "mysql",
        fixed: "services:\n  web:\n    pull_policy: always\n    image: mysql\n",
      },
    },
    { shows: "latest", profile: "spin", compose: "image: mysql:latest\n" },
  ],
});

function ofService({ launch, tables: { movingTags } }: LaunchSubject): Hit | undefined {
  const { image, pull, tool } = launch;
  if (tool !== "compose" || !image || pull === "always" || image.value.includes("$")) return undefined;
  const name = readImageName(image.value);
  if (typeof name === "string" || name.digest !== undefined) return undefined;
  if (name.tag !== undefined && !movingTags.includes(name.tag)) return undefined;
  const edits = pull === undefined ? withKey(launch, "pull_policy: always") : undefined;
  const fix = edits && { title: "add pull_policy: always", safe: false, edits };
  return { fields: { image: image.value }, range: image.range, fix };
}

/** TAG001 to TAG004. */
export const TAGS: readonly Practice[] = [TAG_POLICY, FIXED_TAG, REUSED_TAG, SERVICE_TAG];
