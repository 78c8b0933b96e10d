// The table of checks: what `berth doctor` looks at, in the order in which it tells. Pure: facts in, findings out.

import { debianBootstrap, decryption, overlayFiles, overlayTools } from "./checks-extras.ts";
import {
  decompressors,
  fuseDevice,
  fusermount,
  imageReader,
  imageWriter,
  kernelSquashfs,
  loopDevices,
  unpacker,
} from "./checks-images.ts";
import { cacheSpace, clock, controlGroups, kernel, launcher, tempSpace } from "./checks-machine.ts";
import { overlay, subordinateIds, userNamespaces } from "./checks-namespaces.ts";
import type { Facts } from "./facts.ts";
import type { Finding, Verdict } from "./finding.ts";

const CHECKS: readonly (readonly [name: string, check: (facts: Facts) => Verdict])[] = [
  ["kernel", kernel],
  ["launcher", launcher],
  ["user namespaces", userNamespaces],
  ["overlay", overlay],
  ["subordinate ids", subordinateIds],
  ["/dev/fuse", fuseDevice],
  ["squashfuse_ll", imageReader],
  ["fusermount", fusermount],
  ["tar2sqfs", imageWriter],
  ["unsquashfs", unpacker],
  ["overlay files", overlayFiles],
  ["e2fsprogs", overlayTools],
  ["gocryptfs", decryption],
  ["mmdebstrap", debianBootstrap],
  ["kernel squashfs", kernelSquashfs],
  ["squashfs readers", decompressors],
  ["loop devices", loopDevices],
  ["control groups", controlGroups],
  ["cache", cacheSpace],
  ["temporary space", tempSpace],
  ["clock", clock],
];

/** Judges a machine. */
export function examine(facts: Facts): readonly Finding[] {
  return CHECKS.map(([name, check]) => ({ name, ...check(facts) }));
}

/** True when nothing is missing that pulling and running images needs. */
export function isFit(findings: readonly Finding[]): boolean {
  return findings.every((finding) => finding.state !== "gap");
}
