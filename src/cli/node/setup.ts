// `berth node setup`: what the batch system's prolog calls, as root. Says nothing when all is well.

import { Command } from "commander";
import { parseId, parseJob } from "../../batch/node/place.ts";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { NODE_FLAGS, uidOf } from "./node-flags.ts";

const FLAGS = [
  ...NODE_FLAGS,
  { long: "gid", kind: "text", value: "number", env: [], help: "the user's group; otherwise the one of his account" },
  { long: "user", kind: "text", value: "name", env: [], help: "the user's name; otherwise the one of his account" },
  { long: "image", kind: "text", value: "type:name", env: [], help: "the image; id:ID needs no gateway" },
  {
    long: "asked",
    kind: "text",
    value: "type:name",
    env: [],
    help: "what the user had asked for, when the image is an id",
  },
  {
    long: "volume",
    short: "V",
    kind: "list",
    value: "from:to[:flag]",
    env: [],
    help: "a volume of the user's; repeat",
  },
  {
    long: "module",
    short: "m",
    kind: "text",
    value: "list",
    env: [],
    help: "modules; otherwise the site's default ones",
  },
  { long: "hosts", kind: "text", value: '"host/n …"', env: [], help: "the job's hosts and tasks, for /var/hostsfile" },
  {
    long: "ssh-key",
    kind: "text",
    value: "key",
    env: [],
    help: "a public key that may log in to the job's containers",
  },
] as const satisfies readonly FlagSpec[];

export function setupCommand(context: Context): Command {
  const command = new Command("setup")
    .summary("set a container up for a job")
    .description(
      "Mount an image and everything of the site for a user's job, so that shifter only has to enter it. For the batch system's prolog, as root.",
    );
  return addFlags(command, FLAGS).action(async () => {
    const flags = readFlags(command, FLAGS, context.env);
    const { performSetup } = await import("./perform-setup.ts");
    await performSetup(
      {
        ...{ uid: uidOf(flags.uid, context.env), job: parseJob(flags.job ?? context.env["SLURM_JOB_ID"]) },
        gid: flags.gid === undefined ? undefined : parseId("--gid", flags.gid),
        ...{ user: flags.user, image: flags.image, asked: flags.asked, volumes: flags.volume, modules: flags.module },
        ...{ hosts: flags.hosts, sshKey: flags["ssh-key"], nodeDir: flags["node-dir"], config: flags.config },
      },
      context,
    );
  });
}
