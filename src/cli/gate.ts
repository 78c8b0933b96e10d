// `berth gate judge|show|attach`: verdicts on images outside of a gateway. What they do is in gate-work.ts.

import { Command } from "commander";
import { withCheckExits } from "./check-exits.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { SIGNER_FLAGS } from "./signer-flags.ts";
import { SOURCE_FLAGS } from "./source-flags.ts";

const JSON_FLAG = { long: "json", kind: "switch", env: [], help: "as JSON" } as const satisfies FlagSpec;
const VERIFY_KEYS = {
  long: "verify-key",
  kind: "list",
  value: "file",
  env: [],
  help: "public key (PEM) of the site; one of them must have signed",
} as const satisfies FlagSpec;

const JUDGE_FLAGS = [
  {
    long: "profile",
    kind: "text",
    value: "name",
    env: ["LINT_PROFILE"],
    help: "generic, nccs or spin; that of the site's gateway unless said",
  },
  {
    long: "config",
    kind: "text",
    value: "file",
    env: ["LINT_CONFIG"],
    help: "a policy file over the site's, as for lint",
  },
  { long: "key", kind: "text", value: "file", env: [], help: "private key (PEM) that signs the verdict" },
  { long: "output", short: "o", kind: "text", value: "file", env: [], help: "write the verdict there" },
  { long: "no-scan", kind: "switch", env: [], help: "do not look for known flaws" },
  { long: "store", kind: "text", value: "dir", env: ["ADVISORIES"], help: "folder of the advisories" },
  ...SIGNER_FLAGS,
  { long: "strict", kind: "switch", env: [], help: "status 4 when a demand could not be checked" },
  JSON_FLAG,
  ...SOURCE_FLAGS,
] as const satisfies readonly FlagSpec[];

const SHOW_FLAGS = [VERIFY_KEYS, JSON_FLAG] as const satisfies readonly FlagSpec[];
const ATTACH_FLAGS = [VERIFY_KEYS, ...SOURCE_FLAGS] as const satisfies readonly FlagSpec[];

export type JudgeFlags = ReturnType<typeof readFlags<typeof JUDGE_FLAGS>>;
export type ShowFlags = ReturnType<typeof readFlags<typeof SHOW_FLAGS>>;
export type AttachFlags = ReturnType<typeof readFlags<typeof ATTACH_FLAGS>>;

/** `berth gate`. */
export function gateCommand(context: Context): Command {
  const command = new Command("gate").description(
    "Judges images by the practices of the site, the advisories and their signatures, and keeps the signed verdict beside them. Ends with 0 for accepted or warned, 1 for refused, 4 with --strict for what is unknown.",
  );
  for (const part of [judgeCommand, showCommand, attachCommand]) command.addCommand(part(context));
  return command;
}

function judgeCommand(context: Context): Command {
  const command = new Command("judge")
    .summary("judge an image; beside an image file, the verdict becomes IMAGE.verdict.json")
    .argument("<image>", "an image file, or an image as for pull");
  return addFlags(command, JUDGE_FLAGS).action(async (image: string) => {
    await withCheckExits(async () => {
      const { judgeNamed } = await import("./gate-work.ts");
      return judgeNamed(image, readFlags(command, JUDGE_FLAGS, context.env), context);
    });
  });
}

function showCommand(context: Context): Command {
  const command = new Command("show")
    .summary("show the verdict beside an image file, or in a file")
    .argument("<file>", "an image file, or a verdict");
  return addFlags(command, SHOW_FLAGS).action(async (file: string) => {
    await withCheckExits(async () => {
      const { showVerdict } = await import("./gate-work.ts");
      return showVerdict(file, readFlags(command, SHOW_FLAGS, context.env));
    });
  });
}

function attachCommand(context: Context): Command {
  const command = new Command("attach")
    .summary("push a verdict beside its image in a registry")
    .argument("<verdict>", "file of the verdict")
    .argument("<image>", "docker://…");
  return addFlags(command, ATTACH_FLAGS).action(async (verdict: string, image: string) => {
    await withCheckExits(async () => {
      const { attachVerdict } = await import("./gate-work.ts");
      return attachVerdict(verdict, image, readFlags(command, ATTACH_FLAGS, context.env), context);
    });
  });
}
