// What the room of stacks is handed in: the reader of recipes, the policy, secrets, ports, quotas, the proxy. Each is what
// this room needs and no more; whoever has it puts it behind these.

import type { Transaction } from "kysely";
import type { Finding } from "../../policy/types.ts";
import type { Places, StackSpec } from "../../recipe/stack/types.ts";
import type { Tables } from "../../store/schema.ts";
import type { Deployment, Proposal, ResolvedImage, StackWish } from "../types.ts";

/** Who does something. */
export interface Person {
  readonly uid: number;
  readonly user: string;
}

/** Every call that waits can be told to wait no longer; what was begun goes on in the server all the same. */
export interface Waiting {
  readonly signal?: AbortSignal | undefined;
}

/** A recipe as its reader understood it. */
export interface ReadRecipe {
  readonly spec: StackSpec;
  readonly places: Places;
  readonly notes: Proposal["notes"];
  /** `version:` of the compose file; null: it says none. */
  readonly version?: string | null | undefined;
}

/** Makes a spec of a wish; mistakes are notes of severity `error`. */
export type RecipeReader = (wish: StackWish) => ReadRecipe | Promise<ReadRecipe>;

/** What the policy is asked about. */
export interface Judgement {
  readonly spec: StackSpec;
  readonly places: Places;
  readonly by: Person;
  /** By service; before anything is pulled, as far as they are known. */
  readonly images: ReadonlyMap<string, ResolvedImage>;
  /** The deployment that counts now. */
  readonly before: Deployment | undefined;
  /** `version:` of the compose file, where it is at hand; null: it says none. */
  readonly version?: string | null | undefined;
}

/** What the policy says. A finding of severity `error` that is not waived forbids it. */
export interface Verdict {
  readonly findings: readonly Finding[];
  /** What was judged, and is to be deployed: paths of the machine are where they really led, whatever links say later. */
  readonly spec: StackSpec;
}

/** Judges what is to be deployed. */
export type Judge = (subject: Judgement, wait?: Waiting) => Promise<Verdict>;

/** A secret that a service uses. */
export interface SecretUse {
  /** Full name in the store. */
  readonly store: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly uid: string | undefined;
  readonly gid: string | undefined;
  readonly mode: number | undefined;
}

/** A file that is put into a container. */
export interface PlacedFile {
  /** Absolute path in the container. */
  readonly path: string;
  readonly content: Buffer;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** The values of secrets, asked for before every start. @throws when a secret does not exist or may not be used here */
export interface SecretFiles {
  filesFor(
    request: {
      readonly stack: string;
      readonly service: string;
      /** `user` of the service: whose the files are unless the use says. */
      readonly user: string | undefined;
      readonly uses: readonly SecretUse[];
    },
    wait?: Waiting,
  ): Promise<readonly PlacedFile[]>;
}

/** A port to be published. */
export interface PortWish {
  /** `SERVICE/CONTAINERPORT/PROTOCOL`. */
  readonly key: string;
  readonly service: string;
  readonly container: number;
  readonly protocol: "tcp" | "udp";
  /** Undefined: any free one. */
  readonly host: number | undefined;
}

/** Who has which port of the host. */
export interface PortOffice {
  /**
   * A host port for every wish, kept for the stack: what it held before, stays. `avoid`: found taken by another program.
   *
   * @throws when a port is another stack's, or none is free
   */
  choose(
    request: {
      readonly stack: string;
      readonly owner: string;
      readonly wishes: readonly PortWish[];
      readonly held: Readonly<Record<string, number>>;
      readonly avoid: readonly number[];
    },
    wait?: Waiting,
  ): Promise<Readonly<Record<string, number>>>;
  /** The stack needs none any more. */
  release(stack: string): Promise<void>;
}

/**
 * Part of the transaction that records what was asked for, before it is recorded: what is found free here is taken there, and
 * nobody comes between.
 *
 * @throws when the owner or group would have more than the site allows
 */
export type QuotaCheck = (
  trx: Transaction<Tables>,
  request: {
    readonly stack: string;
    readonly owner: string;
    readonly group: string | undefined;
    /** As it is to be, with as many containers as people asked for. */
    readonly spec: StackSpec;
  },
) => Promise<void>;

/** What must be told before containers go, so that no request is lost. */
export interface Traffic {
  /** Resolves when no new request reaches them and those under way ended, or the time for that is over. */
  drain(
    containers: readonly { readonly stack: string; readonly service: string; readonly container: string }[],
    wait?: Waiting,
  ): Promise<void>;
  /** It stays after all and takes requests again: what drained it was given up. */
  restore?(container: string): void;
}

/** What the registry of a reference is to be shown; undefined: nothing. @throws when it cannot be read */
export type RegistryCredentials = (
  reference: string,
) => Promise<{ readonly user: string; readonly password: string } | undefined>;
