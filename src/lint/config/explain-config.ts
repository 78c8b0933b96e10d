// The configuration that holds for a file, every value with its origin, as a text that reads like a policy file.

import type { PracticeConfig } from "../../policy/practice-config.ts";
import type { OriginRuling } from "./rulings.ts";

/** Key as written, and the table that it changes, where their names are not the same. */
const RENAMED: Readonly<Record<string, keyof PracticeConfig>> = { bindDirs: "bindDirectories", thresholds: "limits" };
const OWN_NAMES = new Map<string, string>(Object.entries(RENAMED).map(([key, table]) => [table, key]));

/** Lines `key: value  # where from`. */
export function explainConfig({ policy, settings, origins, remarks, layers }: OriginRuling): string {
  const shipped = `profile ${policy.profile}`;
  const rows: (readonly [text: string, origin: string])[] = [
    [`profile: ${policy.profile}`, origins.get("profile") ?? "as shipped"],
    ...Object.entries(settings).map(([key, value]) => [`${key}: ${value}`, origins.get(key) ?? shipped] as const),
    ["rules:", ""],
    ...[...policy.severities].map(
      ([id, weight]) => [`  ${id}: ${weight}`, origins.get(`rules.${id}`) ?? shipped] as const,
    ),
    ...Object.entries(policy.practices).map(([table, value]) => {
      const key = OWN_NAMES.get(table) ?? table;
      return [`${key}: ${shown(value)}`, origins.get(key) ?? shipped] as const;
    }),
  ];
  const read = [...new Set(layers.map(({ name }) => name))];
  const head = read.length === 0 ? ["# no configuration was found"] : read.map((name) => `# read: ${name}`);
  return [...head, ...rows.map(rowText), ...remarks.map((remark) => `# does not count: ${remark}`), ""].join("\n");
}

function rowText([text, origin]: readonly [string, string]): string {
  return origin === "" ? text : `${text.padEnd(40)}  # ${origin}`;
}

function shown(value: unknown): string {
  return JSON.stringify(value instanceof Map ? Object.fromEntries(value) : value) ?? "null";
}
