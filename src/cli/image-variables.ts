// Variables that an image sets by its OCI configuration, for commands that look into images without running them.

import { hasCode } from "../base/errors.ts";

/** The directories of LD_LIBRARY_PATH as the image sets it; none when it has no configuration or does not set it. */
export async function imageLibraryPath(path: string): Promise<readonly string[]> {
  const { ociConfigOf } = await import("../image/inspect/index.ts");
  try {
    const document: unknown = JSON.parse(Buffer.from(await ociConfigOf(path)).toString("utf8"));
    const found = variablesOf(document).find((one) => one.startsWith("LD_LIBRARY_PATH="));
    return (found ?? "").replace(/^LD_LIBRARY_PATH=/, "").split(":");
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, "E_INSPECT_NO_OCI")) return [];
    throw error;
  }
}

function variablesOf(document: unknown): string[] {
  const config = field(document, "config");
  const env = field(config, "Env");
  return Array.isArray(env) ? env.filter((one) => typeof one === "string") : [];
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
