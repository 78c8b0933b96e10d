// Debian's and Ubuntu's packages: dpkg's status file, the one-package files of distroless images, and the lists of files that
// packages brought (dpkg(1), deb-control(5)).

import type { Cataloguer, Found, FoundPackage, OwnedPaths } from "./cataloguer.ts";
import { type Fields, paragraphs } from "./paragraphs.ts";
import { tellingPath } from "./telling-path.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const STATUS = /^var\/lib\/dpkg\/status(?:\.d\/[^/]+)?$/;
const LIST = /^var\/lib\/dpkg\/(?:info\/([^/]+)\.list|status\.d\/([^/]+)\.md5sums)$/;
const FIELDS: ReadonlySet<string> = new Set([
  ...["Package", "Status", "Version", "Architecture", "Source", "Maintainer", "Origin"],
]);

/** States of packages of which at most the configuration is left (dpkg(1), "Package states"). */
const ABSENT: ReadonlySet<string> = new Set(["not-installed", "config-files"]);

/** What is installed. */
export const dpkg: Cataloguer = {
  name: "dpkg",
  wants: (path) => (STATUS.test(path) && !LIST.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(_path, bytes): Found {
    const packages: FoundPackage[] = [];
    for (const fields of paragraphs(bytes.toString("utf8"), FIELDS)) {
      const found = packageOf(fields);
      if (found) packages.push(found);
    }
    return { packages };
  },
};

/** Which package brought what. */
export const dpkgList: Cataloguer = {
  name: "dpkg-list",
  wants: (path) => (LIST.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(path, bytes): Found {
    const [, listed, summed] = LIST.exec(path) ?? [];
    const name = (listed ?? summed ?? "").replace(/:[^:]*$/, "");
    // A sum is 32 digits and two spaces before the path.
    const lines = bytes.toString("utf8").split("\n");
    const paths = lines.flatMap((line) => tellingPath(summed === undefined ? line : line.slice(34)) ?? []);
    const owner: OwnedPaths = { ecosystem: "deb", name, paths };
    return paths.length > 0 ? { owned: [owner] } : {};
  },
};

// A distroless image has no Status field. What is half configured, or waits for triggers, is there with all its files.
function packageOf(fields: Fields): FoundPackage | undefined {
  const name = fields.get("Package");
  const version = fields.get("Version");
  const status = fields.get("Status");
  if (name === undefined || version === undefined) return undefined;
  if (ABSENT.has(status?.split(" ")[2] ?? "")) return undefined;
  const origin = fields.get("Origin") ?? fields.get("Maintainer");
  const arch = fields.get("Architecture");
  return {
    ...{ ecosystem: "deb", name, version, source: sourceOf(fields.get("Source"), name, version) },
    ...(arch === undefined ? {} : { arch }),
    ...(origin === undefined ? {} : { origin }),
  };
}

// `Source: glibc (2.36-9)`; either half stands only where it differs from the package's own.
function sourceOf(field: string | undefined, name: string, version: string): NonNullable<FoundPackage["source"]> {
  const [source, own] = (field ?? name).split(" ", 2);
  return { name: source || name, version: own?.replace(/^\(|\)$/g, "") || version };
}
