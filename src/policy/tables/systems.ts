// Which distribution and release a base image is, by its reference or by /etc/os-release; names that people use for releases, and
// names that never were. Knows no rule.

import type { Distribution } from "../../audit/types.ts";
import { HUB } from "../../oci/reference.ts";
import type { ImageName } from "../image-name.ts";
import { END_OF_LIFE, type Release } from "./end-of-life.ts";

/** A release of a distribution, as somebody named it. */
export interface SystemRelease {
  readonly distribution: string;
  /** As in the table, where it is there. */
  readonly version: string;
  /** Undefined: not in the table. */
  readonly release: Release | undefined;
  /** The name that was given never was a tag; this one is meant: `20.04`. */
  readonly meant: string | undefined;
}

/** Repositories that are a distribution and nothing else. */
const REPOSITORIES: Readonly<Record<string, string>> = {
  "library/debian": "debian",
  "library/ubuntu": "ubuntu",
  "library/centos": "centos",
  "library/fedora": "fedora",
  "library/rockylinux": "rockylinux",
  "library/almalinux": "almalinux",
  "library/alpine": "alpine",
  "library/opensuse": "opensuse",
  "rockylinux/rockylinux": "rockylinux",
  "almalinux/almalinux": "almalinux",
  "opensuse/leap": "opensuse",
  "centos/centos": "centos",
  "fedora/fedora": "fedora",
};

/** Registries that have them under the same names. */
const REGISTRIES = [
  HUB,
  "quay.io",
  "registry.fedoraproject.org",
  "registry.opensuse.org",
  "public.ecr.aws",
  "mirror.gcr.io",
];

/** The distribution that an image is, as far as its name says so. */
export function distributionOf({ registry, repository }: ImageName): string | undefined {
  if (!REGISTRIES.includes(registry)) return undefined;
  const path = repository.replace(/^docker\//, "");
  const name = path.includes("/") ? path : `library/${path}`;
  return Object.hasOwn(REPOSITORIES, name) ? REPOSITORIES[name] : undefined;
}

/** The release that a reference of a distribution names; undefined: it is no distribution, or names none. */
export function releaseOfImage(name: ImageName): SystemRelease | undefined {
  const distribution = distributionOf(name);
  const stream = /^centos\/centos$/.test(name.repository) && name.registry === "quay.io";
  if (distribution === undefined || name.tag === undefined) return undefined;
  // The hub's last CentOS; nothing new was pushed there since.
  const tag = distribution === "centos" && name.tag === "latest" && !stream ? "8" : name.tag;
  return releaseNamed(distribution, tag);
}

/** A release by what people call it: `bookworm-slim`, `7.9.2009`, `focal-20240530`, `20`. */
export function releaseNamed(distribution: string, name: string): SystemRelease | undefined {
  const releases = END_OF_LIFE.get(distribution) ?? [];
  const [word = ""] = name
    .toLowerCase()
    .replace(/^(v|centos|el)(?=\d)/, "")
    .split("-");
  const found =
    releases.find(({ version, codename }) => version === word || (codename !== undefined && codename === word)) ??
    releases.find(({ version }) => word.startsWith(`${version}.`));
  if (found) return { distribution, version: found.version, release: found, meant: undefined };
  const short = releases.findLast(({ version }) => version.startsWith(`${word}.`));
  if (short && distribution === "ubuntu" && /^\d\d$/.test(word)) {
    const long = releases.find(({ version }) => version === `${word}.04`) ?? short;
    return { distribution, version: long.version, release: long, meant: long.version };
  }
  if (short && distribution === "opensuse")
    return { distribution, version: short.version, release: short, meant: undefined };
  return /^\d/.test(word) ? { distribution, version: word, release: undefined, meant: undefined } : undefined;
}

const IDS: Readonly<Record<string, string>> = {
  rocky: "rockylinux",
  "opensuse-leap": "opensuse",
  "opensuse-tumbleweed": "opensuse-tumbleweed",
};

/** The release that an image's os-release names. */
export function releaseOfSystem({ id, version, name, codename }: Distribution): SystemRelease | undefined {
  const distribution = Object.hasOwn(IDS, id) ? (IDS[id] ?? id) : id;
  const stream = distribution === "centos" && /stream/i.test(name ?? "") ? "stream" : "";
  const text = version === undefined ? codename : `${stream}${version}`;
  return text === undefined || text === "" ? undefined : releaseNamed(distribution, text);
}

/** Seconds since 1970 when support ended or ends; undefined: not foreseen. */
export function endOf({ end, paid }: Release, withPaid: boolean): number | undefined {
  const last = withPaid ? (paid ?? end) : end;
  return last === undefined ? undefined : Date.parse(`${last}T00:00:00Z`) / 1000;
}

const YEAR = 365 * 86_400;

/** The oldest release behind this one that is supported for another year; else the newest that is supported at all. */
export function successorOf(
  { distribution, release }: SystemRelease,
  now: number,
  withPaid: boolean,
): Release | undefined {
  const releases = END_OF_LIFE.get(distribution) ?? [];
  const later = releases.slice(releases.findIndex(({ version }) => version === release?.version) + 1);
  const left = (one: Release) => (endOf(one, withPaid) ?? Number.POSITIVE_INFINITY) - now;
  // Ubuntu's releases of April in even years are the ones for servers.
  const kin = later.filter(({ version }) => distribution !== "ubuntu" || /^\d[02468]\.04$/.test(version));
  return kin.find((one) => left(one) > YEAR) ?? kin.findLast((one) => left(one) > 0);
}

/** A system id of `approvedSystems` names this distribution: `rocky` and `rockylinux` are one. */
export function isSameSystem(id: string, distribution: string): boolean {
  const plain = (name: string) => (Object.hasOwn(IDS, name) ? IDS[name] : name);
  return plain(id) === plain(distribution);
}
