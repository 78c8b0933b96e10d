// From a request to an image that the caller may use on this node: what is set up for the job, a directory, or a file of the
// gateway, which is asked for the id where the request is none.

import type { Environment } from "../platform/user.ts";
import { hostKind } from "../run/host.ts";
import type { NodeConfig } from "../site/node-config.ts";
import { fail } from "./errors.ts";
import { checkAccess } from "./image-access.ts";
import { readPublishedImage } from "./image-files.ts";
import { isPreparedFor, type PreparedImage, preparedDir, readPrepared } from "./prepared-image.ts";
import type { BatchImage, ImageRequest, Person } from "./types.ts";

/** Asks the gateway, as the caller, for the id of an image. @throws E_SHIFTER_LOOKUP */
export type Lookup = (image: ImageRequest) => Promise<string>;

/** Who looks where. */
export interface ImageSearch {
  readonly config: Pick<NodeConfig, "imagePath" | "allowLocalChroot" | "nodeDir">;
  readonly person: Person;
  readonly env: Environment;
  readonly lookup: Lookup;
}

/** The image, and what was set up for this job when that is its image. */
export interface FoundBatchImage {
  readonly image: BatchImage;
  readonly prepared: PreparedImage | undefined;
}

/**
 * Finds an image and checks that the caller may use it.
 * @throws E_SHIFTER_LOOKUP, E_SHIFTER_LOCAL, E_SHIFTER_DENIED, and what the image's files are wrong with
 */
export async function findBatchImage(request: ImageRequest, search: ImageSearch): Promise<FoundBatchImage> {
  const { config, person, env, lookup } = search;
  if (request.type === "local") return { image: localImage(request.name, config), prepared: undefined };
  const prepared = readPrepared(preparedDir(config, person.uid, env));
  if (prepared && isPreparedFor(prepared, request)) return { image: prepared.image, prepared };
  const id = request.type === "id" ? request.name : await lookup(request);
  if (prepared?.image.id === id) return { image: prepared.image, prepared };
  const image = readPublishedImage(config.imagePath, id, request.asked);
  checkAccess(image, person);
  return { image, prepared: undefined };
}

/** A directory as image. @throws E_SHIFTER_LOCAL */
export function localImage(path: string, { allowLocalChroot }: Pick<NodeConfig, "allowLocalChroot">): BatchImage {
  const refused = (why: string, advice: string) => fail("E_SHIFTER_LOCAL", { path, why, advice });
  if (!allowLocalChroot)
    throw refused("this site does not allow directories as images", "the site allows it by allowLocalChroot=1");
  if (hostKind(path) !== "dir")
    throw refused("it is no directory, or out of your reach", "local:PATH is a directory with the files of an image");
  const nothing = { env: [], entrypoint: [], cmd: [], workdir: undefined, users: [], groups: [] };
  return { id: path, root: { kind: "dir", path }, ...nothing };
}
