// The door for images and hosts: everything that practices say of what was read of an image, and of what is known of a machine.
// A file without layers that has its definition is judged by that, too.

import type { AuditedImage } from "../audit/types.ts";
import type { PolicyConfig } from "./config.ts";
import { judgedWith, judgePractices } from "./judge-practices.ts";
import type { Practice } from "./practice.ts";
import type { PracticeFacts } from "./practice-facts.ts";
import { PRACTICES } from "./practices/practices.ts";
import { weightOf } from "./severity.ts";
import type { Finding } from "./types.ts";

/** What images and hosts are judged with. */
export interface JudgeOptions {
  readonly policy: PolicyConfig;
  readonly facts?: PracticeFacts | undefined;
  readonly practices?: readonly Practice[] | undefined;
}

interface HostNames {
  /** What waivers may call the host; nothing unless said. */
  readonly names?: readonly string[] | undefined;
}

/** Everything that practices find in an image, the heaviest first. */
export function judgeImage(
  image: AuditedImage,
  { policy, facts = {}, practices = PRACTICES }: JudgeOptions,
): readonly Finding[] {
  const names = [image.name, ...(image.digest === undefined ? [] : [image.digest])];
  return heaviestFirst(judgePractices("image", { ...judgedWith(policy, facts), image }, practices, { names }));
}

/** Everything that practices find by facts alone, the heaviest first. */
export function judgeHost({
  policy,
  facts = {},
  practices = PRACTICES,
  names = [],
}: JudgeOptions & HostNames): readonly Finding[] {
  return heaviestFirst(judgePractices("host", judgedWith(policy, facts), practices, { names }));
}

function heaviestFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => weightOf(b.severity) - weightOf(a.severity));
}
