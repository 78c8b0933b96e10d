// The section `node` of `site.yaml`: how images become containers of batch jobs on this node. What may stand there; defaults
// and meaning are in resolve-node.ts.

import { type Static, Type } from "typebox";
import { about, choice, closed, count, duration, flag, list, optional, size, text } from "./schema-words.ts";

const changes = (whose: string) =>
  optional(
    Type.Object(
      {
        set: list("NAME=VALUE", ["SITE=example"]),
        append: list("NAME=VALUE; joined to what is there with a colon", ["PATH=/opt/udiImage/bin"]),
        prepend: list("NAME=VALUE; put before what is there with a colon", ["PATH=/opt/site/bin"]),
        unset: list("names", ["LOADEDMODULES"]),
      },
      { ...closed, ...about(`variables of ${whose}, applied in the order set, append, prepend, unset`) },
    ),
  );

const volumes = list("FROM:TO[:FLAG…] or a path that stays where it is; flags: ro, rec, slave, private", [
  "/home",
  "/global/project:/project:ro",
]);

const module = Type.Object(
  {
    enabled: flag("users may choose it; true unless said"),
    siteFs: volumes,
    environment: changes("containers with this module"),
    roothook: text("script that root runs when a node is set up", "/etc/berth/hooks/mpich.sh"),
    userhook: text(
      "script in the container that the user runs before the program",
      "/opt/udiImage/modules/mpich/init.sh",
    ),
    copyPath: text("folder of the node that appears as /opt/udiImage/modules/NAME", "/usr/lib/berth/mpich"),
    conflicts: list("modules that cannot be used together with it", ["openmpi"]),
    devices: list("CDI devices that come with it; ? in front: where the node has them", ["nvidia.com/gpu=all"]),
  },
  { ...closed, ...about("mounts, variables and hooks that users choose by a name") },
);

const hooks = optional(
  Type.Object(
    {
      preMount: text("script that root runs before siteFs is mounted", "/etc/berth/hooks/pre.sh"),
      postMount: text("script that root runs after siteFs is mounted", "/etc/berth/hooks/post.sh"),
    },
    { ...closed, ...about("scripts that root runs in the container being made; one that fails ends the set-up") },
  ),
);

const cache = optional(
  Type.Object(
    {
      path: Type.String({ minLength: 1, ...about("folder of the node for their files", "/local/cache") }),
      limit: size("bytes of one user on a node; left out: none", "500G"),
      fsTypes: list("file systems that may be made", ["xfs"]),
      mkfs: text("mkfs.xfs; found by itself unless said", "/sbin/mkfs.xfs"),
    },
    { ...closed, ...about("file systems of a node for one user (perNodeCache); left out: none") },
  ),
);

const sshd = optional(
  Type.Object(
    {
      port: optional(Type.Integer({ minimum: 1, maximum: 65535, ...about("where it listens; 1204 unless said") })),
      program: text("OpenSSH's sshd or dropbear; found by itself unless said", "/usr/sbin/sshd"),
      secretFile: text(
        "file with a secret that all nodes have, from which the keys of jobs are made; munge's key unless said",
        "/etc/berth/ssh.secret",
      ),
      forwarding: flag("ports, agents and displays may be forwarded"),
    },
    { ...closed, ...about("sshd in the containers of a job; left out: none") },
  ),
);

/** The section `node`. */
export const NODE_SCHEMA = Type.Object(
  {
    system: text("the system whose images are run; that of client unless said", "cluster1"),
    gateways: list("base URLs of the gateways; those of client unless said", ["http://gateway.example.org:5000"]),
    gatewayTimeout: duration("how long they are waited for; 0: for ever", "30s"),
    imageType: choice("type of images whose name has none; docker unless said", "docker", "custom", "id", "local"),
    imageDir: text("folder where the nodes find images; that of the system unless said", "/images"),
    nodeDir: text("where prepared containers lie; /run/berth-node unless said", "/run/berth-node"),
    etcDir: text(
      "folder with passwd, group and nsswitch.conf for containers; left out: they are made",
      "/etc/berth/etc",
    ),
    extraAccounts: list("accounts that a passwd and group that are made name besides the user", ["root"]),
    systemAccounts: flag("ask the name service of the node who a user is, even with etcDir"),
    maxGroups: count("groups of a container in which the user is named; 0 unless said", 0),
    siteFs: volumes,
    userSources: list("folders of the node that users may name as a volume's source besides siteFs", ["/scratch"]),
    environment: changes("all containers, after those of modules"),
    hooks,
    optUdiImage: text("folder of the node that appears as /opt/udiImage", "/usr/lib/berth/opt"),
    modules: optional(Type.Record(Type.String(), module, about("the modules, by name"))),
    defaultModules: list("modules of those who name none", ["mpich"]),
    localImages: flag("folders may be used as images (local:/path)"),
    writableRoot: flag("what the site made of a container's root stays writable"),
    propagation: choice("how mounts of the node travel into containers; private unless said", "private", "slave"),
    cache,
    sshd,
    record: choice("where one record per launch goes; left out: nowhere", "syslog"),
  },
  { ...closed, ...about("how images become containers of batch jobs on this machine") },
);

/** A section `node` that fits the schema. */
export type NodeFile = Static<typeof NODE_SCHEMA>;
export type ModuleFile = NonNullable<NodeFile["modules"]>[string];
export type ChangesFile = NonNullable<NodeFile["environment"]>;
