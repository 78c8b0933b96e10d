// Images are built from what the site made for that: BAS001, BAS002.

import type { AuditedImage } from "../../../audit/types.ts";
import { nearest } from "../../../base/nearest.ts";
import { fitsAny } from "../../glob.ts";
import { type ImageName, readImageName } from "../../image-name.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { PracticeConfig } from "../../practice-config.ts";
import { type Hit, unknown } from "../../rule.ts";
import { isSameSystem, releaseOfImage, releaseOfSystem, type SystemRelease } from "../../tables/systems.ts";
import { exampleConfig, exampleLayers } from "../example-parts.ts";
import { launchedImage, outerBases, usedImages } from "./references.ts";

const GOLDEN = { golden: ["site.example/base/*"] };

export const GOLDEN_BASE = practice({
  id: "BAS001",
  title: "Images are built from golden images",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{image} is not on the site's list of golden images",
  hint: "build from {suggestion}",
  why: "Golden images carry the site's certificates and settings, are rebuilt every month and were tested here.",
  source: "N2.1",
  peers: ["DL3026"],
  controls: ["NIST 800-190 4.1.2"],
  checks: {
    recipe: ({ recipe, tables }) => {
      if (tables.golden.length === 0) return undefined;
      const images = usedImages(recipe).flatMap(({ text, name, range }) => goldenHit(text, name, range, tables));
      // Other agents make a system of their own; files say nothing of where they come from.
      const others = outerBases(recipe)
        .filter(({ agent, name }) => name === undefined && agent !== "")
        .map(({ agent, resolved, text, range }) => {
          if (resolved === undefined) return { ...unknown(`${text} depends on a build argument`), range };
          if (LOCAL.has(agent)) return { ...unknown(`nobody looked what ${text} was made from`), range };
          return { fields: { image: `What ${agent} makes`, suggestion: tables.golden[0] }, range };
        });
      return [...images, ...others];
    },
    launch: ({ launch, tables }) => {
      const image = launch.tool === "compose" ? launchedImage(launch) : undefined;
      return image && tables.golden.length > 0 ? goldenHit(image.text, image.name, image.range, tables) : undefined;
    },
    image: ({ image, tables }) => lineageHit(image, tables),
  },
  passes: [
    { shows: "a golden image", dockerfile: "FROM site.example/base/ubuntu22\n", policy: GOLDEN },
    {
      shows: "a stage of it",
      dockerfile: "FROM site.example/base/a:1 AS b\nFROM b\nCOPY --from=b /x /x\n",
      policy: GOLDEN,
    },
    { shows: "no list", dockerfile: "FROM ubuntu:22.04\n" },
    { shows: "nothing at all", dockerfile: "FROM scratch\nCOPY app /\n", policy: GOLDEN },
    {
      shows: "an image with the same first layers",
      image: { layers: exampleLayers() },
      policy: { goldenLayers: [[`sha256:${"1".repeat(64)}`]] },
    },
    {
      shows: "an image that says so",
      image: { config: exampleConfig({ labels: { "org.opencontainers.image.base.name": "site.example/base/u:1" } }) },
      policy: GOLDEN,
    },
  ],
  fails: [
    { shows: "ubuntu", dockerfile: "FROM ubuntu:22.04\n", policy: GOLDEN, expect: { says: "ubuntu:22.04 is not" } },
    {
      shows: "a source of COPY",
      dockerfile: "FROM site.example/base/a:1\nCOPY --from=nginx:1.27 /x /x\n",
      policy: GOLDEN,
      expect: { line: 2 },
    },
    {
      shows: "a source of a mount",
      dockerfile: "FROM site.example/base/a:1\nRUN --mount=from=busybox:1.37,target=/b true\n",
      policy: GOLDEN,
      expect: { line: 2 },
    },
    {
      shows: "a definition file",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n",
      policy: GOLDEN,
      expect: { line: 2 },
    },
    { shows: "made by debootstrap", definition: "Bootstrap: debootstrap\nOSVersion: trixie\n", policy: GOLDEN },
    { shows: "a service", compose: "image: nginx:1.27\n", policy: GOLDEN },
    { shows: "an image", image: { layers: exampleLayers() }, policy: { goldenLayers: [["sha256:aa"]] } },
    {
      shows: "a file",
      definition: "Bootstrap: localimage\nFrom: base.sif\n",
      policy: GOLDEN,
      expect: { certainty: "unknown" },
    },
  ],
});

const LOCAL = new Set(["localimage", "oci", "oci-archive", "docker-archive", "docker-daemon"]);

