// The system of an image still gets security updates: BAS003.

import type { AuditedImage } from "../../../audit/types.ts";
import { practice } from "../../practice.ts";
import type { PracticeConfig } from "../../practice-config.ts";
import { type Hit, unknown } from "../../rule.ts";
import { endOf, releaseOfImage, releaseOfSystem, type SystemRelease, successorOf } from "../../tables/systems.ts";
import type { Fix } from "../../types.ts";
import { outerBases, type UsedImage, usedImages, withTag } from "./references.ts";

export const END_OF_SUPPORT = practice({
  id: "BAS003",
  title: "The system gets security updates",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{system} has had no security updates since {date}",
  hint: "use {successor}",
  why: "What is found from then on is never mended, and an upgrade in the build brings nothing.",
  source: "N2.1",
  peers: ["--exit-on-eol"],
  controls: ["NIST 800-190 4.1.1"],
  fix: "unsafe",
  cases: {
    meant: { hint: "there is no tag {tag} (did you mean {version}?); use {successor}" },
  },
  unknown: "info",
  checks: {
    recipe: ({ recipe, tables, facts: { now } }) => {
      const bases = new Set(outerBases(recipe).map(({ range }) => range));
      return usedImages(recipe)
        .filter(({ range }) => bases.has(range))
        .flatMap((image) => {
          const release = releaseOfImage(image.name);
          const hit = release && supportHit(release, tables, now);
          if (!hit) return [];
          const fix =
            release && now !== undefined ? nextFix(recipe.source.text, image, release, now, tables) : undefined;
          return [{ ...hit, range: image.range, fix: hit.certainty === "unknown" ? undefined : fix }];
        });
    },
    image: ({ image: { catalogue }, tables, facts: { now, supportEnds } }) => {
      if (!catalogue) return unknown("nobody read the image's files");
      if (!catalogue.distribution) return unknown("the image has no os-release");
      const { id, version = "" } = catalogue.distribution;
      const release = withEnd(releaseOfSystem(catalogue.distribution), supportEnds);
      if (!release?.release) return unknown(`when support of ${id} ${version} ends is not in the table`);
      return supportHit(release, tables, now);
    },
  },
  passes: [
    { shows: "supported", dockerfile: "FROM debian:13.1\nCOPY --from=rockylinux:9 /x /x\n" },
    { shows: "long-term support that is free", dockerfile: "FROM debian:bookworm-slim\n" },
    { shows: "a program's image", dockerfile: "FROM python:3.6\n" },
    { shows: "a stage named so", dockerfile: "FROM debian:13.1 AS centos\nFROM centos\n" },
    {
      shows: "bought support, where the site has it",
      dockerfile: "FROM ubuntu:18.04\n",
      policy: { paidSupport: true },
    },
    { shows: "before the end", dockerfile: "FROM centos:7\n", facts: { now: 1_600_000_000 } },
    { shows: "an image", image: imageOf("alpine", "3.22.1") },
    { shows: "by the site's list", image: imageOf("centos", "7"), facts: { supportEnds: "2030-01-01" } },
  ],
  fails: [
    {
      shows: "centos:7",
      dockerfile: "FROM centos:7\n",
      expect: { says: "centos 7 has had no security updates since 2024-06-30", fixed: "FROM rockylinux:9\n" },
    },
    {
      shows: "ubuntu:16.04",
      definition: "Bootstrap: docker\nFrom: ubuntu:16.04\n",
      expect: { line: 2, fixed: "Bootstrap: docker\nFrom: ubuntu:24.04\n" },
    },
    {
      shows: "by codename",
      dockerfile: "FROM debian:stretch-slim\n",
      expect: { fixed: "FROM debian:bookworm-slim\n" },
    },
    { shows: "with a mirror", dockerfile: "FROM quay.io/centos/centos:stream8\n", expect: { says: "stream8" } },
    { shows: "a tag that never was", dockerfile: "FROM ubuntu:20\n", expect: { case: "meant", says: "ubuntu 20.04" } },
    { shows: "alpine:3.7, an argument", dockerfile: "ARG V=3.7\nFROM alpine:$V\n" },
    { shows: "an image", image: imageOf("centos", "7") },
    { shows: "by the site's list", image: imageOf("haiku", "5"), facts: { supportEnds: "2020-01-01" } },
    { shows: "no clock", dockerfile: "FROM centos:7\n", facts: { now: undefined }, expect: { certainty: "unknown" } },
    { shows: "a system nobody knows", image: imageOf("haiku", "5"), expect: { certainty: "unknown" } },
  ],
});

// A newer list than the table corrects its day, and knows releases that it has not; what was bought stays bought.
function withEnd(system: SystemRelease | undefined, end: string | undefined): SystemRelease | undefined {
  if (!system || end === undefined) return system;
  return { ...system, release: { version: system.version, ...system.release, end } };
}

function supportHit(system: SystemRelease, tables: PracticeConfig, now: number | undefined): Hit | undefined {
  const { distribution, version, release, meant } = system;
  const end = release && endOf(release, tables.paidSupport);
  if (end === undefined) return undefined;
  if (now === undefined) return unknown("what day it is");
  if (now < end) return undefined;
  const date = new Date(end * 1000).toISOString().slice(0, 10);
  const fields = { system: `${distribution} ${version}`, date, version, successor: successorText(system, now, tables) };
  return meant === undefined ? { fields } : { case: "meant", fields: { ...fields, tag: meant.split(".")[0] } };
}

function successorText(system: SystemRelease, now: number, { paidSupport }: PracticeConfig): string {
  if (system.distribution === "centos") return "rockylinux:9";
  const next = successorOf(system, now, paidSupport);
  return next ? `${system.distribution}:${next.version}` : `a supported release of ${system.distribution}`;
}

function nextFix(
  source: string,
  image: UsedImage,
  system: SystemRelease,
  now: number,
  tables: PracticeConfig,
): Fix | undefined {
  const { name, range, text } = image;
  const [word = "", ...rest] = (name.tag ?? "").split("-");
  // `20190812` behind a codename is a day's build that the next release does not have.
  if (rest.some((part) => !["slim", "minimal"].includes(part)) || !image.tagged) return undefined;
  if (system.distribution === "centos") {
    if (source.slice(range.start, range.end) !== text || !/^centos:/.test(text)) return undefined;
    return { title: "use rockylinux:9", safe: false, edits: [{ range, text: "rockylinux:9" }] };
  }
  const next = successorOf(system, now, tables.paidSupport);
  if (!next) return undefined;
  const tag = [/^[a-z]/.test(word) ? (next.codename ?? next.version) : next.version, ...rest].join("-");
  const edit = withTag(source, image, tag);
  return edit && { title: `use ${system.distribution}:${tag}`, safe: false, edits: [edit] };
}

function imageOf(id: string, version: string): Partial<AuditedImage> {
  const distribution = { id, version, codename: undefined, like: [], name: undefined };
  return { catalogue: { distribution, packages: [], gaps: [] } };
}
