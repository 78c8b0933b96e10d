// The schema of `site.yaml`: one definition for the check, the types and the JSON Schema that editors use
// (docs/site.schema.json). It says what may stand there; defaults and meaning are in resolve.ts.

import { type Static, Type } from "typebox";
import { ADVISORIES_SCHEMA } from "./advisories.ts";
import { GATE_SCHEMA } from "./gate.ts";
import { NODE_SCHEMA } from "./node-schema.ts";
import { about, choice, closed, count, duration, flag, list, optional, size, text } from "./schema-words.ts";
import { SERVICES_SCHEMA } from "./services/services.ts";

const converterOptions = optional(
  Type.Record(
    Type.String(),
    Type.Array(Type.String()),
    about("further options of the converter, by image format; replaces the default ones", { squashfs: ["-no-xattrs"] }),
  ),
);

const format = choice("format of the image files", "squashfs", "ext4", "xfs");

const signaturePolicy = text(
  "file in the form of containers-policy.json(5): which signatures pulled images must have",
  "/etc/containers/policy.json",
);

const remote = optional(
  Type.Object(
    {
      host: Type.String({ minLength: 1, ...about("machine to copy images to", "dtn1.example.org") }),
      user: text("account there", "shifter"),
      key: text("file of the private key", "/etc/berth/id_ed25519"),
      sshOptions: list("further options of ssh", ["-o", "ConnectTimeout=10"]),
      scpOptions: list("further options of scp", ["-C"]),
    },
    { ...closed, ...about("images are copied to another machine by ssh; left out: imageDir is mounted here") },
  ),
);

const system = Type.Object(
  {
    imageDir: Type.String({ minLength: 1, ...about("folder where the nodes find images", "/images") }),
    remote,
    munge: text("socket of the munged whose key this system's nodes have", "/run/munge/munge.socket.2"),
    admins: list("user names; they may do everything on this system", ["root"]),
    operators: list("user names; they see everything, release quarantined images and manage the queue", ["helpdesk"]),
    platform: text("which entry of a multi-platform image is taken; this machine's unless said", "linux/arm64"),
    format,
    signaturePolicy,
    publicFiles: choice(
      "files of public images: closed (only root reads them; jobs' images are mounted by the node set-up), or readable by everybody, so that shifter also works where no node was set up",
      "closed",
      "readable",
    ),
    converterOptions,
  },
  { ...closed, ...about("a machine whose images the gateway keeps") },
);

const registry = Type.Object(
  {
    url: text("base URL; https://NAME unless said", "https://registry.example.org:5000"),
    ca: text("file of certificates that are believed besides the system's", "/etc/berth/ca.pem"),
    auth: choice("how logins are shown to it", "token", "basic"),
  },
  { ...closed, ...about("a registry by the name that users write") },
);

const workers = optional(
  Type.Object(
    {
      jobs: count("pulls and imports at once on this server; 0: this server only answers", 0),
      jobsPerUser: count("of them for one user while others wait"),
      memory: size("memory of one job", "4G"),
      temp: size("bytes of one job in workDir", "100G"),
      attempts: count("how often a pull is tried whose server died or whose registry stalled"),
    },
    { ...closed, ...about("limits of the work on this server") },
  ),
);

const quota = optional(
  Type.Object(
    { bytes: size("bytes of one user's images", "500G"), images: count("number of one user's images", 0) },
    { ...closed, ...about("of every user without limits of his own; left out: none") },
  ),
);