function isGolden(text: string, { registry, repository }: ImageName, { golden }: PracticeConfig): boolean {
  const short = repository.replace(/^library\//, "");
  return [text, `${registry}/${repository}`, repository, short].some((one) => fitsAny(golden, one));
}

function goldenHit(text: string, name: ImageName, range: Hit["range"], tables: PracticeConfig): readonly Hit[] {
  if (isGolden(text, name, tables)) return [];
  const last = (path: string) => path.split("/").at(-1) ?? path;
  const near = nearest(name.base, tables.golden.map(last));
  const suggestion = tables.golden.find((golden) => last(golden) === near) ?? listed(tables.golden.slice(0, 3), "or");
  return [{ fields: { image: text, suggestion }, range }];
}

function lineageHit({ name, config, layers }: AuditedImage, tables: PracticeConfig): Hit | undefined {
  const { golden, goldenLayers } = tables;
  if (golden.length === 0 && goldenLayers.length === 0) return undefined;
  const base = config?.labels["org.opencontainers.image.base.name"];
  const parsed = base === undefined ? "" : readImageName(base);
  if (base !== undefined && typeof parsed !== "string" && isGolden(base, parsed, tables)) return undefined;
  const ids = layers?.map(({ diffId }) => diffId) ?? [];
  const proven = goldenLayers.some((wanted) => wanted.length > 0 && wanted.every((id, index) => ids[index] === id));
  if (proven) return undefined;
  if (base === undefined && (goldenLayers.length === 0 || layers === undefined)) {
    return unknown("the image does not say its base, and the layers of golden images are not known");
  }
  return {
    fields: { image: base ?? `The base of ${name}`, suggestion: listed(golden.slice(0, 3), "or") || "a golden image" },
  };
}

const APPROVED = {
  approvedSystems: new Map([
    ["debian", ["12", "13"]],
    ["rocky", ["9"]],
    ["alpine", ["3.22"]],
  ]),
};

export const APPROVED_SYSTEM = practice({
  id: "BAS002",
  title: "Images have a system that is approved here",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{system} is not approved here",
  hint: "use {approved}{meant}",
  why: "The site tests and mends what it has approved; nobody looks after anything else.",
  source: "N2.1",
  peers: [],
  checks: {
    recipe: ({ recipe, tables }) => {
      if (tables.approvedSystems.size === 0) return undefined;
      return recipe.stages.flatMap(({ base }) => {
        const { name, stage, scratch, resolved, range } = base;
        if (stage || scratch || !name || resolved === undefined || base.agent !== "docker") return [];
        if (tables.golden.length > 0 && isGolden(resolved, name, tables)) return [];
        const release = releaseOfImage(name);
        if (!release) return [{ ...unknown(`the name ${resolved} does not say its system`), range }];
        return approvalHit(release, tables).map((hit) => ({ ...hit, range }));
      });
    },
    image: ({ image: { catalogue }, tables }) => {
      if (tables.approvedSystems.size === 0) return undefined;
      const system = catalogue?.distribution;
      if (!system) return unknown("the image has no os-release that anybody read");
      const release = releaseOfSystem(system);
      return approvalHit(
        release ?? { distribution: system.id, version: system.version ?? "", release: undefined, meant: undefined },
        tables,
      );
    },
  },
  passes: [
    { shows: "an approved release", dockerfile: "FROM debian:bookworm-slim\n", policy: APPROVED },
    { shows: "a newer point release", dockerfile: "FROM rockylinux:9.3\n", policy: APPROVED },
    { shows: "the newest of a series", dockerfile: "FROM alpine:3\n", policy: APPROVED },
    { shows: "no list", dockerfile: "FROM fedora:41\n" },
    { shows: "an image", image: imageOf("rocky", "9.4"), policy: APPROVED },
  ],
  fails: [
    { shows: "fedora", dockerfile: "FROM fedora:44\n", policy: APPROVED, expect: { says: "fedora 44" } },
    { shows: "an old release", definition: "Bootstrap: docker\nFrom: debian:11\n", policy: APPROVED },
    {
      shows: "a tag that never was",
      dockerfile: "FROM ubuntu:20\n",
      policy: APPROVED,
      expect: { says: "ubuntu 20.04" },
    },
    { shows: "an image", image: imageOf("ubuntu", "22.04"), policy: APPROVED },
    { shows: "a program's image", dockerfile: "FROM nginx:1.27\n", policy: APPROVED, expect: { certainty: "unknown" } },
    { shows: "no os-release", image: {}, policy: APPROVED, expect: { certainty: "unknown" } },
  ],
});

function approvalHit(
  { distribution, version, meant }: SystemRelease,
  { approvedSystems }: PracticeConfig,
): readonly Hit[] {
  const versions = [...approvedSystems].find(([id]) => isSameSystem(id, distribution))?.[1] ?? [];
  const fits = (one: string) => one === version || version.startsWith(`${one}.`) || one.startsWith(`${version}.`);
  if (versions.some(fits)) return [];
  const approved = listed(
    [...approvedSystems].map(([id, all]) => `${id} ${all.join(" or ")}`),
    "or",
  );
  const hint = meant === undefined ? "" : ` (there is no tag ${meant.split(".")[0]}: did you mean ${meant}?)`;
  return [{ fields: { system: `${distribution} ${version}`.trim(), approved, meant: hint } }];
}

function imageOf(id: string, version: string): Partial<AuditedImage> {
  const distribution = { id, version, codename: undefined, like: [], name: undefined };
  return { catalogue: { distribution, packages: [], gaps: [] } };
}
