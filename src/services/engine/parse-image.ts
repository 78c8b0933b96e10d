// An image as `GET /images/NAME/json` shows it. Podman leaves the health check out of it.

import { fields, imageDigest, instant, number, text, textMap, texts } from "./fields.ts";
import { parseHealthCheck } from "./parse-container.ts";
import type { EngineImage } from "./types.ts";

/** Undefined when the answer is no image. */
export function parseImage(answer: unknown): EngineImage | undefined {
  const whole = fields(answer);
  const id = imageDigest(whole["Id"]);
  if (!id) return undefined;
  const config = fields(whole["Config"]);
  return {
    id,
    // An untagged image has this for a tag, on older engines.
    tags: texts(whole["RepoTags"]).filter((tag) => tag !== "<none>:<none>"),
    digests: texts(whole["RepoDigests"]).filter((digest) => digest !== "<none>@<none>"),
    bytes: number(whole["Size"]),
    createdAt: instant(whole["Created"]) ?? 0,
    labels: textMap(config["Labels"]),
    exposed: Object.keys(fields(config["ExposedPorts"])),
    user: text(config["User"]),
    entrypoint: words(config["Entrypoint"]),
    command: words(config["Cmd"]),
    env: texts(config["Env"]),
    hasHealthCheck: parseHealthCheck(config["Healthcheck"]) !== undefined,
    os: text(whole["Os"]),
    architecture: text(whole["Architecture"]),
  };
}

// Very old images have one text where others have a list.
function words(value: unknown): readonly string[] {
  return typeof value === "string" ? [value] : texts(value);
}
