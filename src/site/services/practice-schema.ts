// The tables that practices are checked with, as a site or a project writes them: under `practices` of a policy in site.yaml, and in
// `.berth-policy.yaml`. Lists replace the profile's; tables of names add to it, and `false` takes one away.

import { type Static, Type } from "typebox";
import { about, closed, count, duration, flag, list, optional, size, text, words } from "../schema-words.ts";

const needed = (description: string, ...examples: readonly unknown[]) =>
  Type.String({ minLength: 1, ...about(description, ...examples) });
const folder = (description: string, ...examples: readonly unknown[]) =>
  Type.String({ pattern: "^/[^\\x00-\\x1f]*$", ...about(description, ...examples) });

const labelType = words(
  "text, url, rfc3339, semver, hash, email or spdx",
  ...(["text", "url", "rfc3339", "semver", "hash", "email", "spdx"] as const),
);

const flawWeight = (description: string) => words(description, "critical", "high", "medium", "low");

const limits = Type.Object(
  {
    image: size("of an image, unpacked", "5G"),
    compressed: size("of an image's layers as they are pulled", "5G"),
    imageAge: duration("since an image was built (BAS010)", "30d"),
    scanAge: duration("of advisories and of the last scan", "5d"),
    rebuildAge: duration("after which a rebuild is due", "7d"),
    manyLayers: count("layers that are remarked on"),
    mostLayers: count("layers that engines take"),
    wastedShare: optional(
      Type.Number({ minimum: 0, maximum: 1, ...about("share of bytes that later layers hide, 0 to 1", 0.1) }),
    ),
    clutter: size("caches and leftovers", "10M"),
    manyPackages: count("packages from which somebody should look whether one image does one thing"),
  },
  { ...closed, ...about("thresholds of images") },
);

const version = (description: string, example: string) =>
  optional(Type.String({ pattern: "^\\d+(\\.\\d+){0,2}$", ...about(description, example) }));

const engines = Type.Object(
  {
    versions: optional(
      Type.Object(
        { docker: version("of Docker", "29"), podman: version("of Podman", "5") },
        { ...closed, ...about("the oldest versions that are taken") },
      ),
    ),
    packages: list("packages that engines may come from; * stands for anything; any unless said", ["docker-ce"]),
    logDrivers: list("log drivers; any but none unless said", ["journald"]),
    subnets: optional(
      Type.Array(
        Type.String({ pattern: "^\\d{1,3}(\\.\\d{1,3}){3}/\\d{1,2}$", ...about("a network", "10.99.0.0/16") }),
        about("addresses that the site has put down for the default networks of engines"),
      ),
    ),
  },
  { ...closed, ...about("how container engines are set up (DAE002)") },
);

const waiver = Type.Object(
  {
    rule: needed("id of a rule; * stands for anything", "BAS003"),
    subject: needed("files, references or digests; * stands for anything", "legacy/*"),
    owner: needed("who answers for it", "wilma"),
    reason: needed("why"),
    until: Type.String({
      pattern: "^\\d{4}-\\d{2}-\\d{2}$",
      ...about("last day, such as 2027-12-31 (UTC)", "2027-12-31"),
    }),
  },
  closed,
);

