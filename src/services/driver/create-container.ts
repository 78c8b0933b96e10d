// Makes one container, or finds the one that an earlier try made: its name follows from what it is.

import { isIPv4 } from "node:net";
import { hasCode } from "../../base/errors.ts";
import type { ServiceSpec } from "../../recipe/stack/types.ts";
import type { EngineContainer } from "../engine/types.ts";
import { LABELS, type Step } from "../types.ts";
import { checkBindSources } from "./bind-sources.ts";
import { checkInMounts, placeCheckIn } from "./check-in-file.ts";
import { peerOf } from "./config-digest.ts";
import { containerPlan } from "./container-plan.ts";
import { fail } from "./errors.ts";
import { configOf, containerName, isUp, RANGE_LABEL, serviceOf } from "./names.ts";
import { fileMounts, placeFiles } from "./placed-files.ts";
import { isOurs, specOf, type Work } from "./work.ts";

/** Answers the container's id. @throws E_DRIVER_FOREIGN, E_DRIVER_NO_PEER, and the engine's failures */
export async function createContainer(work: Work, step: Step, service: ServiceSpec): Promise<string> {
  const { parts, desired, signal } = work;
  const { engine, folders, checkIn } = parts;
  if (!desired) throw new TypeError("a plan of removal makes no containers");
  const spec = specOf(work);
  await checkBindSources(spec, service);
  await placeFiles(folders, { spec, service, secrets: parts.secrets, signal });
  const [config, slot] = [work.configs.get(service.name) ?? "", step.slot ?? 1];
  const reporter = { stack: spec.name, service, container: containerName(spec.name, service.name, slot, config) };
  await placeCheckIn(folders, checkIn, reporter);
  const plan = containerPlan(desired, service, {
    ...{ site: parts.site, config, slot },
    files: [...fileMounts(folders, spec, service), ...checkInMounts(folders, checkIn, reporter)],
    peer: await peerIdOf(work, service),
    byPort: work.info.rootless,
    addresses: service.retainAddress ? await addressesBefore(work, step, service) : undefined,
  });
  try {
    return await engine.create(plan, { signal });
  } catch (error) {
    if (hasCode(error, "E_ENGINE_NO_IMAGE") && plan.image.includes("@")) {
      // It was removed since it was resolved; a digest names the same image for ever.
      await engine.pull(plan.image, {}, { signal });
      return engine.create(plan, { signal });
    }
    if (!hasCode(error, "E_ENGINE_NAME_TAKEN")) throw error;
    return adopt(work, plan.name, () => engine.create(plan, { signal }));
  }
}

async function adopt(work: Work, name: string, again: () => Promise<string>): Promise<string> {
  const { engine } = work.parts;
  const there = await engine.container(name, { signal: work.signal });
  if (!there) return again();
  if (!isOurs(work, there)) throw fail("E_DRIVER_FOREIGN", { kind: "container", name });
  if (there.status !== "dead" && there.status !== "removing") return there.id;
  await engine.remove(there.id, { force: true }, { signal: work.signal });
  return again();
}

async function peerIdOf(work: Work, service: ServiceSpec): Promise<string | undefined> {
  const peer = peerOf(specOf(work), service);
  if (!peer) return undefined;
  const config = work.configs.get(peer.name);
  const all = await ourContainers(work);
  const right = all.filter((one) => serviceOf(one) === peer.name && configOf(one) === config);
  // While both sleep, neither is up.
  const found = right.find(isUp) ?? right[0];
  if (!found) throw fail("E_DRIVER_NO_PEER", { service: service.name, peer: peer.name });
  return found.id;
}

// Rancher's `retain_ip`: in the networks that were made for it.
async function addressesBefore(work: Work, step: Step, service: ServiceSpec) {
  const networks = await work.parts.engine.networks({ labels: ourLabels(work) }, { signal: work.signal });
  const ranged = new Set(networks.filter(({ labels }) => labels[RANGE_LABEL] !== undefined).map(({ name }) => name));
  const old = (await ourContainers(work))
    .filter((one) => serviceOf(one) === service.name && one.labels[LABELS.slot] === String(step.slot))
    .sort((a, b) => Number(isUp(b)) - Number(isUp(a)) || b.createdAt - a.createdAt)[0];
  const known = { ...old?.fixedAddresses, ...old?.addresses };
  return Object.fromEntries(
    Object.entries(known).filter(([network, address]) => ranged.has(network) && isIPv4(address)),
  );
}

function ourContainers(work: Work): Promise<readonly EngineContainer[]> {
  return work.parts.engine.containers({ labels: ourLabels(work), all: true }, { signal: work.signal });
}

function ourLabels({ parts, stack }: Work): readonly string[] {
  return [`${LABELS.site}=${parts.site}`, `${LABELS.stack}=${stack}`];
}
