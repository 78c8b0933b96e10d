// Platforms (image-spec image-index.md, "platform"): reading them from flags, knowing the host's, and choosing the
// entry of an index that fits. Pure but for asking the runtime what it runs on.

import { arch, endianness } from "node:os";
import { fail } from "./errors.ts";
import type { Descriptor, Platform } from "./types.ts";

const ARCHS = ["arm", "arm64", "amd64", "386", "ppc64le", "s390x", "riscv64", "loong64"] as const;

// Other tools' names for the same processors.
const ALIASES: Readonly<Record<string, Platform>> = {
  x86_64: { os: "linux", architecture: "amd64" },
  "x86-64": { os: "linux", architecture: "amd64" },
  i386: { os: "linux", architecture: "386" },
  i686: { os: "linux", architecture: "386" },
  aarch64: { os: "linux", architecture: "arm64" },
  armhf: { os: "linux", architecture: "arm", variant: "v7" },
  armel: { os: "linux", architecture: "arm", variant: "v6" },
};

/** `os/architecture[/variant]`, or an architecture alone (then Linux). @throws E_PLATFORM_INVALID */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split("/");
  const valid = parts.every((part) => /^[a-z0-9_.-]+$/.test(part)) && parts.length <= 3;
  if (!valid) throw fail("E_PLATFORM_INVALID", { text });
  if (parts.length === 1) return normal({ os: "linux", architecture: parts[0] ?? "" });
  const [os = "", architecture = "", variant] = parts;
  return normal({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}

/** The platform of `--arch` and `--arch-variant` (spec 1.2). @throws E_ARCH_INVALID */
export function archPlatform(architecture: string, variant?: string): Platform {
  const known = ARCHS.join(" ");
  if (!ARCHS.some((name) => name === architecture)) throw fail("E_ARCH_INVALID", { arch: architecture, known });
  if (variant === undefined || variant === "") return { os: "linux", architecture };
  const number = /^v?([0-9])$/.exec(variant)?.[1];
  const allowed: Readonly<Record<string, string>> = { arm: "5678", arm64: "89", amd64: "1234" };
  if (number === undefined || !(allowed[architecture] ?? "").includes(number)) {
    const name = architecture === "arm" ? `arm32v${number ?? variant}` : `${architecture}v${number ?? variant}`;
    throw fail("E_ARCH_INVALID", { arch: name, known });
  }
  return { os: "linux", architecture, variant: `v${number}` };
}

/** The architecture that a repository's first part names (`arm64v8/alpine`), as the hub's per-architecture images do. */
export function repositoryPlatform(repository: string): Platform | undefined {
  const first = repository.split("/")[0] ?? "";
  const arm = /^arm(32|64)v([0-9])$/.exec(first);
  if (arm) return { os: "linux", architecture: arm[1] === "32" ? "arm" : "arm64", variant: `v${arm[2]}` };
  if (first === "i386") return { os: "linux", architecture: "386" };
  const known = ARCHS.find((name) => name === first);
  return known === undefined ? undefined : { os: "linux", architecture: known };
}

/**
 * The platform to look for: what the repository's name says where it names an architecture (`arm64v8/alpine`), else
 * `want`; a contradiction is warned of (spec 1.2 "--arch").
 */
export function platformFor(repository: string, want: Platform, warn: (text: string) => void): Platform {
  const named = repositoryPlatform(repository);
  if (named === undefined || sameProcessor(named, want)) return named ?? want;
  warn(`${repository} is made for ${formatPlatform(named)}, which counts more than ${formatPlatform(want)}`);
  return named;
}

/** What this machine runs. */
export function hostPlatform(): Platform {
  const names: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  const own = arch();
  if (own === "ppc64") return { os: "linux", architecture: endianness() === "LE" ? "ppc64le" : "ppc64" };
  return { os: "linux", architecture: names[own] ?? own };
}

/** `linux/arm/v7` */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter((part) => part !== undefined).join("/");
}

/**
 * The entry of an index for a platform: the same variant, else the next older one. Entries of other processors never
 * stand in, even where the processor could run them: the user's flag names a processor.
 *
 * @throws E_PLATFORM_MISSING listing what the index has
 */
export function choosePlatform(entries: readonly Descriptor[], want: Platform): Descriptor {
  const images = entries.filter((entry) => !isAttestation(entry));
  for (const variant of variantsFor(normal(want))) {
    const found = images.find((entry) => entry.platform !== undefined && fits(entry.platform, want, variant));
    if (found) return found;
  }
  // Tools that make an index of one image often leave its platform out; the configuration will tell.
  const [only] = images;
  if (only && images.length === 1 && only.platform === undefined) return only;
  const have = images.map((entry) => (entry.platform ? formatPlatform(entry.platform) : "an unnamed platform"));
  throw fail("E_PLATFORM_MISSING", {
    want: formatPlatform(want),
    have: have.length === 0 ? "no platform at all" : [...new Set(have)].slice(0, 40).join(", "),
  });
}

/** True when an image made for `have` is what was asked for by `want` (variants of one processor are not compared). */
export function sameProcessor(have: Platform, want: Platform): boolean {
  const [a, b] = [normal(have), normal(want)];
  return a.os === b.os && a.architecture === b.architecture;
}

// Build tools attach provenance and SBOM manifests under the platform unknown/unknown.
function isAttestation(entry: Descriptor): boolean {
  const platform = entry.platform;
  if (entry.annotations?.["vnd.docker.reference.type"] === "attestation-manifest") return true;
  return platform?.os === "unknown" && platform.architecture === "unknown";
}

function fits(have: Platform, want: Platform, variant: string): boolean {
  const [a, b] = [normal(have), normal(want)];
  return a.os === b.os && a.architecture === b.architecture && effectiveVariant(a) === variant;
}

// What a missing variant means, per processor; as the engines read it.
const BASE_VARIANT: Readonly<Record<string, string>> = { arm: "v7", arm64: "v8", amd64: "v1" };

function effectiveVariant(platform: Platform): string {
  return platform.variant ?? BASE_VARIANT[platform.architecture] ?? "";
}

/** The variants that serve a platform, best first: a v8 processor runs v7, v6 and v5 code, not the other way round. */
function variantsFor(want: Platform): readonly string[] {
  const own = effectiveVariant(want);
  const oldest: Readonly<Record<string, number>> = { arm: 5, arm64: 8, amd64: 1 };
  const floor = oldest[want.architecture];
  const number = /^v([0-9]+)$/.exec(own)?.[1];
  if (floor === undefined || number === undefined) return [own];
  const list = [own];
  for (let older = Math.min(Number(number), 99) - 1; older >= floor; older -= 1) list.push(`v${older}`);
  return list;
}

function normal(platform: Platform): Platform {
  const alias = Object.hasOwn(ALIASES, platform.architecture) ? ALIASES[platform.architecture] : undefined;
  const variant = platform.variant || alias?.variant;
  const numbered = variant !== undefined && /^[0-9]+$/.test(variant) ? `v${variant}` : variant;
  return {
    os: platform.os,
    architecture: alias?.architecture ?? platform.architecture,
    ...(numbered === undefined ? {} : { variant: numbered }),
  };
}
