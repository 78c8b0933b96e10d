// Data that last, and data that do not: VOL-11, VOL-12, VOL-13.

import { formatSize } from "../../base/size.ts";
import { volume } from "../example-parts.ts";
import { typeOfService } from "../names.ts";
import { rule, unknown } from "../rule.ts";

const named = (storageClass: string) => ({ volumes: [{ name: "data", storageClass, options: {}, labels: {} }] });

export const VOLUME_LOCAL = rule({
  id: "VOL-11",
  title: "Data on one node's disks are disposable",
  on: "mount",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "The volume {volume} is local to a node (class {class}); data of {service} are lost on a move",
  hint: "use a storage class that moves along: {others}",
  why: "When the node fails, or the service moves, what was written there is not there any more.",
  source: "Spin: Local Node Storage",
  cases: {
    missing: {
      message: "The storage class {class} of {volume} is none of the site's",
      hint: "use one of {all}",
      severity: "error",
    },
  },
  check: ({ mount, of, policy, storageClass, storageClassName }) => {
    if (mount.kind !== "volume" || storageClassName === undefined) return undefined;
    const classes = [...policy.storageClasses];
    const fields = { volume: mount.volume, class: storageClassName, all: classes.map(([name]) => name).join(", ") };
    if (!storageClass) return { case: "missing", certainty: "certain", fields };
    const type = typeOfService(of.service.name, policy.serviceTypes) ?? "";
    const keeps = policy.serviceTypes.get(type)?.keepsData === true || DATA_FOLDER.test(mount.target);
    if (storageClass.portable || !keeps) return undefined;
    const others = classes
      .filter(([, one]) => one.portable && one.persistent && one.performance !== "low")
      .map(([name]) => name);
    return { fields: { ...fields, others: others.join(", ") || "none here" } };
  },
  passes: [
    { shows: "a cache", service: { mounts: [volume("data", "/var/cache/app")] }, stack: named("local") },
    {
      shows: "a database on nfs",
      service: { name: "db", mounts: [volume("data", "/var/lib/mysql")] },
      stack: named("nfs"),
    },
  ],
  fails: [
    {
      shows: "database on local",
      service: { name: "db", mounts: [volume("data", "/db")] },
      stack: named("local"),
      expect: { certainty: "likely", says: "volume data is local to a node" },
    },
    {
      shows: "a database's folder",
      service: { mounts: [volume("data", "/var/lib/postgresql/data")] },
      stack: named("local"),
    },
    {
      shows: "no class: the site's default",
      service: { name: "db", mounts: [volume("data", "/db")] },
      stack: { volumes: [] },
    },
    {
      shows: "a class that is not there",
      service: { mounts: [volume("data")] },
      stack: named("floppy"),
      expect: { case: "missing", severity: "error" },
    },
  ],
});

const DATA_FOLDER =
  /^\/(var\/lib\/(mysql|postgresql|mongodb|mongo|redis|rabbitmq|influxdb|elasticsearch|mariadb)|data\/db)(\/|$)/;

export const VOLUME_LAYER = rule({
  id: "VOL-12",
  title: "The container's own layer holds little",
  on: "service",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{service} wrote {size} into the container; the site's limit is {limit}",
  hint: "mount a volume where it writes",
  why: "The layer is slow, counts against the node, and is lost with every upgrade.",
  source: "Spin: Container Storage",
  check: ({ service, facts, policy: { limits } }) => {
    if (facts.running === undefined) return unknown(`nobody said what ${service.name} has written`);
    const running = facts.running.get(service.name);
    if (running === undefined) return undefined;
    const written = running.writtenBytes;
    if (written === undefined) return unknown(`nobody looked how much ${service.name} has written`);
    return written > limits.containerBytes
      ? { fields: { size: formatSize(written), limit: formatSize(limits.containerBytes) } }
      : undefined;
  },
  passes: [{ shows: "10 MB", facts: wrote(10e6) }],
  fails: [
    { shows: "20 GB in the layer", facts: wrote(20e9), expect: { says: "web wrote 18.6 GiB" } },
    { shows: "not known", facts: { running: undefined }, expect: { certainty: "unknown" } },
    {
      shows: "it runs, and nobody looked",
      facts: { running: new Map([["web", { image: "x", digests: [] }]]) },
      expect: { certainty: "unknown" },
    },
  ],
});

function wrote(writtenBytes: number) {
  return { running: new Map([["web", { image: "x", digests: [], writtenBytes }]]) };
}

export const VOLUME_INSIDE = rule({
  id: "VOL-13",
  title: "Data that are needed outside are on a file system that is there outside",
  on: "volume",
  severity: "info",
  class: "optional",
  certainty: "likely",
  message: "The volume {volume} cannot be read from login nodes (storage class {class})",
  hint: "mount a folder of a shared file system for data that users or jobs read",
  why: "Storage of the platform is the platform's: no job, no login node sees it.",
  source: "Spin: Rancher NFS",
  check: ({ volume, policy }) => {
    const name = volume.storageClass ?? policy.defaultStorageClass;
    const one = policy.storageClasses.get(name);
    return one?.persistent && one.portable && !one.external
      ? { fields: { volume: volume.name, class: name } }
      : undefined;
  },
  passes: [
    { shows: "a cache on local disks", stack: named("local") },
    { shows: "the global file system", stack: named("global") },
  ],
  fails: [{ shows: "nfs", stack: named("nfs"), expect: { says: "volume data cannot be read from login nodes" } }],
});
