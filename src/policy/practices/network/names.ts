// Names, tags and sources of services: NAM001, NAM002, REG001, FSP001.

import { valueAt } from "../../../recipe/compose/tree.ts";
import { fitsAny } from "../../glob.ts";
import { readImageName } from "../../image-name.ts";
import type { LaunchView } from "../../launch-view/types.ts";
import { practice } from "../../practice.ts";
import type { ComposeSubject, LaunchSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { sharedSystem } from "../mounts/shared-systems.ts";

export const SERVICE_NAMES = practice({
  id: "NAM001",
  title: "A service's name says what it is, in the site's words",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the service's name {name} begins with none of the site's words",
  hint: "begin with one of {words}, then a dash and what you like: db-mysql",
  why: "Whoever looks after all services sees from the name what stands still when this one does.",
  source: "Spin: Naming",
  peers: [],
  counterparts: ["SVC-01", "SVC-02"],
  checks: { launch: named },
  passes: [
    { shows: "a word and more", profile: "spin", compose: "services:\n  db-mysql: {image: 'mysql:8.4.2'}\n" },
    { shows: "a word", profile: "spin", compose: "services:\n  web: {image: 'a:1'}\n" },
    { shows: "where any name is taken", compose: "services:\n  MyDB: {image: 'a:1'}\n" },
  ],
  fails: [
    {
      shows: "MyDB",
      profile: "spin",
      compose: "services:\n  MyDB: {image: 'a:1'}\n",
      expect: { line: 2, says: "MyDB" },
    },
  ],
});

function named({ launch, tables: { serviceWords } }: LaunchSubject): Hit | undefined {
  const { tool, name, range } = launch;
  if (tool !== "compose" || serviceWords.length === 0) return undefined;
  if (serviceWords.some((word) => name === word || name.startsWith(`${word}-`))) return undefined;
  return {
    fields: { name, words: serviceWords.join(", ") },
    range: { start: range.start, end: range.start + name.length },
  };
}

const REQUIRED = ["owner", "staff-owner"];
const RECOMMENDED = ["group", "staff-group"];

export const STACK_TAGS = practice({
  id: "NAM002",
  title: "A stack says whose it is",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "the tag {tag} is missing: nobody knows whose stack this is",
  hint: "add x-berth: {tags: {{tag}: ACCOUNT}}",
  why: "When a stack does harm or stands still, somebody has to be asked.",
  source: "Spin: Tags",
  peers: [],
  counterparts: ["STK-01", "STK-02", "STK-03", "STK-04", "STK-05"],
  cases: {
    recommended: { severity: "info", message: "the tag {tag} is missing", hint: "add it to x-berth.tags" },
    fqdn: {
      severity: "info",
      message: "the stack has a web route and no tag fqdn",
      hint: "add fqdn: NAME to x-berth.tags",
    },
  },
  fix: "unsafe",
  checks: { compose: (subject) => tagsOf(subject) },
  passes: [
    {
      shows: "all of them",
      profile: "spin",
      compose:
        "services:\n  web: {image: 'a:1'}\nx-berth:\n  tags: {owner: fred, staff-owner: wilma, group: genome, staff-group: isg}\n",
    },
  ],
  fails: [
    {
      shows: "none",
      profile: "spin",
      compose: "services:\n  web: {image: 'a:1'}\n",
      expect: {
        line: 1,
        says: "owner is missing",
        fixed: "x-berth:\n  tags:\n    owner: OWNER\n    staff-owner: STAFF-OWNER\nservices:\n  web: {image: 'a:1'}\n",
      },
    },
    {
      shows: "behind the mark that begins the document",
      profile: "spin",
      compose: "---\nservices:\n  web: {image: 'a:1'}\n",
      expect: {
        fixed:
          "---\nx-berth:\n  tags:\n    owner: OWNER\n    staff-owner: STAFF-OWNER\nservices:\n  web: {image: 'a:1'}\n",
      },
    },
    {
      shows: "only one",
      profile: "spin",
      compose: "services:\n  web: {image: 'a:1'}\nx-berth:\n  tags: {owner: fred}\n",
      expect: { says: "staff-owner is missing" },
    },
  ],
});

function tagsOf({ tree, launches }: ComposeSubject): readonly Hit[] {
  const tags = launches[0]?.stack?.tags ?? new Map<string, string>();
  const source = launches[0]?.source;
  const range = { start: 0, end: source ? Math.max(0, source.text.indexOf("\n")) : 0 };
  const missing = REQUIRED.filter((tag) => !tags.has(tag));
  const fix = source && valueAt(tree, "x-berth") === undefined ? skeleton(source.text, missing) : undefined;
  const required = missing.map((tag, index) => ({ fields: { tag }, range, fix: index === 0 ? fix : undefined }));
  const recommended = RECOMMENDED.filter((tag) => !tags.has(tag)).map((tag) => ({
    case: "recommended",
    fields: { tag },
    range,
  }));
  const routed = launches.some(({ stack }) => stack?.open === true);
  return [...required, ...recommended, ...(routed && !tags.has("fqdn") ? [{ case: "fqdn", range }] : [])];
}

// Behind a mark that the document begins; a file in braces is left to its author.
function skeleton(file: string, missing: readonly string[]): Fix | undefined {
  const start = /^\ufeff?(?:%[^\n]*\n)*(?:---[ \t\r]*\n)?/.exec(file)?.[0].length ?? 0;
  if (/^\s*(?:---|[{%])/.test(file.slice(start))) return undefined;
  const lines = missing.map((tag) => `    ${tag}: ${tag.toUpperCase()}\n`);
  const edits = [{ range: { start, end: start }, text: `x-berth:\n  tags:\n${lines.join("")}` }];
  return { title: "add the tags to fill in", safe: false, edits };
}

export const REGISTRIES = practice({
  id: "REG001",
  title: "Images come from registries that the site knows",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "images of {registry} are not taken here",
  hint: "push the image to one of {registries}",
  why: "Nobody here looks after other registries; an image can change or vanish there.",
  source: "Spin: Image registry",
  peers: ["DL3026"],
  counterparts: ["IMG-01"],
  checks: { launch: ofLaunch, recipe: ofRecipe },
  passes: [
    { shows: "a known one", policy: { registries: ["docker.io"] }, compose: "image: mysql:8.4.2\n" },
    { shows: "a pattern", policy: { registries: ["*.site.example"] }, dockerfile: "FROM r.site.example/a:1\n" },
    { shows: "the site says nothing", compose: "image: r.other.example/a:1\n" },
  ],
  fails: [
    {
      shows: "a service",
      policy: { registries: ["docker.io"] },
      compose: "image: r.other.example/a:1\n",
      expect: { line: 3, says: "r.other.example" },
    },
    {
      shows: "a base",
      policy: { registries: ["docker.io"] },
      dockerfile: "FROM r.other.example/a:1\n",
      expect: { line: 1 },
    },
    { shows: "a run line", policy: { registries: ["docker.io"] }, run: "docker run r.other.example/a:1\n" },
    { shows: "none of those that services may have", profile: "spin", dockerfile: "FROM r.other.example/a:1\n" },
  ],
});

// A site that names no registries for practices may have some for its services.
function registriesOf({ tables, policy }: Pick<LaunchSubject, "tables" | "policy">): readonly string[] {
  return tables.registries.length > 0 ? tables.registries : [...policy.registries.keys()];
}

function ofLaunch(subject: LaunchSubject): Hit | undefined {
  const { launch } = subject;
  const registries = registriesOf(subject);
  const registry = registries.length === 0 ? undefined : registryOf(launch);
  if (registry === undefined || fitsAny(registries, registry)) return undefined;
  return { fields: { registry, registries: registries.join(", ") }, range: launch.image?.range ?? launch.range };
}

function registryOf({ image, engine, tool }: LaunchView): string | undefined {
  if (!image || image.value.includes("$")) return undefined;
  const text = engine
    ? image.value
    : tool === "shifter"
      ? image.value.replace(/^docker:/, "")
      : /^docker:\/\/(.*)$/.exec(image.value)?.[1];
  const name = text === undefined ? undefined : readImageName(text);
  return typeof name === "object" ? name.registry : undefined;
}

function ofRecipe(subject: RecipeSubject): readonly Hit[] {
  const { recipe } = subject;
  const registries = registriesOf(subject);
  if (registries.length === 0) return [];
  return recipe.stages.flatMap(({ base: { name, range } }) =>
    name && !fitsAny(registries, name.registry)
      ? [{ fields: { registry: name.registry, registries: registries.join(", ") }, range }]
      : [],
  );
}

export const SHARED_AS_PERSON = practice({
  id: "FSP001",
  title: "Shared file systems are used by an account, without rights of root",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{name} mounts {path} and runs as root",
  hint: 'say user: "UID:GID" of the account that owns the data, and only NET_BIND_SERVICE of the capabilities',
  why: "Root, or a right of root, in the container would be stronger on the file system than its permissions.",
  source: "Spin: Security",
  peers: [],
  counterparts: ["VOL-08", "CAP-03"],
  cases: { capability: { message: "{name} mounts {path} and has the capability {capability}" } },
  checks: { launch: asPerson },
  passes: [
    {
      shows: "podman, whose root is the caller",
      profile: "spin",
      run: "podman-hpc run -v /global/p/u/app:/srv:ro docker.io/library/busybox:1.37.0 x\n",
    },
    {
      shows: "an account",
      profile: "spin",
      compose: "user: '501:124'\ncap_drop: [ALL]\ncap_add: [NET_BIND_SERVICE]\nvolumes: ['/global/p/u/app:/srv:ro']\n",
    },
    { shows: "no shared file system", profile: "spin", compose: "volumes: ['data:/srv']\n" },
  ],
  fails: [
    {
      shows: "root",
      profile: "spin",
      compose: "user: root\nvolumes: ['/global/p/u/app:/srv:ro']\n",
      expect: { says: "runs as root" },
    },
    { shows: "no user", profile: "spin", compose: "volumes: ['/global/p/u/app:/srv:ro']\n" },
    {
      shows: "a capability",
      profile: "spin",
      compose: "user: '501:124'\ncap_add: [SETUID]\nvolumes: ['/global/p/u/app:/srv:ro']\n",
      expect: { case: "capability", says: "SETUID" },
    },
  ],
});

function asPerson({ launch, tables }: LaunchSubject): Hit | undefined {
  const { mounts, name, user, capAdd, tool } = launch;
  // Podman's root is the caller.
  const mount =
    tool === "compose" || tool === "docker" ? mounts.find((one) => sharedSystem(one, tables) !== undefined) : undefined;
  if (!mount || name === "exec") return undefined;
  const fields = { name, path: mount.source };
  if (!user || /^(root|0+)(:|$)/.test(user.value)) return { fields, range: user?.range ?? mount.range };
  const more = capAdd.find(({ value }) => !tables.capabilities.shared.includes(value));
  return more && { case: "capability", fields: { ...fields, capability: more.value }, range: more.range };
}
