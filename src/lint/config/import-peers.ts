// What configurations of peers say, as layers of ours: `.hadolint.yaml`, `.trivyignore`, `.dockleignore`. What has no like here is told,
// since a silent gap would look like a rule that is kept.

import { basename, dirname, resolve } from "node:path";
import { plainName } from "../../policy/ignores/ignore-comment.ts";
import { PRACTICE_NAMES } from "../../policy/practice-names.ts";
import { parseConfigDocument } from "../../site/config-document.ts";
import { readSource } from "../files/read-source.ts";
import type { ConfigLayer } from "./config-layer.ts";
import type { LintFile } from "./lint-schema.ts";
import { configError, layerOf } from "./read-layer.ts";

/** Reads a peer's file. @throws E_LINT_READ, E_LINT_SIZE, E_LINT_CONFIG when it is not even YAML */
export async function readPeer(path: string): Promise<ConfigLayer> {
  return /hadolint/.test(basename(path)) ? await readHadolint(path) : await readIgnoreList(path);
}

type Weight = "error" | "warning" | "info" | "style" | "off";

async function readHadolint(path: string): Promise<ConfigLayer> {
  const source = await readSource(path);
  const document = await parseConfigDocument(source, "yaml");
  if (document.problems.length > 0) throw configError(source, document.problems);
  const file = recordOf(document.value);
  const remarks: string[] = [];
  const rules: Record<string, Weight> = {};
  const weigh = (names: readonly string[], weight: Weight) => {
    for (const name of names) {
      const own = ownNames(name);
      if (own.length === 0) remarks.push(`${path}: ${name} has no like here`);
      for (const id of own) rules[id] = weight;
    }
  };
  for (const weight of ["error", "warning", "info", "style"] as const)
    weigh(textsOf(recordOf(file["override"])[weight]), weight);
  weigh(textsOf(file["ignored"]), "off");
  const value: LintFile = { rules, ...tablesOf(file), ...failOnOf(file) };
  return { ...layerOf(document, value, resolve(dirname(path))), remarks, originOf: () => path };
}

/** Practices that are known by a peer's name, only those that are found under no other of its names would not fit. */
function ownNames(name: string): readonly string[] {
  const plain = plainName(name);
  return [...PRACTICE_NAMES].flatMap(([id, { peers }]) => (id === plain || peers.includes(plain) ? [id] : []));
}

const LABEL_TYPES = ["text", "url", "rfc3339", "semver", "hash", "email", "spdx"] as const;

function tablesOf(file: Readonly<Record<string, unknown>>): Pick<LintFile, "registries" | "labels"> {
  const registries = textsOf(file["trustedRegistries"]);
  const labels = Object.entries(recordOf(file["label-schema"])).flatMap(([name, type]) => {
    // hadolint's own word for a commit.
    const known = LABEL_TYPES.find((one) => one === type);
    return known === undefined ? [] : [[name, { type: known, required: true }] as const];
  });
  return {
    ...(registries.length > 0 ? { registries: [...registries] } : {}),
    ...(labels.length > 0 ? { labels: Object.fromEntries(labels) } : {}),
  };
}

function failOnOf(file: Readonly<Record<string, unknown>>): Pick<LintFile, "failOn"> {
  if (file["no-fail"] === true) return { failOn: "never" };
  const word = file["failure-threshold"];
  if (word === "none") return { failOn: "never" };
  if (word === "ignore") return { failOn: "style" };
  return word === "error" || word === "warning" || word === "info" || word === "style" ? { failOn: word } : {};
}

// One id a line, comments behind `#`; trivy has `exp:2027-01-01` behind an id.
async function readIgnoreList(path: string): Promise<ConfigLayer> {
  const source = await readSource(path);
  const remarks: string[] = [];
  const rules: Record<string, Weight> = {};
  for (const line of source.text.split(/\r?\n/)) {
    const [name, ...words] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (!name) continue;
    const end = words.find((word) => word.startsWith("exp:"))?.slice(4);
    const over = end !== undefined && Date.parse(`${end}T23:59:59Z`) < Date.now();
    // Flaws of packages are another matter: `berth scan` reads those.
    if (over || /^(CVE|GHSA|TEMP|RHSA|DSA|DLA|USN)-/i.test(name)) continue;
    const own = ownNames(name);
    if (own.length === 0) remarks.push(`${path}: ${name} has no like here`);
    for (const id of own) rules[id] = "off";
  }
  const failureOf = () => configError(source, []);
  return { name: path, folder: resolve(dirname(path)), value: { rules }, remarks, originOf: () => path, failureOf };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
