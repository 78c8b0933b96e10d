// What the parts of a batch launch hand to each other: the request, the image it leads to, and what the site makes of both.

import type { MountRecord } from "../run/launch-plan.ts";
import type { ImageType, Module, NodeConfig } from "../site/node-config.ts";
import type { Volume } from "../site/volume-types.ts";

/** An image as it was asked for. */
export interface ImageRequest {
  readonly type: ImageType;
  readonly name: string;
  /** `TYPE:NAME` as the caller wrote it; what SHIFTER_IMAGEREQUEST holds. */
  readonly asked: string;
}

/** A request after options and variables were read (spec/shifter.md 5.1, 5.2). Nothing is looked up yet. */
export interface ShifterRequest {
  readonly image: ImageRequest;
  readonly volumes: readonly Volume[];
  /** Names in the order asked for; undefined: the site's default modules. */
  readonly modules: readonly string[] | undefined;
  readonly entrypoint: { readonly kind: "none" | "image" } | { readonly kind: "given"; readonly program: string };
  readonly workdir: { readonly kind: "caller" | "image" } | { readonly kind: "given"; readonly path: string };
  /** `-e`, in order. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Variables of the caller that are left out / the only ones kept (berth's own options). */
  readonly unset: readonly string[];
  readonly keep: readonly string[] | undefined;
  readonly envFiles: readonly string[];
  readonly clearEnv: boolean;
  readonly writableTmpfs: boolean;
  /** CDI names; `?` in front: may be missing. */
  readonly devices: readonly string[];
  readonly words: readonly string[];
}

/** An image that exists on this node and may be used by the caller. */
export interface BatchImage {
  /** Full id; the path for `local:`. What shifterConfig.json calls the identifier. */
  readonly id: string;
  readonly root:
    | { readonly kind: "file"; readonly path: string; readonly format: string }
    | { readonly kind: "dir"; readonly path: string };
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly workdir: string | undefined;
  /** Ids that may use it; both empty: everybody, unless it is `private`. */
  readonly users: readonly number[];
  readonly groups: readonly number[];
  /** Nobody who is not on a list may use it, even where both are empty. */
  readonly private?: boolean | undefined;
}

/** Who launches. */
export interface Person {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups with the primary one, none of them 0. */
  readonly gids: readonly number[];
}

/** Request, image, site and person together: what planning starts from. */
export interface BatchLaunch {
  readonly request: ShifterRequest;
  readonly image: BatchImage;
  readonly modules: readonly Module[];
  readonly config: NodeConfig;
  readonly person: Person;
}

/** What identifies a container that is set up on a node, in the order in which shifterConfig.json has it (5.4). */
export interface UdiIdentity {
  readonly identifier: string;
  readonly user: string;
  /** Signature of the volumes: normalised, sorted, joined with `;`. */
  readonly volMap: string;
  /** Names with a comma after each. */
  readonly modules: string;
}

/** What devices add to a container. */
export interface DeviceAdditions {
  readonly mounts: readonly MountRecord[];
  readonly env: ReadonlyMap<string, string>;
}

/** No device. */
export const NO_DEVICES: DeviceAdditions = { mounts: [], env: new Map() };
