// A site with a cluster: three nodes, a registry, a gateway that knows people by munge, the plugin, and images. Stop it when done.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startGateway, type TestGateway } from "../gateway/gateway-process.ts";
import { hasSkopeo, push } from "../gateway-work/images.ts";
import type { LayerEntry } from "../support/oci-image.ts";
import { installed } from "../support/ordinary-user.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { type ClusterSetup, hasSlurm, startCluster, type TestCluster } from "../support/slurm.ts";
import { BERTH, hasSpank, spankPlugin } from "../support/slurm-plugin.ts";
import { busyboxLayer } from "./busybox.ts";

/** Why there can be no site here; undefined: there can. */
export const obstacle: string | undefined = !hasSlurm
  ? "root, slurm-wlm and munge are needed"
  : !hasSpank
    ? "libslurm-dev and a built berth are needed"
    : !hasRegistry || !hasSkopeo || !installed("busybox")
      ? "docker-registry, skopeo and busybox-static are needed"
      : undefined;

/** A running site. */
export interface Site {
  readonly cluster: TestCluster;
  readonly gateway: TestGateway;
  readonly registry: TestRegistry;
  /** Variables by which programs of the user find the gateway. */
  readonly env: Readonly<Record<string, string>>;
  /** Pushes an image with these files beside busybox, has the gateway pull it, and answers its id. */
  image(name: string, files: readonly LayerEntry[], config?: object): Promise<string>;
  /** Makes image files readable for users, as sites may: then images that were not set up run too. */
  openImages(): void;
  /** What jobs have left on the nodes: set-ups, mounts, loop devices, control groups. */
  leftovers(): readonly string[];
  /** Directory of set-ups of a node. */
  nodeDir(node: number): string;
  /** What lies in there. */
  setups(node: number): readonly string[];
  stop(): Promise<void>;
}

/** What differs from the usual site. */
export interface SiteSetup {
  /** Further words for the plugin in plugstack.conf. */
  readonly keys?: readonly string[];
  /** Lines for udiRoot.conf; `%d`: the cluster's folder. */
  readonly conf?: readonly string[];
  readonly cluster?: ClusterSetup;
  /** What Slurm thinks of the plugin's failures; `required` unless said. */
  readonly need?: "required" | "optional";
  /** Without the plugin. */
  readonly plain?: boolean;
}

/** Opens a site. */
export async function openSite(setup: SiteSetup = {}): Promise<Site> {
  const closers: (() => Promise<void>)[] = [];
  const kept = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    closers.unshift(() => started.stop());
    return started;
  };
  const stop = async () => {
    for (const close of closers) await close();
  };
  try {
    const cluster = await kept(
      startCluster({ ...setup.cluster, plugstack: [...pluginLine(setup), ...(setup.cluster?.plugstack ?? [])] }),
    );
    const registry = await kept(startRegistry());
    const gateway = await kept(openGateway(cluster, registry));
    writeFileSync(join(cluster.dir, "udiRoot.conf"), configuration(cluster, gateway, setup.conf ?? []));
    // For scripts of root's, which are written before the socket is known.
    writeFileSync(join(cluster.dir, "munge-socket"), `export BERTH_MUNGE_SOCKET=${cluster.munge.socket}\n`);
    const env = { BERTH_MUNGE_SOCKET: cluster.munge.socket, BERTH_UDIROOT: join(cluster.dir, "udiRoot.conf") };
    const nodeDir = (node: number) => join(cluster.dir, "nodes", cluster.nodes[node - 1]?.name ?? "");
    return {
      ...{ cluster, registry, gateway, env, nodeDir, stop },
      image: (name, files, config = {}) => publish({ cluster, registry, env }, name, files, config),
      openImages: () => openImages(join(gateway.dir, "images/cluster")),
      leftovers: () => leftoversOf(cluster, gateway),
      setups: (node) => (existsSync(nodeDir(node)) ? readdirSync(nodeDir(node)) : []),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openImages(dir: string): void {
  chmodSync(dir, 0o755);
  for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o644);
}

function leftoversOf(cluster: TestCluster, gateway: TestGateway): readonly string[] {
  const nodes = join(cluster.dir, "nodes");
  const setups = existsSync(nodes) ? readdirSync(nodes, { recursive: true, encoding: "utf8" }) : [];
  const mounts = cluster.nodes.flatMap((node) =>
    node
      .enter("cat", "/proc/self/mounts")
      .split("\n")
      .filter((line) => line.includes(nodes)),
  );
  const loops = execFileSync("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(gateway.dir));
  const groups = cluster.nodes.flatMap(({ name }) => {
    const path = `/sys/fs/cgroup/freezer/slurm_${name}`;
    return existsSync(path)
      ? readdirSync(path, { recursive: true, encoding: "utf8" }).filter((at) => at.includes("job_"))
      : [];
  });
  return [...setups.filter((path) => path.includes("/")), ...mounts, ...loops, ...groups];
}

function pluginLine({ keys = [], plain = false, need = "required" }: SiteSetup): readonly string[] {
  if (plain) return [];
  const words = [`berth=${BERTH}`, "shifter_config=%d/udiRoot.conf", "node_dir=%d/nodes/%n", ...keys];
  return [`${need} ${spankPlugin()} ${words.join(" ")}`];
}

async function openGateway(cluster: TestCluster, registry: TestRegistry): Promise<TestGateway> {
  const gateway = await startGateway({
    locations: { site: { remotetype: "dockerv2", url: registry.url } },
    config: { Authentication: "munge", PullUpdateTimeout: 1 },
    platform: { mungeSocketPath: cluster.munge.socket },
  });
  // Nodes find the images' folder; what is in it is closed to users, as gateways have it.
  chmodSync(gateway.dir, 0o711);
  return gateway;
}

function configuration(cluster: TestCluster, gateway: TestGateway, lines: readonly string[]): string {
  return [
    ...["udiMount=/var/udiMount", "loopMount=/var/udiLoopMount", "rootfsType=tmpfs", "udiRootPath=/opt/shifter"],
    ...["modprobePath", "insmodPath", "cpPath", "mvPath", "chmodPath", "ddPath"].map((key) => `${key}=/bin/true`),
    ...[`imagePath=${join(gateway.dir, "images/cluster")}`, "etcPath=/etc", "populateEtcDynamically=1"],
    ...["allowLibcPwdCalls=1", "maxGroupCount=31", "defaultImageType=docker", "allowLocalChroot=1"],
    ...["system=cluster", `imageGateway=${gateway.url}`, `siteFs=${cluster.folder}:${cluster.folder}`],
    ...lines.map((line) => line.replaceAll("%d", cluster.dir)),
    "",
  ].join("\n");
}

async function publish(
  { cluster, registry, env }: Pick<Site, "cluster" | "registry" | "env">,
  name: string,
  entries: readonly LayerEntry[],
  config: object,
): Promise<string> {
  const image = { layers: [busyboxLayer(), { entries }], config: { Env: ["PATH=/bin"], ...config } };
  await push(registry, name, image);
  const shifterimg = (mode: string) =>
    cluster.run([join(dirname(BERTH), "shifterimg"), mode, `docker:${name}`], { env });
  const pulled = await shifterimg("pull");
  if (pulled.status !== 0) throw new Error(`${name} was not pulled: ${pulled.stdout}${pulled.stderr}`);
  return (await shifterimg("lookup")).stdout.trim();
}
