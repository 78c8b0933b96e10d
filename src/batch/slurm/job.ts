// What Slurm tells root of a job in its prolog and epilog, and what the job wants. All but the user's and the job's numbers are
// words of the user. Pure.

import type { Environment } from "../../platform/user.ts";
import { imageRequest, parseImageName } from "../image-name.ts";
import { parseId, parseJob } from "../node/place.ts";
import type { SetupKey, SetupRequest } from "../node/types.ts";
import { fail } from "./errors.ts";
import { hostsText } from "./host-list.ts";

/** Whose job, and its number. @throws E_SLURM_JOB, E_NODE_KEY */
export function jobKey(
  said: { readonly uid?: string | undefined; readonly job?: string | undefined },
  env: Environment,
): SetupKey {
  const uid = said.uid ?? env["SLURM_JOB_UID"];
  const job = said.job ?? env["SLURM_JOB_ID"];
  if (uid === undefined) throw fail("E_SLURM_JOB", { what: "the job's user", flag: "--uid" });
  if (job === undefined) throw fail("E_SLURM_JOB", { what: "the job's number", flag: "--job" });
  return { uid: parseId("--uid", uid), job: parseJob(job) };
}

/** The variables of the job's wishes, without the mark that Slurm puts before what users say; undefined: it wants no image. */
export function jobWishes(env: Environment): Environment | undefined {
  if (!env["SPANK_SHIFTER_IMAGE"]) return undefined;
  const marked = Object.entries(env).filter(([name]) => name.startsWith("SPANK_SHIFTER_"));
  return Object.fromEntries(marked.map(([name, value]) => [name.slice("SPANK_".length), value]));
}

/**
 * What is set up for a job that wants this.
 * @throws E_SLURM_NOT_FROZEN, E_SHIFTER_IMAGE_NAME, E_SLURM_NODES
 */
export function setupRequest(key: SetupKey, wishes: Environment, env: Environment): SetupRequest {
  const type = wishes["SHIFTER_IMAGETYPE"] ?? "";
  const asked = wishes["SHIFTER_IMAGEREQUEST"] || undefined;
  // Another type would have root ask the gateway, who may see everything.
  if (type !== "id" && type !== "local") throw fail("E_SLURM_NOT_FROZEN", { asked: asked ?? type });
  const request = imageRequest(type, wishes["SHIFTER_IMAGE"] ?? "");
  const nodes = env["SLURM_JOB_NODELIST"] || env["SLURM_NODELIST"];
  const volumes = wishes["SHIFTER_VOLUME"];
  return {
    ...key,
    gid: gidOf(env["SLURM_JOB_GID"]),
    user: env["SLURM_JOB_USER"] || undefined,
    image:
      asked === undefined || type === "local" ? request : { ...request, asked: parseImageName(asked, "docker").asked },
    volumes: volumes ? [volumes] : [],
    modules: wishes["SHIFTER_MODULE"] || undefined,
    hosts: nodes ? hostsText(nodes, env["SLURM_JOB_CPUS_PER_NODE"]) : undefined,
    // Every node makes the keys of a job by itself.
    sshKey: undefined,
  };
}

// A group that cannot be a user's is left to the accounts, which know better.
function gidOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? parseId("--gid", text) : undefined;
}

/** The options in a job's comment, for sites without the plugin; undefined: it has none. @throws E_SLURM_COMMENT */
export function commentOptions(comment: string): readonly string[] | undefined {
  // As in `a study; shifter --image=NAME --module=LIST; funded by us`.
  const text = /(?:^|[\s;])shifter\s+(--[^;]*)/.exec(comment)?.[1];
  const words = text?.trim().split(/\s+/);
  const strange = words?.find((word) => !/^--(?:image|volume|module)=./.test(word));
  if (strange === undefined) return words;
  const why = `${JSON.stringify(strange)} is none of --image=, --volume=, --module=`;
  throw fail("E_SLURM_COMMENT", { comment: JSON.stringify(comment.slice(0, 200)), why });
}
