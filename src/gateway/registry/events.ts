// Notifications of a Distribution registry (its "events" envelope), read into what they change. Pure; what is malformed
// or of no concern is left out, since the registry would only send it again.

import { asObject, asString, type JsonObject } from "../../oci/json.ts";
import { isRepositoryName } from "./scope.ts";
import type { PushedManifest } from "./shelf.ts";

/** What a notification means to the gateway. */
export type RegistryChange =
  | { readonly kind: "pushed"; readonly manifest: PushedManifest }
  | { readonly kind: "removed"; readonly repository: string; readonly digest: string }
  | { readonly kind: "untagged"; readonly repository: string; readonly tag: string };

const MANIFEST = /^application\/vnd\.(?:oci\.image\.(?:manifest|index)|docker\.distribution\.manifest)/;
const DIGEST = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const MAX_EVENTS = 1000;

/** The changes of an envelope, in its order; undefined: it is none. */
export function changesOf(envelope: unknown, now: number): readonly RegistryChange[] | undefined {
  const events = asObject(envelope)?.["events"];
  if (!Array.isArray(events)) return undefined;
  return events.slice(0, MAX_EVENTS).flatMap((event) => changeOf(asObject(event) ?? {}, now));
}

function changeOf(event: JsonObject, now: number): readonly RegistryChange[] {
  const target = asObject(event["target"]) ?? {};
  const repository = asString(target["repository"]) ?? "";
  const digest = matching(DIGEST, target["digest"]);
  const tag = matching(TAG, target["tag"]);
  if (!isRepositoryName(repository)) return [];
  if (event["action"] === "delete") {
    if (digest !== undefined) return [{ kind: "removed", repository, digest }];
    return tag === undefined ? [] : [{ kind: "untagged", repository, tag }];
  }
  const mediaType = matching(MANIFEST, target["mediaType"]);
  if (event["action"] !== "push" || digest === undefined || mediaType === undefined) return [];
  const by = (asString(asObject(event["actor"])?.["name"]) ?? "").slice(0, 255);
  const bytes = typeof target["size"] === "number" && Number.isSafeInteger(target["size"]) ? target["size"] : 0;
  const at = timeOf(event["timestamp"], now);
  return [{ kind: "pushed", manifest: { repository, tag, digest, mediaType, bytes, by, at } }];
}

function matching(pattern: RegExp, value: unknown): string | undefined {
  const text = asString(value);
  return text !== undefined && pattern.test(text) ? text : undefined;
}

// The order of pushes is the registry's; a clock ahead of ours must not keep later ones out.
function timeOf(value: unknown, now: number): number {
  const time = Date.parse(asString(value) ?? "") / 1000;
  return Number.isFinite(time) ? Math.min(time, now) : now;
}
