// The flags of `berth node setup` and what they say, for the short way through the command line and for the full parser.

import { parseId, parseJob } from "../../batch/node/place.ts";
import type { Context } from "../context.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";
import { NODE_FLAGS, uidOf } from "./node-flags.ts";

export const SETUP_FLAGS = [
  ...NODE_FLAGS,
  { long: "gid", kind: "text", value: "number", env: [], help: "the user's group; otherwise the one of his account" },
  { long: "user", kind: "text", value: "name", env: [], help: "the user's name; otherwise the one of his account" },
  { long: "image", kind: "text", value: "type:name", env: [], help: "the image; id:ID needs no gateway" },
  {
    long: "asked",
    kind: "text",
    value: "type:name",
    env: [],
    help: "what the user asked for, when the image is an id",
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

/** Sets up what the flags say. @throws what the configuration, the request or the node is wrong with */
export async function setUpByFlags(flags: FlagValues<typeof SETUP_FLAGS>, context: Context): Promise<void> {
  const { env } = context;
  const { performSetup } = await import("./perform-setup.ts");
  await performSetup(
    {
      ...{ uid: uidOf(flags.uid, env), job: parseJob(flags.job ?? env["SLURM_JOB_ID"]) },
      gid: flags.gid === undefined ? undefined : parseId("--gid", flags.gid),
      ...{ user: flags.user, image: flags.image, asked: flags.asked, volumes: flags.volume, modules: flags.module },
      ...{ hosts: flags.hosts, sshKey: flags["ssh-key"], nodeDir: flags["node-dir"], config: flags.config },
    },
    context,
  );
}
