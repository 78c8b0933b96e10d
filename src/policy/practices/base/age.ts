// How old an image is, and who looks after it: BAS010, BAS011.

import type { AuditedImage } from "../../../audit/types.ts";
import { practice } from "../../practice.ts";
import type { RepositoryFacts } from "../../practice-facts.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";
import { usedImages } from "./references.ts";

const DAY = 86_400;
/** Builds that can be repeated bit by bit have a date such as 1970-01-01 or 1980-01-01. */
const EARLIEST = Date.UTC(2000, 0, 1) / 1000;

export const IMAGE_AGE = practice({
  id: "BAS010",
  title: "Images are rebuilt regularly",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the image is {days} days old; {limit} are allowed",
  hint: "rebuild it from its recipe, on a base of today",
  why: "Updates of the system come into an image only when it is built anew.",
  source: "N3.4",
  peers: [],
  controls: ["NIST 800-190 3.1.1"],
  checks: {
    image: ({ image, tables, facts: { now } }) => {
      if (now === undefined) return unknown("what day it is");
      const made = newestTime(image);
      if (made === undefined) return unknown("the image does not say when it was made");
      if (made < EARLIEST) return unknown("the image has a date that says nothing, for builds that can be repeated");
      const age = now - made;
      if (age <= tables.limits.imageAge) return undefined;
      return { fields: { days: Math.floor(age / DAY), limit: Math.floor(tables.limits.imageAge / DAY) } };
    },
  },
  passes: [
    { shows: "five days", image: { config: exampleConfig({ created: "2026-11-17T00:00:00Z" }) } },
    {
      shows: "an old base and a new layer",
      image: {
        config: exampleConfig({ created: undefined }),
        history: [entry("2025-01-01T00:00:00Z"), entry("2026-11-17T00:00:00Z")],
      },
    },
  ],
  fails: [
    {
      shows: "14 months",
      image: { config: exampleConfig({ created: "2025-09-20T00:00:00Z" }) },
      expect: { says: "428 days old" },
    },
    { shows: "no date", image: { config: exampleConfig({ created: undefined }) }, expect: { certainty: "unknown" } },
    {
      shows: "a zero date",
      image: { config: exampleConfig({ created: "1970-01-01T00:00:00Z" }) },
      expect: { certainty: "unknown" },
    },
    { shows: "no clock", image: {}, facts: { now: undefined }, expect: { certainty: "unknown" } },
  ],
});

function entry(created: string) {
  return { created, createdBy: "RUN x", comment: "", empty: false };
}

/** Seconds since 1970 of the newest time that an image names. */
function newestTime({ config, history }: AuditedImage): number | undefined {
  const times = [config?.created, ...(history ?? []).map(({ created }) => created)]
    .map((text) => (text === undefined ? Number.NaN : Date.parse(text) / 1000))
    .filter(Number.isFinite);
  return times.length === 0 ? undefined : Math.max(...times);
}

const NGINX: RepositoryFacts = { official: true, pulls: 1_000_000_000, stars: 20_000, lastPush: 1_795_000_000 };
const LONELY: RepositoryFacts = { official: false, pulls: 12, stars: 0, lastPush: 1_560_000_000 };

export const LOOKED_AFTER = practice({
  id: "BAS011",
  title: "Somebody looks after the image",
  severity: "info",
  class: "recommended",
  certainty: "likely",
  message: "{image} looks poorly maintained: {signs}",
  hint: "look for an official image, or make the site's own",
  why: "An image that nobody uses and nobody pushes gets no updates, and nobody sees when it is taken over.",
  source: "Spin: Choosing the best image source",
  peers: [],
  checks: {
    recipe: ({ recipe, facts: { repositories, now } }) =>
      usedImages(recipe).flatMap(({ name, text, range }) => {
        const plain = text.replace(/@.*$/, "").replace(/:[^/]*$/, "");
        const facts = repositories?.get(plain) ?? repositories?.get(`${name.registry}/${name.repository}`);
        return facts ? upkeepHits(plain, facts, now).map((hit) => ({ ...hit, range })) : [];
      }),
    host: ({ facts: { repositories, now } }) => {
      if (!repositories) return unknown("no registry was asked for pulls, stars and the last push");
      return [...repositories].flatMap(([image, facts]) => (facts ? upkeepHits(image, facts, now) : []));
    },
  },
  passes: [
    { shows: "an official image", host: true, facts: { repositories: new Map([["nginx", NGINX]]) } },
    { shows: "a recipe", dockerfile: "FROM nginx:1.27\n", facts: { repositories: new Map([["nginx", NGINX]]) } },
    { shows: "a recipe that nobody asked for", dockerfile: "FROM a/b:1\n" },
  ],
  fails: [
    {
      shows: "12 pulls, last push 2019",
      host: true,
      facts: { repositories: new Map([["a/b", LONELY]]) },
      expect: { says: "12 pulls, no star, last push 2019-06-08" },
    },
    {
      shows: "a recipe",
      dockerfile: "FROM a/b:1\n",
      facts: { repositories: new Map([["a/b", LONELY]]) },
      expect: { line: 1 },
    },
    { shows: "nobody asked", host: true, expect: { certainty: "unknown" } },
  ],
});

const FEW_PULLS = 1000;
const QUIET = 365 * DAY;

function upkeepHits(
  image: string,
  { official, pulls, stars, lastPush }: RepositoryFacts,
  now: number | undefined,
): readonly Hit[] {
  if (official) return [];
  const few = pulls !== undefined && pulls < FEW_PULLS;
  const quiet = lastPush !== undefined && now !== undefined && now - lastPush > QUIET;
  if (!few && !quiet) return [];
  const signs = [
    ...(pulls === undefined ? [] : [`${pulls} pulls`]),
    ...(stars === undefined ? [] : [stars === 0 ? "no star" : `${stars} stars`]),
    ...(lastPush === undefined ? [] : [`last push ${new Date(lastPush * 1000).toISOString().slice(0, 10)}`]),
  ];
  return [{ fields: { image, signs: signs.join(", ") } }];
}
