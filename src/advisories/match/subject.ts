// What a flaw is said to be in: a source package where distributions build several from one, so that it counts once for them.

import type { Package } from "../../audit/types.ts";

/** Name and version that flaws of a package are put under. */
export interface FlawSubject {
  readonly name: string;
  readonly installed: string;
}

/** The subject of a package. */
export function subjectOf({ ecosystem, name, version, source }: Package): FlawSubject {
  // The version of a source rpm lacks the epoch.
  const bySource = (ecosystem === "deb" || ecosystem === "apk") && source?.version;
  return { name: source?.name ?? name, installed: bySource || version };
}