const gateway = Type.Object(
  {
    systems: Type.Record(Type.String(), system, { minProperties: 1, ...about("the machines, by name") }),
    defaultSystem: text("the system that is meant when none is named"),
    registries: optional(
      Type.Record(Type.String(), registry, about("the registries that may be pulled from, by name")),
    ),
    defaultRegistry: text("key of registries for images whose name has none", "docker.io"),
    cacheDir: text("layers and documents of registries", "/var/lib/berth/cache"),
    workDir: text("where images are made: local disk", "/var/lib/berth/work"),
    pullUpdate: duration("how long an answer of a registry counts, and a failure is remembered", "5m"),
    heartbeat: duration("a pull that says nothing for so long is dead", "1h"),
    expiration: duration("life of an image after its last use", "90d"),
    keepRecords: duration("how long the record of a removed image is kept", "90d"),
    authentication: choice("how callers prove who they are; mock is for tests only", "munge", "mock"),
    anonymous: flag("people without credentials may look up and list public images"),
    imports: optional(
      Type.Union([Type.Literal("none"), Type.Literal("all"), Type.Array(Type.String({ minLength: 1 }))], {
        ...about("who may import image files: none, all, or a list of user names", ["alice"]),
      }),
    ),
    trustImportedSquashfs: flag("publish squashfs files made by users as they are, instead of packing them again"),
    privateDefault: choice("who may read a private image that was pulled without a list", "owner", "everyone"),
    examiner: text("program that accepts (exit 0) or refuses new images", "/usr/local/sbin/examine"),
    metrics: flag("keep the lookups that found something"),
    aclInMeta: flag("write who may read an image into its .meta file"),
    labels: flag("tell the labels of images"),
    format,
    signaturePolicy,
    converterOptions,
    workers,
    quota,
    keyFile: text("file with the key that seals credentials in the database", "/etc/berth/gateway.key"),
    policy: optional(GATE_SCHEMA),
  },
  { ...closed, ...about("the image gateway") },
);

const server = Type.Object(
  {
    listen: text("host:port, or unix:/path", "0.0.0.0:5000"),
    database: text("file of an SQLite database, or postgres://…", "/var/lib/berth/berth.db"),
    databasePasswordFile: text("file with the password of the PostgreSQL user"),
    trustedProxies: list("proxies whose X-Forwarded headers are believed: addresses or networks", ["127.0.0.1"]),
    logLevel: choice("what is logged", "trace", "debug", "info", "warn", "error", "fatal"),
    stateDir: text("folder for what the server remembers", "/var/lib/berth"),
    stopTimeout: duration("how long a stopping server waits for the work under way", "30s"),
  },
  { ...closed, ...about("the HTTP server and its database") },
);

const client = Type.Object(
  {
    gateways: list("base URLs of the gateways, for users' programs", ["http://gateway.example.org:5000"]),
    system: text("the system that users of this machine mean"),
    timeout: duration("how long they wait for an answer; 0: for ever", "30s"),
    imageType: text("type of images whose name has none", "docker"),
    munge: text("socket of this machine's munged"),
  },
  { ...closed, ...about("what programs of users on this machine need to know") },
);

const tagRule = Type.Object(
  {
    pattern: Type.String({ minLength: 1, ...about("a name with * and ?, or semver", "semver") }),
    kind: Type.Union([Type.Literal("immutable"), Type.Literal("moving")]),
  },
  closed,
);

const siteRegistry = Type.Object(
  {
    backend: Type.String({ minLength: 1, ...about("where the registry program listens", "127.0.0.1:5001") }),
    publicUrl: Type.String({
      pattern: "^https?://[^/]+/?$",
      ...about("an address such as https://gateway.example.org:5000", "https://gateway.example.org:5000"),
    }),
    internalUrl: optional(
      Type.String({ pattern: "^https?://[^/]+/?$", ...about("the same as the registry program reaches it") }),
    ),
    storageDir: text("where the registry keeps what is pushed", "/var/lib/registry"),
    service: text("what its tokens are for; the public host name unless said"),
    issuer: text("who makes its tokens; berth unless said"),
    host: text("its own host name, where the server has others", "registry.example.org"),
    keyDir: text("folder of its keys", "/var/lib/berth/registry"),
    tagRules: optional(
      Type.Array(tagRule, about("which tags may not be moved", [{ pattern: "semver", kind: "immutable" }])),
    ),
  },
  { ...closed, ...about("the site's own registry, to which people push") },
);

/** The schema of `site.yaml`. */
export const SITE_SCHEMA = Type.Object(
  {
    server: optional(server),
    gateway: optional(gateway),
    client: optional(client),
    registry: optional(siteRegistry),
    node: optional(NODE_SCHEMA),
    services: optional(SERVICES_SCHEMA),
    advisories: optional(ADVISORIES_SCHEMA),
  },
  { ...closed, title: "berth site configuration", ...about("site.yaml, the configuration of a site") },
);

/** A `site.yaml` that fits the schema. */
export type SiteFile = Static<typeof SITE_SCHEMA>;
export type GatewayFile = NonNullable<SiteFile["gateway"]>;
export type RegistryFile = NonNullable<SiteFile["registry"]>;
export type SystemFile = GatewayFile["systems"][string];
