// The name of an image as rules see it: registry, namespace, tag. A text that is no reference has no name.

import { BerthError } from "../base/errors.ts";
import { HUB, parseReference } from "../oci/reference.ts";

export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  /** First part of the repository's name. */
  readonly namespace: string;
  /** Last part of it: the program, usually. */
  readonly base: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** One of Docker Hub's own images. */
  readonly official: boolean;
}

/** The parts of a reference; or the sentence that says why it is none. */
export function readImageName(image: string): ImageName | string {
  try {
    const { registry, repository, tag, digest } = parseReference(image);
    const parts = repository.split("/");
    return {
      registry,
      repository,
      namespace: parts[0] ?? "",
      base: parts.at(-1) ?? "",
      tag,
      digest,
      official: registry === HUB && parts.length === 2 && parts[0] === "library",
    };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return error.message.split("\n")[0] ?? "";
  }
}
