// /var/shifterConfig.json: what is set up, in the very form that Shifter compares and scripts read (spec/shifter.md 5.4). Pure.

import { volumeSignature } from "../site/volume.ts";
import type { BatchLaunch, UdiIdentity } from "./types.ts";

/** What identifies the container of a launch. */
export function udiIdentity({ image, person, request, modules }: Omit<BatchLaunch, "config">): UdiIdentity {
  return {
    identifier: image.id,
    user: person.name,
    volMap: volumeSignature(request.volumes),
    modules: modules.map(({ name }) => `${name},`).join(""),
  };
}

/** The file's content, without a newline. */
export function formatIdentity({ identifier, user, volMap, modules }: UdiIdentity): string {
  return JSON.stringify({ identifier, user, volMap, modules });
}
