// What one build of a Dockerfile is asked for, spelled out: the command line fills it in, the front end reads it. Holds
// the values of secrets only as means to get them, so that printing a job can never show one.

import type { Platform } from "../../oci/types.ts";
import type { ImageSource } from "../../oci/uri.ts";
import type { Dockerfile } from "../../recipe/dockerfile/ast.ts";
import type { PathFilter } from "../../recipe/dockerignore.ts";
import type { Sources } from "./remote-sources.ts";

/** `--build-context NAME=…`: files or an image that stand in for a name. */
export type NamedContext =
  /** An absolute path, and what its `.dockerignore` leaves out. */
  | { readonly kind: "folder"; readonly path: string; readonly ignore?: PathFilter | undefined }
  | { readonly kind: "image"; readonly source: ImageSource };

/** `--secret`: where its bytes come from when a step asks for them. */
export type SecretSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "variable"; read(): string | undefined };

/** A build of one Dockerfile. */
export interface DockerfileJob {
  readonly file: Dockerfile;
  /** Name or number of the stage that is wanted; undefined: the last. */
  readonly target?: string | undefined;
  /** `--build-arg`; a name that was given without a value and has none in the environment is left out. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** `--label`, put over those of the recipe. */
  readonly labels: ReadonlyMap<string, string>;
  /** `--platform`; undefined: the builder's. */
  readonly platform?: Platform | undefined;
  readonly contexts: ReadonlyMap<string, NamedContext>;
  readonly secrets: ReadonlyMap<string, SecretSource>;
  /** `--ssh`: absolute paths of agents' sockets by id; the usual id is `default`. */
  readonly ssh: ReadonlyMap<string, string>;
  /** What `RUN --network=default` means. */
  readonly network: "host" | "none";
  /** Brings what ADD names by URL. */
  readonly sources: Sources;
}
