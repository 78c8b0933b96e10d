// The run-time configuration kept in a SIF file, parsed at the border: anybody may have written it.

import type { RuntimeConfig } from "../oci/types.ts";

/** The configuration in `oci-config.json`; a field of another type than it should have counts as missing. */
export function parseRuntimeConfig(bytes: Uint8Array | undefined): RuntimeConfig | undefined {
  if (bytes === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  return {
    ...text("User", fields),
    ...text("WorkingDir", fields),
    ...text("StopSignal", fields),
    ...words("Env", fields),
    ...words("Entrypoint", fields),
    ...words("Cmd", fields),
  };
}

function text<Name extends string>(name: Name, fields: Readonly<Record<string, unknown>>): { [key in Name]?: string } {
  const value = fields[name];
  return (typeof value === "string" ? { [name]: value } : {}) as { [key in Name]?: string };
}

function words<Name extends string>(
  name: Name,
  fields: Readonly<Record<string, unknown>>,
): { [key in Name]?: string[] } {
  const value = fields[name];
  const good = Array.isArray(value) && value.every((word) => typeof word === "string");
  return (good ? { [name]: value } : {}) as { [key in Name]?: string[] };
}
