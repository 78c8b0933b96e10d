// `berth advisories`: what is known of flaws in packages, kept on this machine or for the site.

import { Command } from "commander";
import { withCheckExits } from "./check-exits.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec, FlagValues } from "./flags.ts";
import { SOURCE_FLAGS } from "./source-flags.ts";
import { STORE_FLAG } from "./store-flag.ts";

const STORE_FLAGS = [STORE_FLAG] as const satisfies readonly FlagSpec[];
const CHANGE_FLAGS = [
  ...STORE_FLAGS,
  {
    long: "ecosystem",
    kind: "list",
    value: "name",
    env: [],
    help: "only this ecosystem of OSV, with or without a release: Debian:12, PyPI; may be repeated",
  },
  { long: "sign-key", kind: "text", value: "file", env: [], help: "private key (PEM) that signs the new set" },
] as const satisfies readonly FlagSpec[];
const UPDATE_FLAGS = [
  ...CHANGE_FLAGS,
  { long: "mirror", kind: "text", value: "url", env: [], help: "base address of a copy of OSV's archives, or public" },
  { long: "exploited", kind: "text", value: "url", env: [], help: "address of the list of flaws that attackers use" },
] as const satisfies readonly FlagSpec[];
const STATUS_FLAGS = [
  ...STORE_FLAGS,
  { long: "json", kind: "switch", env: [], help: "as JSON" },
] as const satisfies readonly FlagSpec[];
const REGISTRY_FLAGS = [
  ...STORE_FLAGS,
  ...SOURCE_FLAGS.filter(({ long }) => /^(?:authfile|docker-.*|no-https|disable-cache|tmpdir)$/.test(long)),
];

const ALL_FLAGS = [
  ...UPDATE_FLAGS,
  { long: "json", kind: "switch", env: [], help: "" },
  ...SOURCE_FLAGS,
] as const satisfies readonly FlagSpec[];

/** The values of any of the subcommands; those of others are as if they were not given. */
export type WorkValues = FlagValues<typeof ALL_FLAGS>;

type Work = typeof import("./advisories-work.ts");

interface Part {
  readonly name: string;
  readonly about: string;
  readonly argument?: string;
  readonly flags: readonly FlagSpec[];
  /** Answers the exit status. */
  readonly run: (work: Work, values: WorkValues, context: Context, argument: string) => Promise<number>;
}

const PARTS: readonly Part[] = [
  {
    name: "update",
    about: "bring advisories up to date from a mirror",
    flags: UPDATE_FLAGS,
    run: async (work, values, context) => await work.update(values, context),
  },
  {
    name: "import",
    about:
      "take advisories from files: OSV's all.zip or JSON, lists of exploited flaws and of releases' ends, an exported set",
    argument: "<path>",
    flags: CHANGE_FLAGS,
    run: async (work, values, context, path) => await work.importPath(path, values, context),
  },
  {
    name: "export",
    about: "write all advisories into one file, for sites without a network",
    argument: "<file>",
    flags: STORE_FLAGS,
    run: async (work, values, context, file) => await work.exportFile(file, values, context),
  },
  {
    name: "push",
    about: "put all advisories into a registry",
    argument: "<image>",
    flags: REGISTRY_FLAGS,
    run: async (work, values, context, image) => await work.pushSet(image, values, context),
  },
  {
    name: "pull",
    about: "get all advisories from a registry",
    argument: "<image>",
    flags: REGISTRY_FLAGS,
    run: async (work, values, context, image) => await work.pullSet(image, values, context),
  },
  {
    name: "status",
    about: "show what is there, from where, and how old it is",
    flags: STATUS_FLAGS,
    run: async (work, values, context) => await work.status(values, context),
  },
];

/** The command with its subcommands. */
export function advisoriesCommand(context: Context): Command {
  const command = new Command("advisories")
    .summary("get and keep what is known of flaws in packages")
    .description("Gets and keeps what is known of flaws in packages (advisories in OSV's form), for berth scan.");
  for (const part of PARTS) addPart(command, context, part);
  return command;
}

function addPart(parent: Command, context: Context, { name, about, argument, flags, run }: Part): void {
  const command = parent.command(name).description(about);
  if (argument !== undefined) command.argument(argument);
  addFlags(command, flags).action(async (given: unknown) => {
    await withCheckExits(async () => {
      const values = readFlags(command, ALL_FLAGS, context.env);
      return await run(await import("./advisories-work.ts"), values, context, typeof given === "string" ? given : "");
    });
  });
}
