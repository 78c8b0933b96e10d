// What rules look at: a stack taken apart into services, images, mounts, ports …, each with what the rules of its kind need.
// `stack-subjects.ts` makes them; a rule sees one at a time. Other kinds of documents add kinds here.

import type { Dockerfile } from "../recipe/dockerfile/ast.ts";
import type {
  ConfigSpec,
  FileUse,
  MountSpec,
  NetworkSpec,
  PortSpec,
  RouteSpec,
  ServiceSpec,
  StackSpec,
  VolumeSpec,
} from "../recipe/stack/types.ts";
import type { MountRoot, PolicyConfig, StorageClass } from "./config.ts";
import type { ImageFacts, PersonFacts, StackFacts } from "./facts.ts";
import type { ImageName } from "./image-name.ts";
import type { RunAs } from "./run-as.ts";

export interface Subject {
  readonly policy: PolicyConfig;
  readonly facts: StackFacts;
  /** JSON pointer into the document. */
  readonly pointer: string;
  /** Names for messages and waivers. */
  readonly stack?: string | undefined;
  readonly serviceName?: string | undefined;
}

export interface StackSubject extends Subject {
  readonly spec: StackSpec;
  readonly services: readonly ServiceSubject[];
}

/** The stack's parts by name, so that large stacks take no longer for each service. */
export interface StackNames {
  readonly services: ReadonlySet<string>;
  readonly volumes: ReadonlyMap<string, VolumeSpec>;
  readonly networks: ReadonlyMap<string, NetworkSpec>;
  readonly configs: ReadonlyMap<string, ConfigSpec>;
  /** Secret → full name in the store. */
  readonly stores: ReadonlyMap<string, string>;
}

export interface ServiceSubject extends Subject {
  readonly spec: StackSpec;
  readonly names: StackNames;
  readonly service: ServiceSpec;
  /** Undefined: not known; null: there is none. */
  readonly image: ImageFacts | null | undefined;
  /** As whom it runs, the image's own user counted. */
  readonly runAs: RunAs;
  readonly mounts: readonly MountView[];
  /** Those of external file systems. */
  readonly external: readonly MountView[];
  /** Reached by people who did not sign in. */
  readonly open: boolean;
  /** The person of the tag `owner`; null: there is none of that name. */
  readonly owner: PersonFacts | null | undefined;
}

/** A mount and where its data are. */
export interface MountView {
  readonly mount: MountSpec;
  readonly pointer: string;
  /** Host path of a bind, also of one that hides in a volume's options; normalised. */
  readonly path: string | undefined;
  /** As written. */
  readonly written: string | undefined;
  /** The allowed folder that the path, and its real path where known, are below. */
  readonly root: MountRoot | undefined;
  readonly volume: VolumeSpec | undefined;
  readonly storageClass: StorageClass | undefined;
  readonly storageClassName: string | undefined;
  readonly readOnly: boolean;
}

export interface MountSubject extends MountView, Subject {
  readonly of: ServiceSubject;
}

export interface ImageSubject extends Subject {
  /** As written. */
  readonly image: string;
  /** Or why it is no reference. */
  readonly name: ImageName | string;
  readonly known: ImageFacts | null | undefined;
  readonly of: ServiceSubject | undefined;
}

/** An image together with the Dockerfile it was made from, where one is at hand. */
export interface BuildSubject extends Subject {
  readonly image: ImageFacts | undefined;
  readonly dockerfile: Dockerfile | undefined;
  readonly of: ServiceSubject | undefined;
}

export interface PortSubject extends Subject {
  readonly port: PortSpec;
  readonly of: ServiceSubject;
}

export interface RouteSubject extends Subject {
  readonly route: RouteSpec;
  readonly of: ServiceSubject;
}

export interface SecretUseSubject extends Subject {
  readonly use: FileUse;
  /** Full name in the store; undefined: the stack does not say. */
  readonly store: string | undefined;
  readonly of: ServiceSubject;
}

export interface VolumeSubject extends Subject {
  readonly volume: VolumeSpec;
  /** The tag `owner`. */
  readonly owner: string | undefined;
}

export interface NetworkSubject extends Subject {
  readonly network: NetworkSpec;
  readonly owner: string | undefined;
}

/** A secret of the store, without its value. */
export interface SecretInput {
  readonly name: string;
  readonly description: string;
}

export interface SecretSubject extends Subject {
  readonly secret: SecretInput;
}

/** Looking at logs and opening a shell need rights like changes do (OWN-02). */
export type Operation =
  | ("up" | "upgrade" | "rollback" | "confirm" | "stop" | "start" | "restart" | "scale" | "wake" | "logs" | "exec")
  | ("down" | "tag");

/** Something that somebody wants to do to a stack or one of its services. */
export interface OperationInput {
  readonly action: Operation;
  readonly stack: string;
  /** Of the stack as it is, not as it is wanted; a new one's own. Undefined: nobody looked whether there is one. */
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly service?: string | undefined;
  /** What runs, and what would run after. */
  readonly digest?: string | undefined;
  readonly nextDigest?: string | undefined;
  readonly moved?: boolean | undefined;
  /** Whether the registry is asked. */
  readonly pulls?: boolean | undefined;
}

export interface OperationSubject extends Subject {
  readonly operation: OperationInput;
}

/** Text that leaves the platform, and values that must not be in it. */
export interface OutputInput {
  /** `log`, `export`: for the message. */
  readonly channel: string;
  readonly text: string;
  readonly secrets: ReadonlyMap<string, string>;
}

export interface OutputSubject extends Subject {
  readonly output: OutputInput;
}

/** Subjects by kind. */
export interface Subjects {
  readonly stack: StackSubject;
  readonly service: ServiceSubject;
  readonly image: ImageSubject;
  readonly build: BuildSubject;
  readonly mount: MountSubject;
  readonly volume: VolumeSubject;
  readonly network: NetworkSubject;
  readonly port: PortSubject;
  readonly route: RouteSubject;
  readonly "secret-use": SecretUseSubject;
  readonly secret: SecretSubject;
  readonly operation: OperationSubject;
  readonly output: OutputSubject;
}

export type SubjectKind = keyof Subjects;
