// Labels by which the platform knows its own: LBL-01. No rule of the seed.

import { pointerTo } from "../pointer.ts";
import { rule } from "../rule.ts";
import type { StackSubject } from "../subjects.ts";

export const LABELS_RESERVED = rule({
  id: "LBL-01",
  title: "Labels of the platform are the platform's",
  on: "stack",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{kind} {name} is the platform's own",
  hint: "give it another name",
  why: "By these labels the platform knows whose a container is; others would change what the engine does with it.",
  source: "ours",
  check: (subject) =>
    labelled(subject).flatMap(([pointer, kind, names]) =>
      Object.keys(names).flatMap((name) =>
        RESERVED[kind].test(name.trim()) ? [{ at: pointerTo(pointer, name), fields: { kind, name } }] : [],
      ),
    ),
  passes: [{ shows: "app.version", service: { labels: { "app.version": "1" } } }],
  fails: [
    {
      shows: "berth.stack",
      service: { labels: { "berth.stack": "mars" } },
      expect: { pointer: "/services/web/labels/berth.stack" },
    },
    { shows: "of a volume", stack: { volumes: [{ name: "data", options: {}, labels: { "berth.site": "x" } }] } },
    { shows: "run.oci.handler (annotation)", service: { annotations: { "run.oci.handler": "krun" } } },
    {
      shows: "io.podman.annotations.privileged",
      service: { annotations: { "io.podman.annotations.privileged": "TRUE" } },
    },
  ],
});

const RESERVED = {
  Label: /^berth\./i,
  Annotation: /^(berth\.|run\.oci\.|io\.podman\.|io\.kubernetes\.|io\.container\.|org\.opencontainers\.(runc|crun))/i,
} as const;

type Labelled = readonly [pointer: string, kind: keyof typeof RESERVED, names: Readonly<Record<string, string>>];

function labelled({ spec }: StackSubject): readonly Labelled[] {
  return [
    ...spec.services.flatMap(({ name, labels, annotations }): Labelled[] => [
      [pointerTo("/services", name, "labels"), "Label", labels],
      [pointerTo("/services", name, "annotations"), "Annotation", annotations],
    ]),
    ...spec.volumes.map(({ name, labels }): Labelled => [pointerTo("/volumes", name, "labels"), "Label", labels]),
    ...spec.networks.map(({ name, labels }): Labelled => [pointerTo("/networks", name, "labels"), "Label", labels]),
  ];
}
