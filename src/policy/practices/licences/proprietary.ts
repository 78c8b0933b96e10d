// Software that may not be handed on to everybody, and its keys: LIC001, LIC002.

import type { Package } from "../../../audit/types.ts";
import { downloads } from "../../commands/downloads.ts";
import { packageCommand } from "../../commands/package-commands.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { PairView, RecipeView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig, exampleFile, imageWith } from "../example-parts.ts";
import { allSteps, commandsIn, written } from "../recipe-parts.ts";

/** Programs whose terms forbid or limit handing them on, by signs in commands and names of packages. */
const PROPRIETARY: readonly (readonly [RegExp, string])[] = [
  [/^(oracle-)?instantclient|^oracle-(database|instantclient)/, "Oracle's client"],
  [/^(msodbcsql|mssql-)/, "Microsoft's SQL tools"],
  [/^matlab/, "MATLAB"],
  [/^(mathematica|wolfram)/, "Mathematica"],
  [/^(idl|envi)\d*$/, "IDL"],
  [/^ansys|^fluent$/, "Ansys"],
  [/^abaqus/, "Abaqus"],
  [/^gaussian|^g(09|16)$/, "Gaussian"],
  [/^vasp/, "VASP"],
  [/^(nag|nagfor)$/, "NAG"],
  [/^(pgi|pgcc|pgfortran)/, "the PGI compilers"],
  [/^(ttf-mscorefonts-installer)$/, "Microsoft's fonts"],
];

