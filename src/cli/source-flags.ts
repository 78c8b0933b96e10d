// The flags that say where an image comes from and how it is asked for; the same for `pull` and for running a URI.

import type { FlagSpec } from "./flags.ts";

export const SOURCE_FLAGS = [
  {
    long: "arch",
    kind: "text",
    value: "name",
    env: ["ARCH", "PULL_ARCH"],
    help: "architecture: amd64, arm64, arm, 386, ppc64le, s390x, riscv64, loong64",
  },
  {
    long: "arch-variant",
    kind: "text",
    value: "name",
    env: ["ARCH_VARIANT", "PULL_ARCH_VARIANT"],
    help: "variant of the architecture, such as 7 for arm",
  },
  {
    long: "platform",
    kind: "text",
    value: "os/arch[/variant]",
    help: "the platform in one word, such as linux/arm64/v8",
  },
  { long: "authfile", kind: "text", value: "file", help: "credentials in the form of Docker's config.json" },
  { long: "docker-login", kind: "switch", help: "ask for user name and password, and do not keep them" },
  { long: "docker-username", kind: "text", value: "name", env: [], help: "user name for the registry", hidden: true },
  { long: "docker-password", kind: "text", value: "word", env: [], help: "password for the registry", hidden: true },
  {
    long: "docker-host",
    kind: "text",
    value: "uri",
    env: ["DOCKER_HOST"],
    help: "socket of the Docker or Podman engine for docker-daemon:",
  },
  {
    long: "no-https",
    aliases: ["nohttps"],
    kind: "switch",
    env: ["NO_HTTPS", "NOHTTPS"],
    help: "plain HTTP, or TLS without verification, for this registry",
  },
  { long: "checksum", kind: "text", value: "sha256:…", env: [], help: "what a file from http(s):// must be" },
  { long: "disable-cache", kind: "switch", help: "keep nothing in the cache" },
  { long: "tmpdir", kind: "text", value: "dir", env: ["TMPDIR"], help: "where temporary files go" },
] as const satisfies readonly FlagSpec[];

/** When the registry is asked, for commands that run what they get. */
export const POLICY_FLAGS = [
  {
    long: "pull",
    kind: "text",
    value: "when",
    env: ["PULL"],
    help: "ask the registry: newer (default), missing, always, never",
  },
] as const satisfies readonly FlagSpec[];

/** How plain layers are packed on their way out. */
export const LAYER_FLAGS = [
  {
    long: "layer-compression",
    kind: "text",
    value: "name",
    help: "for layers that are not compressed yet: gzip (default), zstd, none",
  },
] as const satisfies readonly FlagSpec[];

/** How the one file is written; part of the identity of an image in the cache. */
export const CONVERSION_FLAGS = [
  { long: "compression", kind: "text", value: "name", help: "zstd (default), gzip, xz, lz4, lzo" },
  { long: "level", kind: "text", value: "n", help: "compression level (zstd: 3)" },
  { long: "block-size", kind: "text", value: "size", help: "squashfs block size, a power of two from 4K to 1M (128K)" },
  { long: "no-fix-perms", kind: "switch", help: "keep modes that its owner could not read" },
  { long: "squash-owners", kind: "switch", help: "everything belongs to root" },
  { long: "max-size", kind: "text", value: "size", help: "refuse images that unpack to more than this (default: 1T)" },
] as const satisfies readonly FlagSpec[];
