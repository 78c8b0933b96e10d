// The site of the batch demo: its folder, its configuration, and the ordinary user whose job it is. The folder is root's, since
// root acts by what lies there; only `work` in it is the user's.

import { chmod, chown, mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Environment, type User, userNamed } from "../platform/user.ts";
import { type BatchPrograms, copyPrograms, findPrograms } from "./batch-programs.ts";
import { greetScript, insideScript, jobScript, TOOLS, taskScript, trapScript } from "./batch-scripts.ts";
import { clearStage } from "./clearing.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { fail } from "./errors.ts";
import { output } from "./process.ts";
import { stageVariables } from "./stage.ts";

/** The site before anything of it runs. */
export interface BatchSite {
  readonly dir: string;
  /** The user's folder. */
  readonly work: string;
  /** Whose job it is. */
  readonly user: User;
  readonly programs: BatchPrograms;
  /** The nodes' configuration, in Shifter's form. */
  readonly config: string;
  /** Where images are published. */
  readonly images: string;
  /** Where a node keeps what is set up; `%n` is its name. */
  readonly nodeDir: string;
}

/** What the demo was called with. */
export interface SiteOptions {
  readonly temp: string;
  readonly env: Environment;
  /** The words that start this very berth. */
  readonly berth: readonly string[];
  readonly signal: AbortSignal;
}

/** The name of the system; there is one. */
export const SYSTEM = "demo";
/** A user without any rights and without files, whom every distribution knows. */
const ORDINARY = "nobody";

/** Makes the folder. @throws E_DEMO_BATCH_PROGRAMS, E_DEMO_BATCH_PLUGIN, E_DEMO_BATCH_USER */
export async function layOutSite({ temp, env, berth, signal }: SiteOptions): Promise<BatchSite> {
  const found = findPrograms(berth, env);
  const user = userNamed(ORDINARY);
  if (user === undefined) throw fail("E_DEMO_BATCH_USER", { name: ORDINARY });
  const dir = await mkdtemp(join(temp, "berth-demo-"));
  try {
    await chmod(dir, 0o755);
    for (const name of ["images", "nodes", "cluster", "gateway", "tools", "trap", "work"]) await mkdir(join(dir, name));
    // Its files are for those who may have them; nodes must find them.
    await chmod(join(dir, "images"), 0o711);
    const reached = await reaches(user, found, signal);
    const programs = reached ? found : await copyPrograms(found, join(dir, "programs"));
    const work = join(dir, "work");
    await writeScripts(dir, work, programs);
    for (const name of ["home", "results"]) await mkdir(join(work, name));
    for (const each of [work, join(work, "home"), join(work, "results")]) await chown(each, user.uid, user.gid);
    const [config, images, nodeDir] = [join(dir, "udiRoot.conf"), join(dir, "images"), join(dir, "nodes/%n")];
    return { dir, work, user, programs, config, images, nodeDir };
  } catch (error) {
    await clearStage(dir);
    throw error;
  }
}

/** Words that run a program as the user and nothing more. */
export function asUser({ uid, gid }: User, argv: readonly string[]): readonly string[] {
  return ["setpriv", "--reuid", String(uid), "--regid", String(gid), "--clear-groups", "--", ...argv];
}

/** The variables of the user's programs. */
export function userVariables(site: BatchSite, cluster: Cluster, gateway: string, env: Environment): Environment {
  return {
    ...stageVariables(env, site.work),
    ...cluster.env,
    USER: site.user.name,
    BERTH_GATEWAY: gateway,
    BERTH_SYSTEM: SYSTEM,
    BERTH_MUNGE_SOCKET: cluster.mungeSocket,
  };
}

/** The line of Slurm's `plugstack.conf`. */
export function pluginLine({ programs, config, nodeDir }: BatchSite): string {
  return `required ${programs.plugin} berth=${programs.berth} shifter_config=${config} node_dir=${nodeDir}`;
}

/** Writes what the gateway is told; answers the file. */
export async function configureGateway(site: BatchSite, mungeSocket: string, registry: string): Promise<string> {
  const path = join(site.dir, "gateway.yaml");
  const text = `server: {listen: "127.0.0.1:0", stateDir: "${site.dir}/gateway"}
gateway:
  systems: {${SYSTEM}: {imageDir: "${site.images}", munge: "${mungeSocket}", admins: [root]}}
  registries: {site: {url: "http://${registry}"}}
`;
  await writeFile(path, text);
  return path;
}

/** Writes what the nodes are told: one module, and the user's folder in every container. */
export async function configureNodes({ config, images, work, dir }: BatchSite, gateway: string): Promise<void> {
  const lines = [
    ...[`imagePath=${images}`, `system=${SYSTEM}`, `imageGateway=${gateway}`],
    ...["populateEtcDynamically=1", "allowLibcPwdCalls=1", `siteFs=${work}:${work}`],
    ...[`module_tools_siteFs=${dir}/tools:${TOOLS}:ro`, `module_tools_siteEnvPrepend=PATH=${TOOLS}`],
    "module_tools_siteEnv=GREETING=hello",
  ];
  await writeFile(config, `${lines.join("\n")}\n`, { mode: 0o644 });
}

async function writeScripts(dir: string, work: string, { shifter, helpers }: BatchPrograms): Promise<void> {
  const trap = join(dir, "trap");
  const facts = { shifter, folder: work, trap };
  await writeFile(join(work, "job.sh"), jobScript(facts));
  await writeFile(join(work, "task.sh"), taskScript(facts));
  await writeFile(join(work, "inside.sh"), insideScript());
  await symlink(join(helpers, "berth-launch"), join(trap, "berth-launch"));
  await writeFile(join(trap, "berth-main"), trapScript());
  await writeFile(join(dir, "tools/greet"), greetScript());
  for (const path of [join(trap, "berth-main"), join(dir, "tools/greet")]) await chmod(path, 0o755);
}

async function reaches(user: User, { berth, plugin }: BatchPrograms, signal: AbortSignal): Promise<boolean> {
  const [setpriv = "", ...words] = asUser(user, ["env", berth, "--version"]);
  const [, ...look] = asUser(user, ["wc", "-c", plugin]);
  return (await output(setpriv, words, signal)) !== "" && (await output(setpriv, look, signal)) !== "";
}
