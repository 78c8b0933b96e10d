// Folders of the host that a site lends to services. What would lend the node itself is refused here, whoever asks.

import type { MountRoot } from "../../policy/config.ts";
import { enginePartOf, plainPath } from "../../policy/host-path.ts";
import type { PolicyPlace } from "./policy.ts";
import type { PolicyFile } from "./policy-schema.ts";

/** The folders, with what is not said filled in on the careful side. */
export function resolveMounts(
  file: NonNullable<PolicyFile["mounts"]>,
  { path, found }: PolicyPlace,
): readonly MountRoot[] {
  return file.map((one, index) => {
    const at = [...path, "mounts", index, "path"];
    const plain = plainPath(one.path);
    const engine = enginePartOf(plain);
    if (one.path.split("/").includes(".."))
      found.wrong(at, `has .. in it: ${one.path}`, `write ${plain}, if that is meant`);
    else if (engine !== undefined) found.wrong(at, `would lend the engine's own ${engine}`, "name a folder of its own");
    else if (OF_THE_NODE.test(plain)) found.odd(at, `lends a folder of the node itself: ${plain}`);
    const careful = { external: true, rootSquash: true, minDepth: 0, readOnly: false };
    return { ...careful, ...one, path: plain };
  });
}

const OF_THE_NODE = /^\/(bin|boot|dev|etc|lib\w*|proc|root|sbin|sys|usr|var)(\/|$)/;
