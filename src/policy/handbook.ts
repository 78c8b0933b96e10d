// The handbook's pages in Markdown: docs/service-rules.md and docs/storage-classes.md. Made from the rules and tables that are
// used; tests keep the files in step.

import type { PolicyConfig } from "./config.ts";
import { explainRules, type RuleRow } from "./explain.ts";
import { formatRanges } from "./port-class.ts";
import { GENERIC } from "./profiles/generic.ts";
import { SPIN } from "./profiles/spin.ts";

/** docs/service-rules.md. */
export function serviceRulesPage(): string {
  const generic = new Map(explainRules(GENERIC).map((row) => [row.id, row]));
  const rows = explainRules(SPIN);
  const summary = rows.map(({ id, title, class: kind, severity }) => [
    `[${id}](#${id.toLowerCase()})`,
    title,
    kind,
    severity,
    generic.get(id)?.severity ?? "",
  ]);
  return [
    RULES_HEAD,
    ...table(["rule", "what it asks for", "class", "`spin`", "`generic`"], summary),
    "",
    ...rows.flatMap(ruleSection),
    "## Tables",
    "",
    ...tablesOf(SPIN),
  ].join("\n");
}

const RULES_HEAD = `# Rules for services

<!-- Made from src/policy; \`npm test -- -u\` writes it anew. -->

Every stack is judged by these rules before anything is done, by the server: whoever asks, and by whatever way. \`berth stack up\` and the
web show what was found in the text of the recipe. A finding of weight **error** stops the deployment; warnings and notes do not.

Where the facts to decide are missing, the finding says so (\`unknown\`); it is counted and never shown as passed. For rules that guard the
node and other people's data, what is not known stops the deployment, too.

A site begins with the profile \`generic\` or \`spin\` and changes what it needs under \`services: policy:\` of \`site.yaml\`:

\`\`\`yaml
services:
  policy:
    profile: spin
    registries:
      registry.example.org: { kind: site, teams: true }
      docker.io: { kind: hub }
    mounts:
      - { path: /gpfs/projects, name: gpfs, minDepth: 2 }
    severities:
      SVC-01: warning # a rule
      SVC-03:external: error # one of its cases
      VOL-03:unknown: error # what missing facts weigh
    waivers:
      - { rule: VOL-02, stack: rover, by: wilma, reason: moves in spring, until: 2027-06-30 }
\`\`\`

A waiver lets through what a rule says against; the finding stays in sight with its name and reason, and comes back when the waiver ends.
`;

function ruleSection(row: RuleRow): readonly string[] {
  const examples = Math.max(row.passes.length, row.fails.length);
  const pairs = Array.from({ length: Math.min(examples, 8) }, (_, index) => [
    code(row.passes[index]),
    code(row.fails[index]),
  ]);
  return [
    `## ${row.id}`,
    "",
    `**${row.title}.** ${row.why}`,
    "",
    `- Says: ${text(row.message)}.`,
    ...(row.hint === undefined ? [] : [`- Cure: ${text(row.hint)}.`]),
    ...row.cases.map(({ name, severity, message }) => `- \`${row.id}:${name}\` (${severity}): ${text(message)}.`),
    `- Looks at: ${row.object}; ${row.class}, ${row.certainty}; when facts are missing: ${row.unknown}. From: ${row.source}.`,
    "",
    ...table(["passes", "fails"], pairs),
    "",
  ];
}

function tablesOf(policy: PolicyConfig): readonly string[] {
  const types = [...policy.serviceTypes].map(([name, { description, reach }]) => [`\`${name}\``, description, reach]);
  const capabilities = [...policy.capabilities].map(([name, one]) => [
    name,
    yes(one.plain),
    yes(one.external),
    one.description,
  ]);
  const ports = [...policy.portClasses].map(([name, one]) => [
    `\`${name}\``,
    one.title,
    one.protocol,
    formatRanges(one.ports),
  ]);
  return [
    "As shipped in the profile `spin`. Sites add to them, or write their own.",
    "",
    "### Names of services",
    "",
    ...table(["name", "what it is", "reached from, at most"], types),
    "",
    "### Capabilities",
    "",
    "To be added after `cap_drop: [ALL]`.",
    "",
    ...table(["capability", "without shared file systems", "with", "lets a service"], capabilities),
    "",
    "### Ports",
    "",
    `Ports ${policy.proxyPorts.join(" and ")} belong to the proxy.`,
    "",
    ...table(["class", "reached", "protocol", "ports"], ports),
    "",
  ];
}

/** docs/storage-classes.md. */
export function storageClassesPage(): string {
  const rows = [...SPIN.storageClasses].map(([name, one]) => {
    const facts = [one.persistent, one.portable].map(yes);
    return [`\`${name}\``, one.title, ...facts, one.performance, yes(one.autoCreated), yes(one.external)];
  });
  const head = ["class", "name", "persistent", "portable", "performance", "auto-created", "externally accessible"];
  return [
    STORAGE_HEAD,
    ...table(head, rows),
    "",
    ...[...SPIN.storageClasses].map(([name, { remark }]) => `- \`${name}\`: ${remark}`),
    "",
    STORAGE_USE,
  ].join("\n");
}

const STORAGE_HEAD = `# Storage classes

<!-- Made from src/policy; \`npm test -- -u\` writes it anew. -->

Where the data of a service can be, as shipped in the profile \`spin\`. *Persistent*: kept when the container is made anew. *Portable*: there
when it starts on another node. *Auto-created*: made by the platform; otherwise it must exist. *Externally accessible*: there outside the
platform, on login and compute nodes, so that the rules of shared file systems hold (VOL-05 to VOL-10, CAP-03).
`;

const STORAGE_USE = `A volume names its class, a folder of a shared file system is mounted by its path:

\`\`\`yaml
services:
  db:
    image: postgres:16
    volumes:
      - data:/var/lib/postgresql/data
      - /global/project/projectdirs/rover/web/images:/srv:ro
volumes:
  data:
    x-berth: { class: nfs }
\`\`\`

Sites add classes, and change these, under \`services: policy: storageClasses:\`; \`defaultStorageClass:\` is that of volumes that name none
(\`local\` here).
`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)];
}

function yes(is: boolean): string {
  return is ? "yes" : "no";
}

function code(shown: string | undefined): string {
  return shown === undefined ? "" : `\`${shown.replaceAll("`", "'")}\``;
}

// Angle brackets would be read as HTML.
function text(sentence: string): string {
  return sentence.replaceAll("<", "&lt;").replace(/\.$/, "");
}
