// The schema of Shifter's `imagemanager.json` (spec/shifter.md 2): every key that its gateway reads or tolerates. Lists are
// lists: where Shifter took a text for one, `"admins": "root"` made the users `r` and `oo` admins.

import { type Static, Type } from "typebox";

const optional = Type.Optional;
const closed = { additionalProperties: false } as const;
const about = (description: string, ...examples: readonly unknown[]) => ({ description, examples: [...examples] });

const text = (description: string, ...examples: readonly unknown[]) =>
  optional(Type.String({ minLength: 1, ...about(description, ...examples) }));
const list = (description: string, ...examples: readonly unknown[]) =>
  optional(Type.Array(Type.String({ minLength: 1 }), about(description, ...examples)));
const seconds = (description: string) => optional(Type.Number({ minimum: 0, ...about(description, 300) }));
const anything = (description: string) => optional(Type.Unknown(about(description)));

const place = (description: string) =>
  optional(
    Type.Object(
      { imageDir: Type.String({ minLength: 1, ...about("folder of the images", "/images") }) },
      about(description),
    ),
  );

const ssh = optional(
  Type.Object(
    {
      username: text("account on the other machine", "shifter"),
      key: text("file of the private key"),
      imageDir: text("folder of the images there", "/images"),
      sshCmdOptions: list("further options of ssh", ["-o", "ConnectTimeout=10"]),
      scpCmdOptions: list("further options of scp", ["-C"]),
    },
    { ...closed, ...about("how images get to the system") },
  ),
);

export const PLATFORM_SCHEMA = Type.Object(
  {
    mungeSocketPath: text("socket of munged", "/run/munge/munge.socket.2"),
    accesstype: Type.Union([Type.Literal("local"), Type.Literal("remote")], about("local or remote", "local")),
    admins: list("user names", ["root"]),
    local: place("where images are, with accesstype local"),
    ssh,
    host: list("the machine to copy to, with accesstype remote", ["dtn1.example.org"]),
    use_external: optional(Type.Boolean()),
    policy_file: text("signature policy"),
    usergroupService: anything("not used"),
    mountCommand: anything("not used"),
  },
  { ...closed, ...about("a system") },
);

export const LOCATION_SCHEMA = Type.Object(
  {
    remotetype: text("dockerv2", "dockerv2"),
    authentication: anything("not used"),
    url: text("address of the registry", "https://registry.example.org:5000"),
    sslcacert: text("file of certificates"),
    authMethod: optional(Type.Union([Type.Literal("token"), Type.Literal("basic")], about("token or basic", "token"))),
  },
  { ...closed, ...about("a registry") },
);

export const SHIFTER_SCHEMA = Type.Object(
  {
    WorkerThreads: optional(Type.Integer({ minimum: 1, ...about("jobs at once", 4) })),
    LogLevel: text("debug, info, warn, error or critical", "info"),
    DefaultImageLocation: text("key of Locations", "registry-1.docker.io"),
    DefaultImageFormat: text("squashfs", "squashfs"),
    PullUpdateTimeout: seconds("seconds for which an answer of a registry counts"),
    PullUpdateTime: seconds("seconds for which an answer of a registry counts"),
    ImageExpirationTimeout: optional(
      Type.String({ pattern: "^\\d+:\\d+:\\d+:\\d+$", ...about('"days:hours:minutes:seconds"', "90:00:00:00") }),
    ),
    MongoDBURI: text("not used by berth"),
    MongoDB: text("not used by berth"),
    Metrics: optional(Type.Boolean()),
    CacheDirectory: text("folder of layers", "/images/cache"),
    ExpandDirectory: text("folder where images are made", "/images/expand"),
    Authentication: optional(
      Type.Union([Type.Literal("munge"), Type.Literal("mock")], about("munge or mock", "munge")),
    ),
    ImportUsers: optional(
      Type.Union(
        [
          Type.Literal("all"),
          Type.Literal("None"),
          Type.Literal("none"),
          Type.Null(),
          Type.Array(Type.String({ minLength: 1 })),
        ],
        about('"all", "None" or a list of user names', ["alice"]),
      ),
    ),
    examiner: optional(Type.Union([Type.String({ minLength: 1 }), Type.Null()], about("a program"))),
    ConverterOptions: optional(
      Type.Record(
        Type.String(),
        Type.Union([Type.String(), Type.Array(Type.String())], about("options, as a text or a list", ["-no-xattrs"])),
        about("options of converters, by format", { squashfs: ["-no-xattrs"] }),
      ),
    ),
    DefaultLustreReplication: anything("not used"),
    DefaultOstCount: anything("not used"),
    Locations: optional(Type.Record(Type.String(), LOCATION_SCHEMA, about("registries, by name"))),
    Platforms: Type.Record(Type.String(), PLATFORM_SCHEMA, { minProperties: 1, ...about("systems, by name") }),
  },
  { ...closed, ...about("imagemanager.json") },
);

export type ShifterFile = Static<typeof SHIFTER_SCHEMA>;
export type ShifterPlatform = Static<typeof PLATFORM_SCHEMA>;
export type ShifterLocation = Static<typeof LOCATION_SCHEMA>;
