// Conda's packages: one JSON file for each in `conda-meta` of an environment, which may lie anywhere. Knows nothing of what
// the same package is called elsewhere.

import { type JsonObject, jsonObject } from "../../oci/json.ts";
import type { Cataloguer, Found, FoundPackage } from "./cataloguer.ts";
import { listOf, textOf } from "./json.ts";
import { canonicalPath, tellingPath } from "./telling-path.ts";
import { withoutCredentials } from "./web-address.ts";

const MAX_BYTES = 32 * 1024 * 1024;
const PLACE = /^(.*?)(?:^|\/)conda-meta\/[^/]+\.json$/;

/** In the cache that conda installs from, which needs no environment beside it. */
const CACHED = /^(.*?)(?:^|\/)pkgs\/[^/]+\/info\/index\.json$/;

export const conda: Cataloguer = {
  name: "conda",
  wants: (path) => (PLACE.test(path) || CACHED.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(path, bytes): Found {
    const cache = CACHED.exec(path)?.[1];
    if (cache !== undefined) return { prefix: cache };
    const prefix = PLACE.exec(path)?.[1] ?? "";
    const record = jsonObject(bytes);
    const found = record && packageOf(record);
    if (!found) return { gaps: ["it is no record of a package"] };
    const within = (file: unknown) =>
      typeof file === "string" && tellingPath(file) !== undefined ? [canonicalPath(`${prefix}/${file}`)] : [];
    const paths = listOf(record["files"]).flatMap(within);
    const owned = paths.length > 0 ? [{ ecosystem: "conda", name: found.name, paths } as const] : [];
    return { packages: [found], owned, prefix };
  },
};

function packageOf(record: JsonObject): FoundPackage | undefined {
  const name = textOf(record["name"]);
  const version = textOf(record["version"]);
  if (name === undefined || version === undefined) return undefined;
  const channel = channelOf(record);
  const subdir = textOf(record["subdir"]);
  const build = textOf(record["build"]);
  const licence = textOf(record["license"]);
  return {
    ...{ ecosystem: "conda", name, version },
    ...(subdir === undefined ? {} : { arch: subdir }),
    ...(channel === undefined ? {} : { origin: channel }),
    ...(licence === undefined ? {} : { licence }),
    qualifiers: {
      ...(build === undefined ? {} : { build }),
      ...(channel === undefined ? {} : { channel }),
      ...(subdir === undefined ? {} : { subdir }),
    },
  };
}

// An address ends in the platform: `https://channels.example.org/conda-forge/linux-64`. Mirrors keep the last name.
function channelOf(record: JsonObject): string | undefined {
  const written = textOf(record["channel"]) ?? textOf(record["schannel"]);
  if (written === undefined || !written.includes("://")) return written;
  const parts = withoutCredentials(written)
    .split("/")
    .slice(3)
    .filter((part) => part !== "");
  const subdir = textOf(record["subdir"]);
  if (parts.at(-1) === subdir || parts.at(-1) === "noarch") parts.pop();
  return parts.slice(-2).join("/") || withoutCredentials(written);
}
