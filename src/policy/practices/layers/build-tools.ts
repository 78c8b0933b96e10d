// Compilers in the final image: LAY001.

import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleCatalogue } from "../example-parts.ts";
import { grouped } from "../recipe-parts.ts";
import { type InstalledPackage, installedPackages } from "../tools/installed.ts";
import { BUILD_TOOLS, isListed } from "../tools/tool-lists.ts";

export const BUILD_TOOLS_STAY = practice({
  id: "LAY001",
  title: "Build tools do not stay in the image",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{names}: build tools stay in the image",
  hint: "build in a stage of its own, and take only the result from it: COPY --from=build",
  why: "Compilers and headers weigh hundreds of megabytes, have flaws of their own, and the program runs without them.",
  source: "N2.6",
  peers: [],
  checks: { recipe: inRecipe, image: inImage },
  passes: [
    {
      shows: "a stage of its own",
      dockerfile:
        "FROM debian:13.1 AS build\nRUN apt-get install -y gcc make\nFROM debian:13.1\nCOPY --from=build /x /x\n",
    },
    {
      shows: "removed by the same RUN",
      dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache --virtual .build gcc musl-dev && make && apk del .build\n",
    },
    {
      shows: "purged by the same RUN",
      dockerfile: "FROM debian:13.1\nRUN apt-get install -y gcc make curl && ./b && apt-get purge -y gcc make\n",
    },
    {
      shows: "names that only look like it",
      dockerfile: "FROM debian:13.1\nRUN apt-get install -y libgcc-s1 makepasswd device-tree\n",
    },
    { shows: "pip installs what it likes", dockerfile: "FROM python:3.13.1\nRUN pip install cmake-tools==1\n" },
    { shows: "an image without", image: { catalogue: exampleCatalogue("gcc-12-base", "libstdc++6", "bash") } },
  ],
  fails: [
    {
      shows: "gcc in the only stage",
      dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y gcc curl zlib1g-dev\n",
      expect: { line: 2, says: "gcc and zlib1g-dev" },
    },
    {
      shows: "a group",
      dockerfile: 'FROM centos:7\nRUN yum -y groupinstall "Development Tools"\n',
      expect: { says: "Development Tools" },
    },
    {
      shows: "a list in a variable",
      dockerfile: 'FROM debian:13.1\nARG DEPS="cmake curl"\nRUN apt-get install -y $DEPS\n',
      expect: { line: 3, says: "cmake" },
    },
    {
      shows: "in a definition file",
      definition: "Bootstrap: docker\nFrom: ubuntu:24.04\n\n%post\n    apt-get update && apt-get -y install gcc\n",
      expect: { line: 5 },
    },
    {
      shows: "packages of an image",
      image: { catalogue: exampleCatalogue("g++-14", "make", "bash") },
      expect: { says: "g++-14 and make" },
    },
    { shows: "nobody looked", image: { catalogue: undefined }, expect: { certainty: "unknown" } },
  ],
});

function inRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  return grouped(installedPackages(recipe).filter(isBuildTool)).map((group) => ({
    fields: { names: listed([...new Set(group.map(({ request }) => request.name))].slice(0, 8)) },
    range: group[0].request.range,
  }));
}

function isBuildTool({ request: { name, kind } }: InstalledPackage): boolean {
  if (kind === "group") return /^@?\^?development[- ]?tools$/i.test(name);
  return isListed(BUILD_TOOLS.names, name) || /^@development-tools$/i.test(name);
}

function inImage({ image: { catalogue } }: AuditSubject): Hit | undefined {
  if (!catalogue) return unknown("which packages are in the image");
  const names = catalogue.packages
    .filter(({ ecosystem, name }) => ["deb", "rpm", "apk"].includes(ecosystem) && isListed(BUILD_TOOLS.names, name))
    .map(({ name }) => name);
  if (names.length === 0) return undefined;
  const more = names.length > 8 ? [`${names.length - 8} more`] : [];
  return { fields: { names: listed([...names.sort().slice(0, 8), ...more]) } };
}
