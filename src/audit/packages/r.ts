// R's packages: a DESCRIPTION with a `Built` field is an installed one (Writing R Extensions, 1.1.1); `renv.lock` says what a
// project wants.

import { asObject, jsonObject } from "../../oci/json.ts";
import type { Cataloguer, Found, FoundPackage } from "./cataloguer.ts";
import { textOf } from "./json.ts";
import { type Fields, firstParagraph } from "./paragraphs.ts";

const MAX_BYTES = 4 * 1024 * 1024;
const FIELDS: ReadonlySet<string> = new Set([
  ...["Package", "Version", "Built", "License", "Priority", "Repository", "biocViews", "git_url"],
  ...["RemoteType", "RemoteHost", "RemoteUsername", "RemoteRepo", "RemoteSha"],
]);

/** Installed packages. */
export const rLibrary: Cataloguer = {
  name: "r",
  wants: (path) => (path.endsWith("/DESCRIPTION") ? { maxBytes: MAX_BYTES } : undefined),
  read(_path, bytes): Found {
    const fields = firstParagraph(bytes.toString("utf8"), FIELDS);
    const found = fields.has("Built") ? installed(fields) : undefined;
    return found ? { packages: [found] } : {};
  },
};

/** What a project has locked. */
export const renv: Cataloguer = {
  name: "renv",
  wants: (path) => (/(^|\/)renv\.lock$/.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(_path, bytes): Found {
    const lock = asObject(jsonObject(bytes)?.["Packages"]);
    if (!lock) return { gaps: ["it is no lock file of renv"] };
    return { packages: Object.values(lock).flatMap(locked) };
  },
};

// R itself brings some fifteen packages of its own version, "base" among them; the others say nothing more.
function installed(fields: Fields): FoundPackage | undefined {
  const name = fields.get("Package");
  const version = fields.get("Version");
  if (name === undefined || version === undefined) return undefined;
  if (fields.get("Priority") === "base" && name !== "base") return undefined;
  const licence = fields.get("License");
  const bioconductor = fields.has("biocViews") || fields.get("Repository")?.startsWith("Bioconductor") === true;
  const origin = remoteOf(fields) ?? (bioconductor ? "Bioconductor" : fields.get("Repository"));
  return {
    ...{ ecosystem: "cran", name, version },
    ...(bioconductor ? { type: "bioconductor" } : {}),
    ...(origin === undefined ? {} : { origin }),
    ...(licence === undefined ? {} : { licence }),
  };
}

// Remotes and renv write "standard" for what is from a repository.
function remoteOf(fields: Fields): string | undefined {
  const type = fields.get("RemoteType");
  if (type === undefined || type === "standard" || type === "bioconductor") return undefined;
  const place = [fields.get("RemoteUsername"), fields.get("RemoteRepo")].filter((part) => part !== undefined).join("/");
  return place === "" ? type : `${type}:${place}`;
}

function locked(entry: unknown): readonly FoundPackage[] {
  const record = asObject(entry);
  const name = textOf(record?.["Package"]);
  const version = textOf(record?.["Version"]);
  if (name === undefined || version === undefined) return [];
  const source = textOf(record?.["Source"]);
  const origin = source === "Repository" ? textOf(record?.["Repository"]) : source;
  return [
    {
      ...{ ecosystem: "cran", name, version, locked: true },
      ...(source === "Bioconductor" ? { type: "bioconductor" } : {}),
      ...(origin === undefined ? {} : { origin }),
    },
  ];
}
