// The flags of `berth build`: Apptainer's (spec/apptainer.md section 3), and those of `docker build` that do not mean
// something else there.

import type { FlagSpec } from "./flags.ts";
import { KEY_FLAGS } from "./run/key-flags.ts";
import { CONVERSION_FLAGS, LAYER_FLAGS, SOURCE_FLAGS } from "./source-flags.ts";

const BUILD_FLAGS = [
  { long: "force", short: "F", kind: "switch", help: "replace an existing target; labels replace those of the base" },
  { long: "sandbox", short: "s", kind: "switch", help: "make a folder that can be changed, instead of a file" },
  { long: "encrypt", short: "e", kind: "switch", env: ["ENCRYPT"], help: "encrypt the SIF file's root file system" },
  ...KEY_FLAGS,
  { long: "build-arg", kind: "list", value: "name=value", env: [], help: "value of a build argument" },
  { long: "build-arg-file", kind: "text", value: "file", env: [], help: "file with a build argument per line" },
  { long: "no-cache", kind: "switch", env: [], help: "carry out every step anew" },
  { long: "debug-shell", kind: "switch", env: [], help: "open a shell in the image where a step has failed" },
  {
    long: "progress",
    kind: "text",
    value: "form",
    env: [],
    help: "accepted: lines are shown as they come",
    hidden: true,
  },
  {
    long: "reproducible",
    kind: "switch",
    env: [],
    help: "accepted: what a build makes depends on its steps alone",
    hidden: true,
  },
  {
    long: "tag",
    short: "t",
    kind: "text",
    value: "name",
    env: [],
    help: "name of the image inside an archive or layout",
  },
] as const satisfies readonly FlagSpec[];

/** Flags that only Dockerfiles understand. */
const DOCKERFILE_FLAGS = [
  {
    long: "file",
    kind: "text",
    value: "file",
    env: [],
    help: "the Dockerfile; SOURCE is then the folder of the build context",
  },
  {
    long: "context",
    kind: "text",
    value: "dir",
    env: [],
    help: "folder of the build context (default: that of the Dockerfile)",
  },
  {
    long: "build-context",
    kind: "list",
    value: "name=source",
    env: [],
    help: "another folder or image for COPY --from and FROM",
  },
  { long: "target", kind: "text", value: "stage", env: [], help: "build this stage (default: the last)" },
  { long: "label", kind: "list", value: "name=value", env: [], help: "label of the image" },
  {
    long: "secret",
    kind: "list",
    value: "id=…",
    env: [],
    help: "id=NAME,src=FILE or id=NAME,env=VARIABLE, for RUN --mount=type=secret",
  },
  {
    long: "ssh",
    kind: "list",
    value: "id[=socket]",
    env: [],
    help: "ssh agent for RUN --mount=type=ssh (default: that of SSH_AUTH_SOCK)",
  },
  { long: "network", kind: "text", value: "kind", env: [], help: "network of RUN: host (default) or none" },
] as const satisfies readonly FlagSpec[];

/** Flags that only definition files understand. */
const DEFINITION_FLAGS = [
  {
    long: "section",
    kind: "list",
    value: "name",
    env: ["SECTION"],
    help: "carry out these sections only; none: no section",
  },
  { long: "notest", short: "T", kind: "switch", env: ["NOTEST"], help: "do not run %test" },
  {
    long: "update",
    short: "u",
    kind: "switch",
    env: ["UPDATE"],
    help: "change an existing sandbox instead of making a new one",
  },
  {
    long: "bind",
    short: "B",
    kind: "list",
    value: "src[:dst[:opts]]",
    env: ["BIND", "BINDPATH"],
    help: "folder or file of this machine for %post and %test",
  },
  { long: "mount", kind: "list", value: "spec", env: ["MOUNT"], help: "the same in the form type=bind,src=…,dst=…" },
  { long: "nv", kind: "switch", env: ["NV"], help: "GPUs of NVIDIA for %post and %test" },
  { long: "rocm", kind: "switch", env: ["ROCM"], help: "GPUs of AMD for %post and %test" },
  { long: "warn-unused-build-args", kind: "switch", env: [], help: "a build argument that nothing uses is no error" },
  {
    long: "mksquashfs-args",
    kind: "text",
    value: "args",
    env: [],
    help: "-comp NAME, -b SIZE and -Xcompression-level N are understood",
  },
  {
    long: "fakeroot",
    short: "f",
    kind: "switch",
    env: [],
    help: "accepted: every build is root in a namespace of its own",
    hidden: true,
  },
  {
    long: "fix-perms",
    kind: "switch",
    env: [],
    help: "accepted: files are always made readable for their owner",
    hidden: true,
  },
  {
    long: "writable-tmpfs",
    kind: "switch",
    env: [],
    help: "accepted: %test may always write, and what it writes is thrown away",
    hidden: true,
  },
  { long: "no-cleanup", kind: "switch", env: [], help: "accepted for old scripts; see --debug-shell", hidden: true },
  { long: "no-setgroups", kind: "switch", env: [], help: "accepted for old scripts", hidden: true },
  { long: "userns", kind: "switch", env: [], help: "accepted: every build uses a user namespace", hidden: true },
] as const satisfies readonly FlagSpec[];

export const ALL_BUILD_FLAGS = [
  ...BUILD_FLAGS,
  ...DOCKERFILE_FLAGS,
  ...DEFINITION_FLAGS,
  ...LAYER_FLAGS,
  ...SOURCE_FLAGS,
  ...CONVERSION_FLAGS,
] as const;
