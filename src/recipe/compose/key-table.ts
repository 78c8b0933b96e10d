// The tables of docs/compose.md, from the tables that the reader goes by.

import { BERTH_KEYS } from "./berth-keys.ts";
import type { KeyRow } from "./key-types.ts";
import { KEYS } from "./keys.ts";
import { RANCHER_KEYS } from "./keys-service.ts";

/** The table of all keys, as Markdown. */
export function keyTable(): string {
  const rancher = new Set(RANCHER_KEYS.map(([path]) => `services.*.${path}`));
  const row = ([path, treatment, reason = "", cure = ""]: KeyRow) =>
    `| \`${path}\`${rancher.has(path) ? " (Rancher)" : ""} | ${treatment} | ${[reason, cure].filter(Boolean).join("; ")} |`;
  const sorted = [...KEYS].sort(([a], [b]) => (a < b ? -1 : 1));
  return ["| key | | |", "|---|---|---|", ...sorted.map(row)].join("\n");
}

const PLACES: Readonly<Record<keyof typeof BERTH_KEYS, string>> = {
  stack: "`x-berth` at the top",
  service: "`x-berth` of a service",
  volume: "`x-berth` of a volume",
  route: "an item of `routes`",
  idle: "`idle`",
  update: "`update`",
  health: "`health`",
  http: "`health.http`",
};

/** The table of berth's own keys, as Markdown. */
export function berthTable(): string {
  const rows = Object.entries(BERTH_KEYS).flatMap(([part, keys]) =>
    Object.entries(keys).map(
      ([key, meaning]) => `| ${PLACES[part as keyof typeof BERTH_KEYS]} | \`${key}\` | ${meaning} |`,
    ),
  );
  return ["| in | key | meaning |", "|---|---|---|", ...rows].join("\n");
}

/** The text with what stands between `<!-- NAME -->` and `<!-- end -->` replaced by the tables. */
export function withTables(text: string): string {
  const put = (whole: string, name: string, table: string) =>
    whole.replace(new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`), (_, begin, end) => `${begin}${table}\n${end}`);
  return put(put(text, "keys", keyTable()), "x-berth", berthTable());
}
