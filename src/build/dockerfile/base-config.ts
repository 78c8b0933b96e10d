// The configuration that a stage inherits from its base image, with Docker's own fields (health check, triggers), which
// the image's document holds beside those of the OCI. Strangers wrote it: what is not of the right type is left out.

import { posix } from "node:path";
import { asObject, asString, asStrings, type JsonObject, jsonObject } from "../../oci/json.ts";
import type { Platform } from "../../oci/types.ts";
import type { BaseImage, BuiltConfig, HealthCheck } from "../types.ts";

/** What a base image hands on. */
export interface BaseConfig {
  readonly config: BuiltConfig;
  readonly author: string | undefined;
  readonly platform: Platform;
  /** ONBUILD instructions that the image's author left for whoever builds on it. */
  readonly triggers: readonly string[];
}

const TIMES = ["Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"] as const;

/** The configuration of a base; without one, that of `FROM scratch`. */
export function baseConfig(base: BaseImage | undefined, platform: Platform): BaseConfig {
  if (base === undefined) return { config: { WorkingDir: "/" }, author: undefined, platform, triggers: [] };
  const { config, os, architecture, variant } = base.image.config;
  const document = jsonObject(base.image.configBytes);
  const runtime = asObject(document?.["config"]);
  const check = healthCheck(asObject(runtime?.["Healthcheck"]));
  const folder = config?.WorkingDir;
  return {
    config: {
      ...config,
      ...(folder === undefined ? {} : { WorkingDir: folder.startsWith("/") ? folder : posix.join("/", folder) }),
      ...(check === undefined ? {} : { Healthcheck: check }),
    },
    author: asString(document?.["author"]) || undefined,
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    triggers: asStrings(runtime?.["OnBuild"] ?? []) ?? [],
  };
}

function healthCheck(object: JsonObject | undefined): HealthCheck | undefined {
  const Test = asStrings(object?.["Test"]);
  if (Test === undefined) return undefined;
  const numbers = TIMES.map((name) => [name, object?.[name]]).filter(
    ([, value]) => typeof value === "number" && value > 0,
  );
  return { Test, ...(Object.fromEntries(numbers) as Partial<Record<(typeof TIMES)[number], number>>) };
}
