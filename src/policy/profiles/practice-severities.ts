// What profiles say of practices where it is not the practice's own weight. The two sites' texts contradict others in places (to
// upgrade packages in a build, to pin them): only profiles can hold both (spec/policy.md section 0, decision 4).

import type { Severity } from "../types.ts";

type Weights = readonly (readonly [practice: string, weight: Severity | "off"])[];

const off = (...ids: readonly string[]): Weights => ids.map((id) => [id, "off"]);

/** Demanded of services on Spin only. */
const SPIN_ONLY = off(
  ...["BAS007", "LAY002", "PRC008", "SEC008", "SEC009", "TAG004", "USR009", "MNT004", "MNT005", "MNT008"],
  ...["RUN004", "RUN005", "RUN013", "NET001", "NET002", "NET003", "NAM001", "NAM002", "REG001", "FSP001", "LOG002"],
);

/** Demanded by NCCS only. */
const NCCS_ONLY = off("BAS001", "BAS002", "PKG001");

export const GENERIC_PRACTICES: Weights = [...SPIN_ONLY, ...NCCS_ONLY, ...off("APP004", "BAS006", "PKG014")];
export const NCCS_PRACTICES: Weights = [...SPIN_ONLY, ...off("PKG013", "PKG014")];
// Where a shared file system is mounted, root in the container would be root on it.
export const SPIN_PRACTICES: Weights = [...NCCS_ONLY, ...off("BAS006", "PKG014"), ["USR001", "error"]];
