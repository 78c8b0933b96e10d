// What the steps of a plan share while it is carried out.

import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import type { Engine, EngineContainer, EngineInfo } from "../engine/types.ts";
import type { SecretFiles, Traffic } from "../stacks/types.ts";
import { type DesiredStack, LABELS, type Step } from "../types.ts";
import type { CheckInFiles } from "./check-in-file.ts";
import { fail } from "./errors.ts";
import type { FileFolders } from "./placed-files.ts";

/** How a site makes volumes of a storage class. */
export type StorageClasses = (
  storageClass: string | undefined,
  volume: { readonly stack: string; readonly name: string },
) => { readonly driver?: string | undefined; readonly options?: Readonly<Record<string, string>> | undefined };

/** What a driver of Docker's API is made of. */
export interface DriverParts {
  readonly engine: Engine;
  /** `services.name` of the site file. */
  readonly site: string;
  readonly folders: FileFolders;
  readonly secrets: SecretFiles;
  readonly traffic: Traffic;
  /** For containers that report their use. */
  readonly checkIn?: CheckInFiles | undefined;
  readonly storage?: StorageClasses | undefined;
}

/** A plan being carried out. */
export interface Work {
  readonly parts: DriverParts;
  readonly info: EngineInfo;
  /** A container as it is now, with its health by whomever it is checked. */
  readonly look: (id: string) => Promise<EngineContainer | undefined>;
  readonly stack: string;
  readonly desired: DesiredStack | undefined;
  readonly configs: ReadonlyMap<string, string>;
  /** Containers made meanwhile, by name. */
  readonly made: Map<string, string>;
  readonly signal: AbortSignal | undefined;
}

/** The spec that the plan was made of. */
export function specOf({ desired }: Work): StackSpec {
  if (!desired) throw new TypeError("a plan of removal has no recipe");
  return desired.spec;
}

/** The service of a step; undefined: the recipe no longer has it. */
export function serviceOfStep({ desired }: Work, { service }: Step): ServiceSpec | undefined {
  return desired?.spec.services.find(({ name }) => name === service);
}

/** Id of the container that a step is about. @throws E_DRIVER_NO_CONTAINER */
export function idOf(work: Work, step: Step): string {
  const id = step.container ?? work.made.get(step.target);
  if (id === undefined) throw fail("E_DRIVER_NO_CONTAINER", { container: step.target });
  return id;
}

/** True for what this berth made for this stack. */
export function isOurs({ parts, stack }: Work, { labels }: EngineContainer): boolean {
  return labels[LABELS.site] === parts.site && labels[LABELS.stack] === stack;
}
