// Examples of practices made into what is judged. Used by tests, by the handbook and by `berth policy test`.

import type { AuditedImage } from "../audit/types.ts";
import type { PolicyConfig } from "./config.ts";
import type { DocumentKind } from "./document-kind.ts";
import { lintQuietly } from "./ignores/lint-quietly.ts";
import { judgeHost, judgeImage } from "./judge-image.ts";
import type { Practice, PracticeExample } from "./practice.ts";
import { GENERIC } from "./profiles/generic.ts";
import { PROFILES } from "./profiles/profiles.ts";
import type { Finding } from "./types.ts";

/** Seconds since 1970: when examples are judged, 2026-11-22. */
export const EXAMPLE_NOW = 1_795_305_600;

/** An image with nothing to find; examples lay their parts over it. */
export const EXAMPLE_IMAGE: AuditedImage = {
  name: "registry.example/group/app:1.2.3",
  digest: undefined,
  config: {
    created: "2026-11-20T00:00:00Z",
    os: "linux",
    architecture: "amd64",
    user: "499",
    env: ["PATH=/usr/bin:/bin"],
    entrypoint: ["/opt/app/bin/app"],
    command: [],
    workingDirectory: "/opt/app",
    labels: {},
    exposed: [],
    volumes: [],
    healthCheck: undefined,
    stopSignal: undefined,
    onBuild: [],
  },
  history: [],
  layers: [],
  files: { entries: [], hidden: [], texts: new Map(), secrets: [] },
  catalogue: { distribution: undefined, packages: [], gaps: [] },
  definition: null,
};

/** The policy that an example is judged with. The practice itself counts, also where the profile is silent about it. */
export function policyOfExample({ id }: Practice, { profile, policy }: PracticeExample): PolicyConfig {
  const base = PROFILES.get(profile ?? "generic") ?? GENERIC;
  const severities = new Map([...base.severities].filter(([name]) => profile !== undefined || name !== id));
  return { ...base, severities, practices: { ...base.practices, ...policy } };
}

/** What all practices find in an example. */
export function judgeExample(
  example: PracticeExample,
  policy: PolicyConfig,
  practices: readonly Practice[],
): readonly Finding[] {
  const facts = { now: EXAMPLE_NOW, ...example.facts };
  if (example.image) return judgeImage({ ...EXAMPLE_IMAGE, ...example.image }, { policy, facts, practices });
  const document = documentOf(example);
  if (!document) return judgeHost({ policy, facts, practices });
  const { kind, text } = document;
  return lintQuietly({ name: NAMES[kind], text }, { policy, facts, kind, practices }).findings;
}

const NAMES: Readonly<Record<DocumentKind, string>> = {
  dockerfile: "Dockerfile",
  definition: "image.def",
  compose: "compose.yaml",
  script: "job.sh",
};

/** The text of an example, where it has one. */
export function documentOf(
  example: PracticeExample,
): { readonly kind: DocumentKind; readonly text: string } | undefined {
  const { dockerfile, definition, compose, run } = example;
  if (dockerfile !== undefined) return { kind: "dockerfile", text: dockerfile };
  if (definition !== undefined) return { kind: "definition", text: definition };
  if (compose !== undefined) return { kind: "compose", text: composeOf(compose) };
  return run === undefined ? undefined : { kind: "script", text: run };
}

// Keys of one service stand for a file with it.
function composeOf(text: string): string {
  if (/^(services|x-berth|version|name):/m.test(text)) return text;
  const image = /^image:/m.test(text) ? "" : "    image: docker.io/library/busybox:1.37.0\n";
  return `services:\n  web:\n${image}${text.replace(/^(?=.)/gm, "    ")}`;
}
