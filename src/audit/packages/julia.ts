// Julia's packages: the manifest of an environment (Pkg's documentation, "Manifest.toml"), in both of its forms. Manifests
// inside of downloaded packages are about their tests.

import { parse } from "smol-toml";
import { asObject, type JsonObject } from "../../oci/json.ts";
import type { Cataloguer, Found, FoundPackage } from "./cataloguer.ts";
import { listOf, textOf } from "./json.ts";
import { withoutCredentials } from "./web-address.ts";

const MAX_BYTES = 4 * 1024 * 1024;
const PLACE = /(?:^|\/)(?:Julia)?Manifest(?:-v[0-9.]+)?\.toml$/;
const INSIDE_PACKAGE = /(?:^|\/)packages\/[^/]+\/[A-Za-z0-9]{5}\//;

export const julia: Cataloguer = {
  name: "julia",
  wants: (path) => (PLACE.test(path) && !INSIDE_PACKAGE.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(_path, bytes): Found {
    const manifest = asObject(parse(bytes.toString("utf8")));
    const packages = asObject(manifest?.["deps"]) ?? manifest ?? {};
    return {
      packages: Object.entries(packages).flatMap(([name, entries]) =>
        listOf(entries).flatMap((entry) => packageOf(name, asObject(entry))),
      ),
    };
  },
};

// Libraries that are part of Julia have no version of their own.
function packageOf(name: string, entry: JsonObject | undefined): readonly FoundPackage[] {
  const version = textOf(entry?.["version"]);
  if (version === undefined) return [];
  const uuid = textOf(entry?.["uuid"]);
  const origin = addressOf(entry) ?? (textOf(entry?.["path"]) === undefined ? undefined : "a local path");
  return [
    {
      ...{ ecosystem: "julia", name, version },
      ...(uuid === undefined ? {} : { qualifiers: { uuid } }),
      ...(origin === undefined ? {} : { origin }),
    },
  ];
}

function addressOf(entry: JsonObject | undefined): string | undefined {
  const address = textOf(entry?.["repo-url"]);
  return address === undefined ? undefined : withoutCredentials(address);
}
