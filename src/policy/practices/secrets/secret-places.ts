// What secrets are called, and images that must not become public: SEC009, SEC010.

import type { Range } from "../../../base/source.ts";
import { type MapNode, scalarText, valueAt } from "../../../recipe/compose/tree.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, ComposeSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";

const described = (name: string, description: string) => ({ secrets: new Map([[name, { description }]]) });
const stack = (name: string, mode = "") =>
  `name: portal\nservices:\n  db:\n    image: mysql:8.4.2\n    secrets:\n      - source: ${name}${mode}\nsecrets:\n  ${name}:\n    external: true\n`;

export const SECRET_NAMES = practice({
  id: "SEC009",
  title: "A secret's name says where it belongs, its description whose it is",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the secret {name} is not called {form}",
  hint: "name it SERVICE.STACK.FILE for one service, STACK.FILE for several",
  why: "Secrets that nobody can place are never removed, and nobody knows whom to ask what they open.",
  source: "Spin: Naming Convention for Secrets",
  peers: [],
  counterparts: ["SEC-01", "SEC-03", "SEC-06"],
  cases: {
    owner: { message: "the description of the secret {name} names no owner", hint: "write owner:ACCOUNT into it" },
    mode: { message: "the file of the secret {name} has mode {mode}: others may read it", hint: "set mode: 0400" },
  },
  checks: { compose: namesIn },
  passes: [
    {
      shows: "db.portal.mysql_password",
      profile: "spin",
      compose: stack("db.portal.mysql_password", "\n        mode: 0400"),
      facts: described("db.portal.mysql_password", "root of mysql, owner:fred"),
    },
    {
      shows: "portal.tls.key",
      profile: "spin",
      compose: stack("portal.tls.key"),
      facts: described("portal.tls.key", "owner: fred"),
    },
    { shows: "no secrets", profile: "spin", compose: "image: mysql:8.4.2\n" },
  ],
  fails: [
    {
      shows: "pw",
      profile: "spin",
      compose: stack("pw"),
      facts: described("pw", "owner:fred"),
      expect: { line: 8, says: "the secret pw" },
    },
    {
      shows: "no owner",
      profile: "spin",
      compose: stack("portal.pw"),
      facts: described("portal.pw", ""),
      expect: { case: "owner" },
    },
    {
      shows: "a mode for others",
      profile: "spin",
      compose: stack("portal.pw", "\n        mode: 0444"),
      facts: described("portal.pw", "owner:fred"),
      expect: { case: "mode", says: "mode 0444" },
    },
    { shows: "nobody looked", profile: "spin", compose: stack("portal.pw"), expect: { certainty: "unknown" } },
  ],
});

const PART = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

function namesIn({ spec, tree, facts }: ComposeSubject): readonly Hit[] {
  if (!spec) return [];
  const secrets = valueAt(tree, "secrets");
  const placeOf = (key: string): Range =>
    (secrets?.kind === "map" ? secrets.entries.get(key)?.at.range : undefined) ?? tree.at.range;
  const services = spec.services.map(({ name }) => name);
  const names = spec.secrets.flatMap(({ name: key, store }): readonly Hit[] => {
    const name = writtenName(tree, key);
    const range = placeOf(key);
    const wrong = isPlaced(name, spec.name, services)
      ? []
      : [{ fields: { name, form: `${spec.name}.FILE or SERVICE.${spec.name}.FILE` }, range }];
    const described = facts.secrets?.get(name) ?? facts.secrets?.get(store);
    if (!facts.secrets) return [...wrong, { ...unknown(`what the description of the secret ${name} says`), range }];
    const owned = described === undefined || /(^|[\s,;(])owner:\s*[A-Za-z_]/.test(described.description);
    return owned ? wrong : [...wrong, { case: "owner", fields: { name }, range }];
  });
  const modes = spec.services.flatMap((service) =>
    service.secrets
      .filter(({ mode }) => mode !== undefined && mode !== 0o400)
      .map(({ name, mode = 0 }) => ({
        case: "mode",
        fields: { name, mode: mode.toString(8).padStart(4, "0") },
        range: placeOf(name),
      })),
  );
  return [...names, ...modes];
}

// berth's store puts the stack's name in front of one that has none; the platform that the rule is of does not.
function writtenName(tree: MapNode, key: string): string {
  const name = valueAt(valueAt(valueAt(tree, "secrets"), key), "name");
  return (name && scalarText(name)) ?? key;
}

// The stack's name may be that of a compose file without one; then any stack is taken.
function isPlaced(name: string, stackName: string, services: readonly string[]): boolean {
  const parts = name.split(".");
  if (!parts.every((part) => part !== "")) return false;
  if (parts[0] === stackName) return parts.length >= 2;
  if (parts[1] === stackName && services.includes(parts[0] ?? "")) return parts.length >= 3;
  return parts.length >= 3 && services.includes(parts[0] ?? "") && PART.test(parts[1] ?? "");
}

const classed = (value: string) => exampleConfig({ labels: { "org.berth.data-class": value } });

export const CLOSED_DATA = practice({
  id: "SEC010",
  title: "Images with closed data stay in closed places",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "the image is labelled {label}={value} and lies in a public repository",
  hint: "move it to a project that only its people can read, and delete it here",
  why: "What was public once has been copied, and export rules do not ask for how long.",
  source: "N2.12",
  peers: [],
  unknown: "error",
  checks: { image: closedData },
  passes: [
    { shows: "a private project", image: { config: classed("itar") }, facts: { publicRepository: false } },
    { shows: "open data", image: { config: classed("open") }, facts: { publicRepository: true } },
  ],
  fails: [
    {
      shows: "itar in a public project",
      image: { config: classed("ITAR") },
      facts: { publicRepository: true },
      expect: { says: "org.berth.data-class=ITAR" },
    },
    { shows: "nobody looked", image: { config: classed("itar") }, expect: { certainty: "unknown", severity: "error" } },
  ],
});

function closedData({ image: { config }, tables: { dataClass }, facts }: AuditSubject): Hit | undefined {
  if (!config) return unknown("which class of data the image's label names");
  const value = config.labels[dataClass.label];
  if (value === undefined || !dataClass.closed.includes(value.trim().toLowerCase())) return undefined;
  if (facts.publicRepository === undefined) return unknown("whether the repository of the image is public");
  return facts.publicRepository ? { fields: { label: dataClass.label, value } } : undefined;
}
