// `berth sbom`: the packages of an image as a bill of materials, and bills of other tools in another form.

import { Command } from "commander";
import { withCheckExits } from "./check-exits.ts";
import { choiceOf } from "./choice-flag.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { SOURCE_FLAGS } from "./source-flags.ts";

/** What can be written. */
export const BILL_FORMATS = ["cyclonedx", "spdx", "list"] as const;

const FLAGS = [
  {
    long: "format",
    kind: "text",
    value: "name",
    env: [],
    help: "cyclonedx (1.6, default), spdx (2.3), or list: one package URL a line",
  },
  { long: "output", short: "o", kind: "text", value: "file", env: [], help: "write to a file" },
  { long: "strict", kind: "switch", env: [], help: "status 4 when a part of the image could not be read" },
  ...SOURCE_FLAGS,
] as const satisfies readonly FlagSpec[];

/** `berth sbom IMAGE`. */
export function sbomCommand(context: Context): Command {
  const command = new Command("sbom")
    .summary("list the packages in an image: CycloneDX, SPDX")
    .description("Writes the bill of materials of IMAGE: a SIF file, a folder, oci:…, docker://…, or a bill in JSON.")
    .usage("[options] IMAGE")
    .argument("<image>");
  return addFlags(command, FLAGS).action((word: string) =>
    withCheckExits(async () => {
      const values = readFlags(command, FLAGS, context.env);
      const format = choiceOf("format", values.format, BILL_FORMATS) ?? "cyclonedx";
      const { writeBill } = await import("./sbom-work.ts");
      return writeBill(word, { format, values }, context);
    }),
  );
}
