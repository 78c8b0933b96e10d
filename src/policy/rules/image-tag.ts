// Which build a name means, now and later: IMG-03, IMG-04, IMG-05, IMG-09.

import { rule, unknown } from "../rule.ts";

const SOURCE = "Spin: Be careful when reusing image tags, or when using the :latest tag";

export const IMAGE_VERSION = rule({
  id: "IMG-03",
  title: "An image has a version, not latest",
  on: "image",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{image} uses the moving tag latest",
  hint: "give a version such as :v1.2.3 or a date such as :v20180809",
  why: "latest is whatever was latest when somebody looked: it changes over time and says nothing of what runs.",
  source: SOURCE,
  check: ({ image, name }) =>
    typeof name !== "string" && name.digest === undefined && name.tag === "latest" ? { fields: { image } } : undefined,
  passes: [
    { shows: "web:v20180809", service: { image: "registry.spin.nersc.gov/csg/web:v20180809" } },
    { shows: "a digest", service: { image: `nginx@sha256:${"a".repeat(64)}` } },
    { shows: "latest beside a digest, which decides", service: { image: `nginx:latest@sha256:${"a".repeat(64)}` } },
  ],
  fails: [
    { shows: "web", service: { image: "registry.spin.nersc.gov/csg/web" } },
    { shows: "web:latest", service: { image: "registry.spin.nersc.gov/csg/web:latest" } },
  ],
});

export const IMAGE_PULLED = rule({
  id: "IMG-04",
  title: "A moving tag is pulled at every deployment",
  on: "image",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Nodes may run different versions of {image}: it moves, and what a node has is not looked up again",
  hint: "pin a version, or add pull_policy: always (Rancher: the label io.rancher.container.pull_image: always)",
  why: "A node that has an image of this name uses it without asking the registry.",
  source: SOURCE,
  check: ({ image, name, of }) => {
    if (typeof name === "string" || !of || name.digest !== undefined || name.tag !== "latest") return undefined;
    const { service } = of;
    const label = service.labels["io.rancher.container.pull_image"];
    return service.pull === "always" || label === "always" ? undefined : { fields: { image } };
  },
  passes: [
    {
      shows: "the label is there",
      service: { image: "nginx:latest", labels: { "io.rancher.container.pull_image": "always" } },
    },
    { shows: "pull_policy: always", service: { image: "nginx:latest", pull: "always" } },
  ],
  fails: [{ shows: ":latest without label", service: { image: "nginx:latest" } }],
});

export const IMAGE_MOVED = rule({
  id: "IMG-05",
  title: "The tag still means what was deployed",
  on: "image",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Tag {tag} now points to another image ({old} -> {new})",
  hint: "upgrade to take the new one, or pin the digest; and do not reuse tags",
  why: "A tag that was moved brings a build into production that nobody decided to bring there.",
  source: SOURCE,
  check: ({ image, name, known, of, facts }) => {
    if (typeof name === "string" || !of || name.digest !== undefined) return undefined;
    if (facts.running === undefined) return unknown(`nobody said what ${of.service.name} runs now`);
    const running = facts.running.get(of.service.name);
    if (running === undefined || running.image !== image || running.digests.length === 0) return undefined;
    if (known?.digest === undefined) return unknown(`nobody looked up which build ${image} is`);
    const next = known.digest;
    const old = running.digests.find((digest) => digest !== next);
    return old === undefined ? undefined : { fields: { tag: name.tag, old: short(old), new: short(next) } };
  },
  passes: [
    { shows: "same digest", image: { digest: "sha256:aa" }, facts: { running: running("sha256:aa") } },
    { shows: "a new stack", facts: { running: new Map() } },
  ],
  fails: [
    {
      shows: "moved tag",
      image: { digest: "sha256:bb" },
      facts: { running: running("sha256:aa") },
      expect: { says: "sha256:aa -> sha256:bb" },
    },
    { shows: "not looked up", image: {}, facts: { running: running("sha256:aa") }, expect: { certainty: "unknown" } },
  ],
});

export const IMAGE_MIXED = rule({
  id: "IMG-09",
  title: "All replicas run the same build",
  on: "image",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Service {service} runs {count} different builds of {tag}",
  hint: "upgrade the service, so that all its containers are made of one build",
  why: "Replicas of different builds answer differently, and nobody can say which one a user met.",
  source: SOURCE,
  check: ({ name, of, facts }) => {
    if (typeof name === "string" || !of) return undefined;
    if (facts.running === undefined) return unknown(`nobody said what ${of.service.name} runs now`);
    const builds = new Set(facts.running.get(of.service.name)?.digests);
    return builds.size > 1 ? { fields: { count: builds.size, tag: name.tag ?? name.digest } } : undefined;
  },
  passes: [{ shows: "all equal", facts: { running: running("sha256:aa", "sha256:aa") } }],
  fails: [
    {
      shows: "mixed",
      facts: { running: running("sha256:aa", "sha256:bb") },
      expect: { says: "runs 2 different builds of v1.4.2" },
    },
    { shows: "not known", facts: { running: undefined }, expect: { certainty: "unknown" } },
  ],
});

function short(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}

function running(...digests: readonly string[]) {
  return new Map([["web", { image: "registry.spin.nersc.gov/csg/rover-web:v1.4.2", digests }]]);
}
