// `berth scan`: known flaws in the packages of an image, or of a bill of materials.

import { Command } from "commander";
import { withCheckExits } from "./check-exits.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec, FlagValues } from "./flags.ts";
import { SOURCE_FLAGS } from "./source-flags.ts";
import { STORE_FLAG } from "./store-flag.ts";

export const SCAN_FLAGS = [
  { long: "format", kind: "text", value: "name", env: ["SCAN_FORMAT"], help: "tty (default), json or sarif" },
  { long: "output", short: "o", kind: "text", value: "file", env: [], help: "write the report there" },
  {
    long: "min-severity",
    kind: "text",
    value: "level",
    env: ["SCAN_MIN_SEVERITY"],
    help: "show and count from critical, high, medium or low (default) on",
  },
  { long: "ignore-unfixed", kind: "switch", env: [], help: "leave out flaws without a fix" },
  {
    long: "vex",
    kind: "list",
    value: "file",
    env: [],
    help: "what makers say of flaws: OpenVEX or CSAF VEX, or a folder of them",
  },
  {
    long: "waivers",
    kind: "list",
    value: "file",
    env: [],
    help: "flaws that the site has accepted for a time; a file or a folder",
  },
  { long: "sbom", kind: "switch", env: [], help: "the argument is a bill of materials, whatever its name" },
  {
    long: "engine",
    kind: "list",
    value: "name",
    env: [],
    help: "have another program look too: trivy, grype or osv-scanner",
  },
  {
    long: "possible",
    kind: "switch",
    env: [],
    help: "name, too, what packages of Spack, EasyBuild and conda may have by their name alone; never counted",
  },
  { long: "only-engines", kind: "switch", env: [], help: "ask those programs only, not berth's own advisories" },
  { long: "strict", kind: "switch", env: [], help: "exit with 4 when something could not be looked at" },
  STORE_FLAG,
  ...SOURCE_FLAGS,
] as const satisfies readonly FlagSpec[];

/** The values of the flags. */
export type ScanFlags = FlagValues<typeof SCAN_FLAGS>;

/** `berth scan IMAGE`. */
export function scanCommand(context: Context): Command {
  const command = new Command("scan")
    .summary("look for known flaws in the packages of an image")
    .description(
      "Looks for known flaws in the packages of an image, a SIF file or a bill of materials (CycloneDX or SPDX), with the advisories that berth advisories keeps. Ends with 0 when there is nothing from --min-severity on, 1 when there is, 2 for a wrong call, 3 when the scan failed, and 4 with --strict when something could not be looked at.",
    )
    .usage("[options] IMAGE|SIF|SBOM.json")
    .argument("<image>");
  return addFlags(command, SCAN_FLAGS).action(async (target: string) => {
    await withCheckExits(async () => {
      const { scan } = await import("./scan-run.ts");
      return await scan(target, readFlags(command, SCAN_FLAGS, context.env), context);
    });
  });
}