export const PROPRIETARY_SOFTWARE = practice({
  id: "LIC001",
  title: "Software whose terms limit handing it on is known to somebody",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "{what} may not be handed on to everybody",
  hint: "read the terms, and note in a waiver who read them; or bring the software in by a mount at run time",
  why: "An image in a registry is a copy for everybody who can pull it.",
  source: "N2.17",
  peers: [],
  cases: {
    accepted: { message: "{what} accepts a licence for everybody who pulls this image" },
    licence: { message: "packages say of themselves that they may not be handed on ({licence}): {packages}" },
  },
  checks: { recipe: markers, image: packagesOf },
  passes: [
    { shows: "free software", dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y octave\n" },
    { shows: "names that only begin like it", dockerfile: "FROM debian:13.1\nRUN apt-get install -y idle3 nageru\n" },
  ],
  fails: [
    {
      shows: "a licence is accepted",
      dockerfile: "FROM debian:13.1\nRUN ACCEPT_EULA=Y apt-get install -y msodbcsql18\n",
      expect: { case: "accepted", line: 2, says: "ACCEPT_EULA" },
    },
    {
      shows: "a package",
      definition: "Bootstrap: docker\nFrom: rockylinux:9\n\n%post\n    yum -y install oracle-instantclient-basic\n",
    },
    {
      shows: "an installer",
      dockerfile: "FROM debian:13.1\nCOPY matlab_R2024a_glnxa64.zip /tmp/\n",
      expect: { says: "MATLAB" },
    },
    { shows: "a download", dockerfile: "FROM debian:13.1\nRUN curl -LO https://h.example/matlab-runtime.zip\n" },
    {
      shows: "an image with such a package",
      image: { catalogue: { distribution: undefined, gaps: [], packages: [packageNamed("msodbcsql18")] } },
      expect: { says: "SQL tools" },
    },
    {
      shows: "an image with a package under such a licence",
      image: {
        catalogue: {
          distribution: undefined,
          gaps: [],
          packages: [packageNamed("solver", "Proprietary - Vendor EULA")],
        },
      },
      expect: { case: "licence", says: "(Proprietary - Vendor EULA): solver" },
    },
    { shows: "nobody looked", image: { catalogue: undefined }, expect: { certainty: "unknown" } },
  ],
});

/** A package of an example. */
export function packageNamed(name: string, licence?: string): Package {
  return {
    purl: `pkg:deb/debian/${name}@1`,
    ecosystem: "deb",
    name,
    version: "1",
    evidence: "var/lib/dpkg/status",
    licence,
  };
}

function productOf(name: string): string | undefined {
  const plain = name.slice(name.lastIndexOf("/") + 1).toLowerCase();
  return PROPRIETARY.find(([pattern]) => pattern.test(plain))?.[1];
}

function markers({ recipe }: RecipeSubject): readonly Hit[] {
  const steps = allSteps(recipe);
  const accepted = commandsIn(steps).flatMap(({ command }) => {
    const one = [
      ...command.assignments,
      ...command.words.flatMap(({ text, range }) =>
        /^ACCEPT_EULA=/.test(text) ? [{ name: "ACCEPT_EULA", value: text.slice(12), range }] : [],
      ),
    ].find(isAccepted);
    return one ? [{ case: "accepted", fields: { what: one.name }, range: one.range }] : [];
  });
  const pairs = steps.flatMap((step) => (step.keyword === "ENV" || step.keyword === "ARG" ? step.pairs : []));
  const set = pairs.filter(isAccepted).map(({ name, range }) => ({ case: "accepted", fields: { what: name }, range }));
  const installed = commandsIn(steps).flatMap(({ command }) => {
    const found = packageCommand(command);
    if (found?.action !== "install") return [];
    const product = found.packages.map(({ name }) => productOf(name)).find((one) => one !== undefined);
    return product === undefined ? [] : [{ fields: { what: product }, range: command.range }];
  });
  const fetched = commandsIn(steps).flatMap(({ command }) =>
    downloads(command).flatMap(({ url }) => {
      const product = productOf(url);
      return product === undefined ? [] : [{ fields: { what: product }, range: command.range }];
    }),
  );
  const copied = steps.flatMap(({ copies }) =>
    copies.flatMap(({ sources }) =>
      sources.flatMap(({ text, range }) => {
        const product = productOf(text);
        return product === undefined ? [] : [{ fields: { what: product }, range }];
      }),
    ),
  );
  // One step tells of one thing once.
  return [
    ...accepted,
    ...set,
    ...installed.filter(
      ({ range }) => !accepted.some((one) => one.range.start >= range.start && one.range.start < range.end),
    ),
    ...fetched,
    ...copied,
  ];
}

function isAccepted({ name, value }: Pick<PairView, "name" | "value">): boolean {
  return (
    /^(ACCEPT_EULA|ACCEPT_LICEN[CS]E|.*_EULA|.*_LICENSE_ACCEPTED)$/.test(name) &&
    /^(y|yes|true|1|accept\w*)$/i.test(value ?? "")
  );
}

function packagesOf({ image: { catalogue } }: AuditSubject): Hit | readonly Hit[] {
  if (!catalogue) return unknown("which packages are in the image");
  const products = new Set(catalogue.packages.flatMap(({ name }) => productOf(name) ?? []));
  return [...[...products].map((what) => ({ fields: { what } })), ...byLicence(catalogue.packages)];
}

const CLOSED = /\bproprietary\b|\beula\b|\bend[- ]user[- ]licen[cs]e/i;

// What is known by its name is told by that.
function byLicence(packages: readonly Package[]): readonly Hit[] {
  const under = new Map<string, string[]>();
  for (const { name, licence } of packages) {
    if (licence === undefined || !CLOSED.test(licence) || productOf(name) !== undefined) continue;
    const names = under.get(licence) ?? [];
    names.push(name);
    under.set(licence, names);
  }
  return [...under].map(([licence, names]) => {
    const shown = names.slice(0, 5);
    const rest = names.length - shown.length;
    return { case: "licence", fields: { licence, packages: listed(rest > 0 ? [...shown, `${rest} more`] : shown) } };
  });
}

const LICENCE_FILE = /(^|\/)([^/]*\.lic|license\.dat|network\.lic|[^/]*licen[cs]e\.key)$/i;

export const LICENCE_KEYS = practice({
  id: "LIC002",
  title: "No licence keys in the image",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "the licence key {path} comes into the image",
  hint: "bind it when the image runs, and name a server in LM_LICENSE_FILE (PORT@HOST)",
  why: "A key belongs to whom it was given to, not to everybody who can pull the image.",
  source: "N2.17",
  peers: [],
  cases: {
    variable: {
      message: "{name} names a key inside of the image: {path}",
      hint: "name a server: {name}=PORT@HOST, or bind the file at run time",
    },
  },
  checks: { recipe: keysInRecipe, image: keysInImage },
  passes: [
    { shows: "a server", dockerfile: "FROM debian:13.1\nENV LM_LICENSE_FILE=27000@licence.site.example\n" },
    { shows: "the text of a licence", dockerfile: "FROM debian:13.1\nCOPY LICENSE license.txt /opt/\n" },
    { shows: "an image without", image: imageWith(exampleFile("usr/share/doc/x/license")) },
  ],
  fails: [
    {
      shows: "COPY",
      dockerfile: "FROM debian:13.1\nCOPY license.lic /opt/\n",
      expect: { line: 2, says: "license.lic" },
    },
    {
      shows: "%files",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%files\n    license.dat /opt/x/license.dat\n",
    },
    {
      shows: "a variable",
      definition:
        "Bootstrap: docker\nFrom: debian:13.1\n\n%environment\n    export LM_LICENSE_FILE=/opt/x/server.lic\n",
      expect: { case: "variable", line: 5 },
    },
    { shows: "an image", image: imageWith(exampleFile("opt/x/network.lic")), expect: { says: "/opt/x/network.lic" } },
    {
      shows: "a variable of an image",
      image: { config: exampleConfig({ env: ["MLM_LICENSE_FILE=/opt/x/server.dat"] }) },
      expect: { case: "variable", says: "/opt/x/server.dat" },
    },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

const LICENCE_VARIABLE = /^(LM_LICENSE_FILE|\w+_LICENSE_FILE|MLM_LICENSE_FILE)$/;

function keysInRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  const steps = allSteps(recipe);
  const copied = steps.flatMap(({ copies }) =>
    copies.flatMap(({ sources, from }) =>
      from
        ? []
        : sources
            .filter(({ text }) => LICENCE_FILE.test(text))
            .map(({ text, range }) => ({ fields: { path: text }, range })),
    ),
  );
  const pairs = steps.flatMap((step) => (step.keyword === "ENV" ? step.pairs : []));
  return [...copied, ...[...pairs, ...exportsOf(recipe)].flatMap((pair) => variableHit(pair))];
}

function exportsOf(recipe: RecipeView): readonly Pick<PairView, "name" | "value" | "range">[] {
  return commandsIn(allSteps(recipe)).flatMap(({ command }) =>
    command.name !== "export"
      ? []
      : command.words.map(({ range }) => {
          const [name = "", value] = written(recipe, range).split(/=(.*)/s);
          return { name, value: value?.replace(/^(["'])(.*)\1$/s, "$2"), range };
        }),
  );
}

function variableHit({
  name,
  value,
  range,
}: Pick<PairView, "name" | "value"> & { readonly range?: PairView["range"] }): readonly Hit[] {
  if (!LICENCE_VARIABLE.test(name) || value === undefined || !value.split(":").some((part) => part.startsWith("/")))
    return [];
  return [{ case: "variable", fields: { name, path: value }, range }];
}

function keysInImage({ image: { files, config } }: AuditSubject): Hit | readonly Hit[] {
  const variables = (config?.env ?? []).flatMap((line) => {
    const equals = line.indexOf("=");
    return variableHit({ name: line.slice(0, equals), value: line.slice(equals + 1) });
  });
  if (!files) return [...variables, unknown("which files are in the image")];
  const keys = files.entries.filter(
    ({ path, type }) => type === "file" && LICENCE_FILE.test(path) && !path.startsWith("usr/share/doc/"),
  );
  return [...variables, ...keys.map(({ path }) => ({ fields: { path: `/${path}` } }))];
}