/** The tables, key by key. */
export const PRACTICE_KEYS = {
  golden: list("repositories that may be bases; * stands for anything; any unless said (BAS001)", [
    "site.example/base/*",
  ]),
  goldenLayers: optional(
    Type.Array(Type.Array(Type.String({ minLength: 1 })), about("first layers of golden images, by diff id")),
  ),
  approvedSystems: optional(
    Type.Record(
      Type.String(),
      Type.Union([Type.Array(Type.String({ minLength: 1 })), Type.Literal(false)]),
      about("distributions and their releases that are approved (BAS002)", { debian: ["12", "13"] }),
    ),
  ),
  paidSupport: flag("paid support after a release's end counts (BAS003)"),
  movingTags: list("tags that move (BAS005)", ["latest"]),
  trustedSources: list("hosts or repositories that are as good as official ones (BAS007)", ["registry.example.org/*"]),
  registries: list("hosts that images may come from; any unless said", ["registry.example.org"]),
  agents: list("bootstrap agents of definition files (BAS009)", ["docker", "localimage"]),
  bindDirs: optional(
    Type.Array(
      folder("a folder"),
      about("folders that mounts hide when a container runs (PTH001)", ["/home", "/scratch"]),
    ),
  ),
  sharedFileSystems: optional(
    Type.Array(
      Type.Object({ path: folder("where it is mounted", "/gpfs"), minDepth: count("folders below it", 0) }, closed),
      about("shared file systems of the site"),
    ),
  ),
  labels: optional(
    Type.Record(
      Type.String(),
      Type.Union([
        labelType,
        Type.Object({ type: labelType, required: flag("images must have it") }, closed),
        Type.Literal(false),
      ]),
      about("labels of images and the form of their values", { maintainer: "email" }),
    ),
  ),
  tagPattern: text("regular expression of tags that are taken beside versions, hashes and dates", "^v\\d+$"),
  thresholds: optional(limits),
  fileOwners: optional(
    Type.Object(
      { from: count("first number of a person's account", 1), root: flag("files of root count, too") },
      { ...closed, ...about("owners of files that are remarked on (USR002)") },
    ),
  ),
  deniedLicences: list("licences of packages that are not wanted, as SPDX has them", ["AGPL-3.0-only"]),
  capabilities: optional(
    Type.Object(
      {
        plain: list("capabilities that launches may add", ["CHOWN"]),
        shared: list("those that they may add with a shared file system", ["NET_BIND_SERVICE"]),
      },
      closed,
    ),
  ),
  openPorts: optional(
    Type.Array(
      Type.String({ pattern: "^\\d{1,5}(-\\d{1,5})?$", ...about("a port or a range: 60000-60050", "60000-60050") }),
      about("host ports that may be published; any unless said"),
    ),
  ),
  serviceWords: list("first words of services' names; any unless said", ["web", "db"]),
  composeVersions: list("versions of compose files; any unless said", ["2"]),
  imageFolders: optional(
    Type.Array(
      Type.Object({ path: folder("a folder", "/software/images"), owners: list("whose files there count") }, closed),
      about("folders that images may run from; any unless said (LOC001)"),
    ),
  ),
  isolation: optional(words("least isolation of Apptainer's launches (RUN011)", "none", "no-home", "contain")),
  userFacingHosts: list("names of hosts where people sign in; * stands for anything (DAE001)", ["login*"]),
  engines: optional(engines),
  contact: text("whom people ask for what a practice keeps from them", "support@example.org"),
  dataClass: optional(
    Type.Object(
      { label: text("label with the class of an image's data"), closed: list("classes that must not become public") },
      closed,
    ),
  ),
  flaws: optional(
    Type.Object(
      {
        fixed: optional(flawWeight("from which weight flaws with a fix count")),
        unfixed: optional(words("and those without", "critical", "high", "medium", "low", "never")),
      },
      closed,
    ),
  ),
  signed: flag("a signature by the site's keys is demanded (SIG001)"),
  waivers: optional(Type.Array(waiver, about("exceptions that somebody answers for, and that end"))),
  ignores: optional(
    Type.Object(
      {
        allowed: flag("comments may ignore findings"),
        reasons: flag("such comments must give a reason"),
        locked: list("rules that comments may not ignore; * stands for anything", ["SEC*"]),
      },
      { ...closed, ...about("comments such as # policy ignore=PKG010 -- reason") },
    ),
  ),
};

/** What may stand under `practices`. */
export const PRACTICE_SCHEMA = Type.Object(PRACTICE_KEYS, {
  ...closed,
  ...about("what recipes, images and run lines are held against"),
});

export type PracticeFile = Static<typeof PRACTICE_SCHEMA>;
