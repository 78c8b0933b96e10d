// What an image says of itself: configuration, labels and history, in the words that practices use. Strangers wrote it; the
// fields that the image room has checked are taken from there, the others are taken only when they have the right form.

import { asObject, asString, asStrings, type JsonObject, jsonObject } from "../oci/json.ts";
import type { ImageConfig, OciImage } from "../oci/types.ts";
import type { AuditedConfig, HistoryEntry } from "./types.ts";

/** Of one image; builders make a line for each step. */
const MAX_HISTORY = 10_000;

/** Configuration and history of an image; `annotations` are those of its manifest. */
export function configOf(
  { config, configBytes }: Pick<OciImage, "config" | "configBytes">,
  annotations: Readonly<Record<string, string>> = {},
): { readonly config: AuditedConfig; readonly history: readonly HistoryEntry[] } {
  const document = jsonObject(configBytes) ?? {};
  return { config: auditedConfig(config, document, annotations), history: historyOf(document) };
}

function auditedConfig(
  { created, os, architecture, config = {}, rootfs }: ImageConfig,
  document: JsonObject,
  annotations: Readonly<Record<string, string>>,
): AuditedConfig {
  const raw = asObject(document["config"]) ?? {};
  return {
    ...{ created, os, architecture },
    user: config.User ?? "",
    env: config.Env ?? [],
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    workingDirectory: config.WorkingDir ?? "",
    labels: { ...annotations, ...config.Labels },
    exposed: Object.keys(config.ExposedPorts ?? {}),
    volumes: Object.keys(config.Volumes ?? {}),
    healthCheck: asStrings(asObject(raw["Healthcheck"])?.["Test"]),
    stopSignal: config.StopSignal,
    onBuild: asStrings(raw["OnBuild"] ?? []) ?? [],
    diffIds: rootfs.diff_ids,
  };
}

function historyOf(document: JsonObject): readonly HistoryEntry[] {
  const list = document["history"];
  if (!Array.isArray(list)) return [];
  return (list as unknown[]).slice(0, MAX_HISTORY).map((value) => {
    const line = asObject(value) ?? {};
    return {
      created: asString(line["created"]),
      createdBy: asString(line["created_by"]) ?? "",
      comment: asString(line["comment"]) ?? "",
      empty: line["empty_layer"] === true,
    };
  });
}

/** The line of the history that made each layer; undefined for all when history and layers do not go together. */
export function makersOf(history: readonly HistoryEntry[], layers: number): readonly (HistoryEntry | undefined)[] {
  const makers = history.filter(({ empty }) => !empty);
  return Array.from({ length: layers }, (_, index) => (makers.length === layers ? makers[index] : undefined));
}
