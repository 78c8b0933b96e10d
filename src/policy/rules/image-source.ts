// Where images come from: IMG-01, IMG-02, IMG-08.

import { listed } from "../message.ts";
import { rule, unknown } from "../rule.ts";

const SOURCE = "Spin: Image Registry; Choosing the best image source";

export const IMAGE_REGISTRY = rule({
  id: "IMG-01",
  title: "Images come from the site's registry or Docker Hub",
  on: "image",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "Image {image} comes from {registry}. Only {registries} are allowed",
  hint: "push a reviewed copy to {own} and name that",
  why: "A registry that nobody at the site answers for can change or lose what the site runs, and nobody sees who put it there.",
  source: SOURCE,
  cases: {
    fault: { message: "{image} is no name of an image: {fault}", hint: "write REGISTRY/NAMESPACE/NAME:TAG" },
  },
  check: ({ image, name, policy }) => {
    if (typeof name === "string") return { case: "fault", fields: { image, fault: name } };
    const allowed = [...policy.registries.keys()];
    if (allowed.length === 0 || policy.registries.has(name.registry)) return undefined;
    const own = allowed.find((host) => policy.registries.get(host)?.kind === "site") ?? allowed[0];
    return { fields: { image, registry: name.registry, registries: listed(allowed), own } };
  },
  passes: [
    { shows: "registry.spin.nersc.gov/elvis/proxy:v1", service: { image: "registry.spin.nersc.gov/elvis/proxy:v1" } },
    { shows: "nginx:1.25", service: { image: "nginx:1.25" } },
    { shows: "index.docker.io/library/nginx:1.25", service: { image: "index.docker.io/library/nginx:1.25" } },
    {
      shows: "quay.io where the site lists it",
      service: { image: "quay.io/x/y:1" },
      policy: { registries: new Map([["quay.io", { kind: "other", teams: false, shared: [] }]]) },
    },
  ],
  fails: [
    { shows: "quay.io/x/y:1", service: { image: "quay.io/x/y:1" }, expect: { says: "comes from quay.io" } },
    {
      shows: "another port of the same host",
      service: { image: "registry.spin.nersc.gov:5000/csg/app:v1" },
      expect: { says: "registry.spin.nersc.gov:5000" },
    },
    { shows: "docker.io.evil.example/library/nginx", service: { image: "docker.io.evil.example/library/nginx:1" } },
    { shows: "Nginx:Upper Case", service: { image: "Nginx:Upper Case" }, expect: { case: "fault" } },
  ],
});

export const IMAGE_OFFICIAL = rule({
  id: "IMG-02",
  title: "Of Docker Hub, only official images",
  on: "image",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{image} is not an official image",
  hint: "push a reviewed copy to the site's registry",
  why: "Official images are kept up by known projects. Among the others are many that nobody maintains.",
  source: SOURCE,
  check: ({ image, name, policy }) => {
    if (typeof name === "string" || name.official) return undefined;
    return policy.registries.get(name.registry)?.kind === "hub" ? { fields: { image } } : undefined;
  },
  passes: [
    { shows: "httpd:2.4", service: { image: "httpd:2.4" } },
    { shows: "docker.io/library/httpd:2.4", service: { image: "docker.io/library/httpd:2.4" } },
  ],
  fails: [
    { shows: "bob/httpd:2.4", service: { image: "bob/httpd:2.4" } },
    { shows: "docker.io/library/deep/httpd:2", service: { image: "docker.io/library/deep/httpd:2" } },
  ],
});

export const IMAGE_TEAM = rule({
  id: "IMG-08",
  title: "The owner may pull the image",
  on: "image",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{owner} has no right to pull {image}: the namespace {namespace} belongs to another team",
  hint: "ask that team to share it, or push the image to a namespace of your own group",
  why: "The platform pulls with rights of its own; without this rule everybody could run, and read, private images of others.",
  source: SOURCE,
  unknown: "error",
  check: ({ image, name, policy, known, of }) => {
    if (typeof name === "string") return undefined;
    const registry = policy.registries.get(name.registry);
    if (!registry?.teams || registry.shared.includes(name.namespace) || known?.mayPull === true) return undefined;
    const owner = of?.spec.tags["owner"] ?? "the owner";
    const fields = { image, owner, namespace: name.namespace };
    if (known?.mayPull === false) return { fields };
    if (!of?.owner) return unknown(`nobody said which groups ${owner} is in`);
    const mine = [of.owner.name, ...of.owner.groups.map((group) => group.name)];
    return mine.includes(name.namespace) ? undefined : { fields };
  },
  passes: [
    { shows: "…/csg/app by a member of csg", service: { image: "registry.spin.nersc.gov/csg/app:v1" } },
    { shows: "the owner's own namespace", service: { image: "registry.spin.nersc.gov/fred/app:v1" } },
    {
      shows: "the registry says that he may",
      service: { image: "registry.spin.nersc.gov/bio/app:v1" },
      image: { mayPull: true },
    },
  ],
  fails: [
    { shows: "another team's image", service: { image: "registry.spin.nersc.gov/bio/app:v1" } },
    {
      shows: "the registry says that he may not",
      service: { image: "registry.spin.nersc.gov/csg/app:v1" },
      image: { mayPull: false },
    },
    {
      shows: "groups not known",
      service: { image: "registry.spin.nersc.gov/csg/app:v1" },
      facts: { people: undefined },
      expect: { certainty: "unknown", severity: "error" },
    },
  ],
});
