// Images of one family share the layers of their base: LAY008.

import type { AuditedLayer } from "../../../audit/types.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";

const NAME = "org.opencontainers.image.base.name";

function layer(diffId: string): AuditedLayer {
  return { digest: diffId, diffId, compressedBytes: 1, unpackedBytes: 1, base: true, createdBy: undefined };
}

function config(base: string | undefined) {
  return exampleConfig({ labels: base === undefined ? {} : { [NAME]: base } });
}

const siblings = [{ name: "portal/web:1.0", base: "debian:13", diffIds: ["sha256:a", "sha256:c"] }];

export const SHARED_BASE = practice({
  id: "LAY008",
  title: "Images of one base share its layers",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "this image and {other} are both built on {base}, but share no layer of it",
  hint: "rebuild both on the same digest of {base}",
  why: "Layers that images share are fetched and stored once; bases of different days share nothing.",
  source: "N2.6",
  peers: [],
  checks: { image: hitOf },
  passes: [
    {
      shows: "the same digest",
      image: { layers: [layer("sha256:a"), layer("sha256:b")], config: config("debian:13") },
      facts: { siblings },
    },
    { shows: "another base", image: { layers: [layer("sha256:b")], config: config("debian:12") }, facts: { siblings } },
    {
      shows: "no base is named",
      image: { layers: [layer("sha256:b")], config: config(undefined) },
      facts: { siblings },
    },
  ],
  fails: [
    {
      shows: "two bases of different days",
      image: { layers: [layer("sha256:b")], config: config("debian:13") },
      facts: { siblings },
      expect: { says: "portal/web:1.0 are both built on debian:13" },
    },
    {
      shows: "no others are known",
      image: { layers: [layer("sha256:b")], config: config("debian:13") },
      expect: { certainty: "unknown" },
    },
  ],
});

function hitOf({ image, facts }: AuditSubject): Hit | undefined {
  const base = image.config?.labels[NAME];
  const first = image.layers?.[0]?.diffId;
  if (image.config && base === undefined) return undefined;
  if (base === undefined || first === undefined || !facts.siblings) {
    return unknown("which other images are built on the same base");
  }
  const others = facts.siblings.filter((sibling) => sibling.base === base);
  if (others.some(({ diffIds }) => diffIds[0] === first)) return undefined;
  const [other] = others;
  return other && { fields: { other: other.name, base } };
}
