// Packages that Spack or EasyBuild built: the file that each leaves beside what it installed. Neither has advisories of its
// own.

import { asObject, type JsonObject, jsonObject } from "../../oci/json.ts";
import type { Cataloguer, Found, FoundPackage } from "./cataloguer.ts";
import { listOf, textOf } from "./json.ts";

const MAX_BYTES = 16 * 1024 * 1024;
const SPEC = /(?:^|\/)\.spack\/spec\.json$/;
const EASYCONFIG = /(?:^|\/)software\/([^/]+)\/([^/]+)\/easybuild\/[^/]+\.eb$/;
const ASSIGNMENT = /^(name|version|versionsuffix)\s*=\s*(?:"([^"\n]{0,200})"|'([^'\n]{0,200})')/gm;

export const spack: Cataloguer = {
  name: "spack",
  wants: (path) => (SPEC.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(_path, bytes): Found {
    const found = rootOf(asObject(jsonObject(bytes)?.["spec"])?.["nodes"] ?? jsonObject(bytes)?.["spec"]);
    return found ? { packages: [found] } : { gaps: ["it is no specification of Spack"] };
  },
};

export const easybuild: Cataloguer = {
  name: "easybuild",
  wants: (path) => (EASYCONFIG.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(path, bytes): Found {
    const [, folder = "", installed = ""] = EASYCONFIG.exec(path) ?? [];
    const values = new Map<string, string>();
    for (const [, key = "", double, single] of bytes.toString("utf8").matchAll(ASSIGNMENT))
      if (!values.has(key)) values.set(key, double ?? single ?? "");
    // The folder's version goes on with toolchain and suffix; the recipe's own is what the package calls itself.
    const version = values.get("version") || installed;
    return { packages: [{ ecosystem: "easybuild", name: values.get("name") || folder, version }] };
  },
};

// The first node is the package itself, the others what it was built with. Before Spack 0.17 a node was `{name: {…}}`.
function rootOf(nodes: unknown): FoundPackage | undefined {
  const first = asObject(listOf(nodes)[0]);
  const [only, ...more] = Object.entries(first ?? {});
  const old = only && more.length === 0 ? asObject(only[1]) : undefined;
  const node: JsonObject | undefined = old && only ? { name: only[0], ...old } : first;
  const name = textOf(node?.["name"]);
  const version = textOf(node?.["version"]);
  if (name === undefined || version === undefined) return undefined;
  const hash = textOf(node?.["hash"]);
  const origin = textOf(node?.["namespace"]);
  return {
    ...{ ecosystem: "spack", name, version },
    ...(hash === undefined ? {} : { qualifiers: { hash } }),
    ...(origin === undefined ? {} : { origin }),
  };
}
