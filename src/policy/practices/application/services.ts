// One service per image: APP001, APP-REVIEW.

import type { AuditedImage } from "../../../audit/types.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { PracticeConfig } from "../../practice-config.ts";
import { PRACTICE_TABLES } from "../../profiles/practice-tables.ts";
import { type Hit, unknown } from "../../rule.ts";
import { imageWith } from "../example-parts.ts";
import { debian } from "../packages/calls.ts";
import { installedPackages } from "../tools/installed.ts";
import { serviceGroup } from "./service-groups.ts";

const WHY =
  "Services with lives of their own are started, watched, updated and mended one by one only in images of their own.";

export const ONE_SERVICE = practice({
  id: "APP001",
  title: "An image holds one service",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{services} are services of different kinds in one image",
  hint: "make an image of each, and let a stack join them",
  why: WHY,
  source: "N2.3",
  peers: [],
  checks: {
    recipe: ({ recipe }) => {
      const found = installedPackages(recipe).map(({ request }) => request);
      const names = mixed(found.map(({ name }) => name));
      const last = found.findLast(({ name }) => names.includes(name));
      return last ? { fields: { services: listed(names) }, range: last.range } : undefined;
    },
    image: ({ image: { catalogue } }) => {
      if (!catalogue) return unknown("nobody read the image's packages");
      const names = mixed(systemNames(catalogue));
      return names.length > 0 ? { fields: { services: listed(names) } } : undefined;
    },
  },
  passes: [
    { shows: "a web server", dockerfile: debian("RUN apt-get install -y nginx nginx-extras libapache2-mod-php") },
    {
      shows: "clients and libraries",
      dockerfile: debian("RUN apt-get install -y nginx postgresql-client redis-tools libmysqlclient-dev"),
    },
    {
      shows: "in stages of their own",
      dockerfile: `${debian("RUN apt-get install -y mariadb-server")}${debian("RUN apt-get install -y nginx")}`,
    },
    { shows: "an image", image: packagesOf("nginx", "postgresql-client-17") },
  ],
  fails: [
    {
      shows: "apache2 and mariadb-server",
      dockerfile: debian("RUN apt-get install -y apache2 mariadb-server"),
      expect: { says: "apache2 and mariadb-server" },
    },
    {
      shows: "in two steps",
      dockerfile: debian("RUN apt-get install -y nginx", "RUN apt-get install -y redis-server cron"),
      expect: { line: 3 },
    },
    { shows: "PHP's server", dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache nginx php83-fpm\n" },
    {
      shows: "a definition file",
      definition: "Bootstrap: docker\nFrom: rockylinux:9\n%post\ndnf install -y httpd postgresql-server\n",
    },
    { shows: "an image", image: packagesOf("nginx", "postgresql-17") },
    { shows: "nobody looked", image: { catalogue: undefined }, expect: { certainty: "unknown" } },
  ],
});

// The first name of each group, where there are two groups or more.

function mixed(names: readonly string[]): readonly string[] {
  const groups = new Map<string, string>();
  for (const name of names) {
    const group = serviceGroup(name);
    if (group !== undefined && !groups.has(group)) groups.set(group, name);
  }
  return groups.size > 1 ? [...groups.values()] : [];
}

function systemNames({ packages }: NonNullable<AuditedImage["catalogue"]>): readonly string[] {
  return packages.filter(({ ecosystem }) => ["deb", "rpm", "apk"].includes(ecosystem)).map(({ name }) => name);
}

export const APPLICATION_REVIEW = practice({
  id: "APP-REVIEW",
  title: "Somebody looked whether an image holds one application",
  severity: "info",
  class: "recommended",
  certainty: "person",
  message: "{count} packages are installed: does this image still hold one application?",
  hint: "look at what it is for; note who looked, and until when that holds, in a waiver",
  why: WHY,
  source: "N2.3",
  peers: [],
  unknown: "info",
  checks: { image: ({ image, tables }) => reviewHit(image, tables) },
  passes: [
    { shows: "few packages", image: packagesOf("nginx") },
    { shows: "another practice speaks", image: packagesOf("nginx", "redis-server"), policy: tinyLimit() },
  ],
  fails: [
    {
      shows: "many packages",
      image: packagesOf("a", "b", "c"),
      policy: tinyLimit(),
      expect: { certainty: "person", says: "3 packages" },
    },
    { shows: "nobody looked", image: { catalogue: undefined }, expect: { certainty: "unknown" } },
  ],
});

function reviewHit({ catalogue }: AuditedImage, { limits }: PracticeConfig): Hit | undefined {
  if (!catalogue) return unknown("nobody read the image's packages");
  const names = systemNames(catalogue);
  if (names.length <= limits.manyPackages || mixed(names).length > 0) return undefined;
  return { fields: { count: names.length }, certainty: "person" };
}

function packagesOf(...names: readonly string[]): Partial<AuditedImage> {
  const packages = names.map((name) => ({
    purl: `pkg:deb/debian/${name}@1`,
    ecosystem: "deb" as const,
    name,
    version: "1",
    evidence: "var/lib/dpkg/status",
  }));
  return { ...imageWith(), catalogue: { distribution: undefined, packages, gaps: [] } };
}

function tinyLimit(): Partial<PracticeConfig> {
  return { limits: { ...PRACTICE_TABLES.limits, manyPackages: 1 } };
}
