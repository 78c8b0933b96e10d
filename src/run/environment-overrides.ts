// Variables that the caller sets for the container: --env, --env-file, BERTHENV_*, APPTAINERENV_*, SINGULARITYENV_*,
// and who wins (spec/apptainer.md 1.4, step 5). Pure.

import { defineErrors } from "../base/errors.ts";
import type { Environment } from "../platform/user.ts";
import { isVariableName } from "./environment-host.ts";

const fail = defineErrors({
  E_ENV_FLAG: {
    text: '"{text}" is not of the form NAME=VALUE',
    hint: "write --env NAME=VALUE; several are separated by commas, and a value with a comma is quoted: --env '\"A=1,2\",B=3'",
    exit: 1,
  },
});

/** The winning overrides and what should be said about the others. */
export interface Overrides {
  readonly values: ReadonlyMap<string, string>;
  readonly infos: readonly string[];
  readonly warnings: readonly string[];
}

/** Weakest first. */
const PREFIXES = ["SINGULARITYENV_", "APPTAINERENV_", "BERTHENV_"] as const;
const FORBIDDEN = /^(?:HOME|(?:BERTH|APPTAINER|SINGULARITY)_(?:SHELL|APPNAME))$/;

/** The pairs of one `--env`. With a single `=` the commas belong to the value, as pflag has it. @throws E_ENV_FLAG */
export function parseEnvFlag(text: string): [string, string][] {
  const parts = text.split("=").length === 2 ? [text] : splitCsv(text);
  return parts.map((part) => {
    const equals = part.indexOf("=");
    if (equals < 1) throw fail("E_ENV_FLAG", { text: part });
    return [part.slice(0, equals), part.slice(equals + 1)];
  });
}

/** Splits at commas outside double quotes; a quoted part loses its quotes, and two quotes in it are one (RFC 4180). */
export function splitCsv(text: string): string[] {
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(?:,|$)/.exec(rest);
    const comma = rest.indexOf(",");
    if (quoted) parts.push((quoted[1] ?? "").replaceAll('""', '"'));
    else parts.push(comma < 0 ? rest : rest.slice(0, comma));
    const taken = quoted ? quoted[0].length : comma < 0 ? rest.length : comma + 1;
    const ended = quoted ? !quoted[0].endsWith(",") : comma < 0;
    if (ended) return parts;
    rest = rest.slice(taken);
  }
}

/** Settles who wins: `--env`, then the files (later first), then the prefixed variables of the host. */
export function collectOverrides(
  host: Environment,
  files: readonly ReadonlyMap<string, string>[],
  flags: readonly string[],
): Overrides {
  const values = new Map<string, string>();
  const infos: string[] = [];
  const warnings: string[] = [];
  for (const prefix of PREFIXES) takePrefixed(host, prefix, values, infos, warnings);
  const given = new Map(flags.flatMap(parseEnvFlag));
  for (const file of files) {
    for (const [name, value] of file) {
      if (given.has(name)) warnings.push(`Ignored environment file variable ${name}: override from --env`);
      else values.set(name, value);
    }
  }
  for (const [name, value] of given) values.set(name, value);
  for (const name of values.keys()) {
    if (isVariableName(name) && !FORBIDDEN.test(name)) continue;
    values.delete(name);
    if (FORBIDDEN.test(name)) warnings.push(`Overriding ${name} environment variable is not permitted`);
  }
  return { values, infos, warnings };
}

function takePrefixed(
  host: Environment,
  prefix: (typeof PREFIXES)[number],
  values: Map<string, string>,
  infos: string[],
  warnings: string[],
): void {
  for (const [key, value] of Object.entries(host)) {
    const name = key.startsWith(prefix) ? key.slice(prefix.length) : "";
    if (name === "" || value === undefined) continue;
    const before = values.get(name);
    if (before !== undefined && before !== value) {
      warnings.push(`${key} wins over another value of ${name} under an older prefix`);
    }
    if (
      prefix === "SINGULARITYENV_" &&
      host[`APPTAINERENV_${name}`] === undefined &&
      host[`BERTHENV_${name}`] === undefined
    ) {
      infos.push(`Environment variable ${key} is set, but BERTHENV_${name} is preferred`);
    }
    values.set(name, value);
  }
}
