// What may stand under `services.policy` of site.yaml: which rules a site has for stacks, and the tables they are checked with.
// Tables of names add to the profile's; `false` takes one away. Lists replace the profile's.

import { type Static, Type } from "typebox";
import { about, closed, count, duration, flag, list, optional, size, text, words } from "../schema-words.ts";
import { PRACTICE_SCHEMA } from "./practice-schema.ts";

const oneOf = <const T extends readonly string[]>(description: string, ...values: T) =>
  optional(words(description, ...values));
const needed = (description: string, ...examples: readonly unknown[]) =>
  Type.String({ minLength: 1, ...about(description, ...examples) });
const port = (description: string) => Type.Integer({ minimum: 1, maximum: 65535, ...about(description) });
const table = <T extends Parameters<typeof Type.Record>[1]>(
  entry: T,
  description: string,
  ...examples: readonly unknown[]
) => optional(Type.Record(Type.String(), Type.Union([entry, Type.Literal(false)]), about(description, ...examples)));

const registry = Type.Object(
  {
    kind: oneOf("site: the site's own; hub: official images only, others with a remark", "site", "hub", "other"),
    teams: flag("the first part of a name is a group, whose members may pull (IMG-08)"),
    shared: list("first parts that everybody may pull", ["public"]),
  },
  closed,
);

const serviceType = Type.Object(
  {
    description: needed("what it is, in a few words", "model server"),
    reach: oneOf("from where such services are reached at most (PRT-07)", "stack", "site", "partners", "world"),
    keepsData: flag("keeps data that must not be lost (VOL-11)"),
  },
  closed,
);

const storageClass = Type.Object(
  {
    title: needed("name for people", "Scratch file system"),
    persistent: flag("data are kept when the container is made anew"),
    portable: flag("data are there on every node"),
    performance: oneOf("how fast it is", "low", "medium", "high", "highest"),
    autoCreated: flag("made when a stack needs it"),
    external: flag("also used outside the platform: the rules of shared file systems hold"),
    remark: text("what it is for"),
  },
  closed,
);

const portClass = Type.Object(
  {
    title: needed("from where, in words", "from the site only"),
    reach: oneOf("from where its ports are reached", "site", "partners", "world"),
    protocol: oneOf("tcp unless said", "tcp", "udp"),
    ports: Type.Array(
      Type.String({ pattern: "^\\d{1,5}(-\\d{1,5})?$", ...about("a port or a range: 60000-60050", "60000-60050") }),
    ),
  },
  closed,
);

const approvedPort = Type.Object(
  {
    port: port("host port"),
    protocol: oneOf("tcp unless said", "tcp", "udp"),
    stack: needed("whose; * stands for anything", "rover*"),
  },
  closed,
);

const capability = Type.Object(
  {
    description: text("what it lets a service do"),
    plain: flag("may be added by services without a shared file system"),
    external: flag("may be added by services with one"),
  },
  closed,
);

const mount = Type.Object(
  {
    path: Type.String({
      pattern: "^/[^\\x00-\\x1f]*$",
      ...about("a folder such as /global/project", "/global/project"),
    }),
    name: needed("name of the file system, as in the tag requires", "gpfs"),
    external: flag("shared with machines outside the platform; yes unless said"),
    rootSquash: flag("root is nobody there; yes unless said"),
    minDepth: count("folders below it at which a mount begins at least", 0),
    readOnly: flag("nobody may write there"),
  },
  closed,
);

const waiver = Type.Object(
  {
    rule: needed("id of a rule; * stands for anything", "VOL-02"),
    stack: needed("whose; * stands for anything", "rover"),
    service: text("of which service; * stands for anything"),
    by: needed("who answers for it", "wilma"),
    reason: needed("why"),
    until: optional(
      Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", ...about("last day, such as 2027-12-31 (UTC)", "2027-12-31") }),
    ),
  },
  closed,
);

const allowed = Type.Object(
  {
    devices: list("devices that services may have; * stands for anything", ["/dev/fuse"]),
    gpus: flag("services may have GPUs"),
    runtimes: list("runtimes that services may ask for", ["runsc"]),
    volumeDrivers: list("drivers of volumes besides the engine's own"),
    networkDrivers: list("drivers of networks", ["bridge"]),
    loggingDrivers: list("drivers of containers' logs", ["json-file"]),
    sharedNetworks: list("networks of the engine that everybody may use", ["monitoring"]),
    sharedVolumes: list("volumes of the engine that everybody may use"),
  },
  { ...closed, ...about("what the site lends to services") },
);

const severity = Type.Unsafe<"off" | "error" | "warning" | "info" | "style">(
  Type.Union(
    ["off", "error", "warning", "info", "style"].map((value) => Type.Literal(value)),
    about("off, error, warning, info or style"),
  ),
);

/** What may stand under `services.policy`. */
export const POLICY_SCHEMA = Type.Object(
  {
    profile: oneOf("the rules to begin with; generic unless said", "generic", "nccs", "spin"),
    registries: optional(
      Type.Record(Type.String(), registry, about("hosts that images may come from", { "docker.io": { kind: "hub" } })),
    ),
    serviceTypes: table(serviceType, "first words of services' names"),
    storageClasses: table(storageClass, "classes of volumes"),
    defaultStorageClass: text("class of volumes that name none", "local"),
    portClasses: optional(Type.Record(Type.String(), portClass, about("host ports that the firewall opens"))),
    proxyPorts: optional(Type.Array(port("port"), about("ports that only the proxy listens on", [80, 443]))),
    approvedPorts: optional(Type.Array(approvedPort, about("host ports that were allowed after a review"))),
    usualPorts: table(port("its usual port"), "the port of a program, by the last part of its image's name"),
    capabilities: table(capability, "capabilities that may be added, without CAP_"),
    mounts: optional(Type.Array(mount, about("folders of the host below which services may mount"))),
    allowed: optional(allowed),
    collaborationAccounts: text("regular expression of names of accounts that belong to groups of people", "^c_"),
    names: optional(
      Type.Object(
        {
          dynamic: text("name of a published service; from services.dns unless said", "{service}.{stack}.example.org"),
          hosts: list("names that routes may have; * stands for anything; any unless said", ["*.example.org"]),
          proxy: list("names and addresses of the proxy; from services.dns unless said", ["proxy.example.org"]),
        },
        closed,
      ),
    ),
    limits: optional(
      Type.Object(
        {
          image: size("of an image (IMG-06)", "5G"),
          imageAge: duration("since an image was built (IMG-07)", "365d"),
          container: size("written into a container's own layer (VOL-12)", "1G"),
        },
        closed,
      ),
    ),
    composeVersions: list("versions of compose files taken without remark; all unless said (STK-08)", ["2"]),
    verdicts: oneOf(
      "images that the gateway's verdict refuses: ignore, warn, or enforce, which deploys none; ignore unless said",
      "ignore",
      "warn",
      "enforce",
    ),
    severities: optional(
      Type.Record(Type.String(), severity, about("by rule, or case of a rule", { "SVC-01": "warning" })),
    ),
    waivers: optional(Type.Array(waiver, about("exceptions that somebody answers for"))),
    practices: optional(PRACTICE_SCHEMA),
  },
  { ...closed, ...about("the rules that stacks are judged by") },
);

export type PolicyFile = Static<typeof POLICY_SCHEMA>;
