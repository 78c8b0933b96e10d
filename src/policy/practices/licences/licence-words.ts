// Under which licences an image and its packages are: LIC003, LIC004.

import correct from "spdx-correct";
import type { AuditedImage } from "../../../audit/types.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject } from "../../practice-subjects.ts";
import type { RecipeView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { isLicence, LONGEST_LICENCE } from "../documents/label-values.ts";
import { exampleConfig } from "../example-parts.ts";
import { finalSteps } from "../recipe-parts.ts";
import { packageNamed } from "./proprietary.ts";

const LABEL = "org.opencontainers.image.licenses";

export const LICENCE_LABEL = practice({
  id: "LIC003",
  title: "The image says its licence in SPDX's words",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "no label says under which licence the image is",
  hint: `add LABEL ${LABEL}="Apache-2.0", with identifiers of the SPDX list`,
  why: "Whoever wants to build on the image needs to know whether that is allowed.",
  source: "N2.17",
  peers: ["DL3054"],
  cases: { wrong: { message: "{value} is no SPDX expression", hint: "write {cure}" } },
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) => licenceOfRecipe(recipe),
    image: ({ image }) => licenceOfImage(image),
  },
  passes: [
    { shows: "an expression", dockerfile: `FROM debian:13.1\nLABEL ${LABEL}="MIT OR Apache-2.0"\n` },
    { shows: "an image", image: { config: exampleConfig({ labels: { [LABEL]: "MIT" } }) } },
  ],
  fails: [
    { shows: "none", dockerfile: "FROM debian:13.1\n", expect: { line: 1 } },
    {
      shows: "words",
      dockerfile: `FROM debian:13.1\nLABEL ${LABEL}="Apache License 2.0"\n`,
      expect: { case: "wrong", fixed: `FROM debian:13.1\nLABEL ${LABEL}="Apache-2.0"\n` },
    },
    { shows: "an image", image: { config: exampleConfig({ labels: { [LABEL]: "free" } }) }, expect: { case: "wrong" } },
  ],
});

function licenceOfRecipe(recipe: RecipeView): Hit | readonly Hit[] {
  const stage = recipe.chain.at(-1);
  if (recipe.kind !== "dockerfile" || !stage) return [];
  const label = finalSteps(recipe)
    .flatMap(({ keyword, pairs }) => (keyword === "LABEL" ? pairs : []))
    .findLast(({ name }) => name === LABEL);
  if (!label) return { range: stage.base.range };
  const { value = "", valueRange } = label;
  if (value.includes("$") || isLicence(value)) return [];
  const right = corrected(value);
  const edits = valueRange && right !== null ? [{ range: valueRange, text: `"${right}"` }] : [];
  const fix = edits.length > 0 ? { title: `write ${right}`, safe: false, edits } : undefined;
  return { case: "wrong", fields: { value, cure: right ?? "an identifier of the SPDX list" }, range: label.range, fix };
}

function corrected(value: string): string | null {
  return value.length > LONGEST_LICENCE ? null : correct(value);
}

function licenceOfImage({ config }: AuditedImage): Hit | undefined {
  if (!config) return unknown("the configuration of the image");
  const value = config.labels[LABEL];
  if (value === undefined) return {};
  if (isLicence(value)) return undefined;
  return { case: "wrong", fields: { value, cure: corrected(value) ?? "an identifier of the SPDX list" } };
}

export const DENIED_LICENCES = practice({
  id: "LIC004",
  title: "Packages are under licences that the site takes",
  severity: "warning",
  class: "optional",
  certainty: "certain",
  message: "{packages} under {licence}, which this site does not take",
  hint: "replace the package, or ask the site for a waiver",
  why: "Some licences oblige whoever hands the software on; a site decides which of them it can keep.",
  source: "N2.17",
  peers: [],
  checks: { image: denied },
  passes: [
    {
      shows: "nothing is denied",
      image: { catalogue: { distribution: undefined, gaps: [], packages: [packageNamed("x", "SSPL-1.0")] } },
    },
    {
      shows: "another licence",
      policy: { deniedLicences: ["SSPL-1.0"] },
      image: { catalogue: { distribution: undefined, gaps: [], packages: [packageNamed("x", "MIT")] } },
    },
  ],
  fails: [
    {
      shows: "a denied one",
      policy: { deniedLicences: ["SSPL-1.0"] },
      image: { catalogue: { distribution: undefined, gaps: [], packages: [packageNamed("x", "MIT AND SSPL-1.0")] } },
      expect: { says: "x under SSPL-1.0" },
    },
    {
      shows: "nobody looked",
      policy: { deniedLicences: ["SSPL-1.0"] },
      image: { catalogue: undefined },
      expect: { certainty: "unknown" },
    },
  ],
});

function denied({ image: { catalogue }, tables: { deniedLicences } }: AuditSubject): Hit | readonly Hit[] {
  if (deniedLicences.length === 0) return [];
  if (!catalogue) return unknown("which packages are in the image");
  return deniedLicences.flatMap((licence) => {
    const under = catalogue.packages.filter((one) => one.licence?.split(/[\s()]+/).includes(licence));
    const names = under.slice(0, 5).map(({ name }) => name);
    return under.length === 0
      ? []
      : [{ fields: { packages: listed(under.length > 5 ? [...names, `${under.length - 5} more`] : names), licence } }];
  });
}
