// An encrypted image as a root: its facts are read here, decrypted in memory; the launcher mounts it through gocryptfs. What was
// learned is kept nowhere, and neither is a mount: both end with the container. Loaded only for such images.

import { defineErrors } from "../base/errors.ts";
import { fail as refuse } from "../image/encrypted/errors.ts";
import { type EncryptedImage, type ImageKey, openEncrypted, wantsPem } from "../image/encrypted/index.ts";
import type { RuntimeConfig } from "../oci/types.ts";
import type { Environment, User } from "../platform/user.ts";
import { type ImageFacts, readImageFacts } from "./image-facts.ts";
import { mountMeans } from "./mount-means.ts";
import type { RootView } from "./plan.ts";
import { systemProgram } from "./programs.ts";
import type { FoundImage, RootWishes } from "./rootfs.ts";
import { viewOf } from "./squashfs-view.ts";

const fail = defineErrors({
  E_DECRYPT_PROGRAM: {
    text: "the image {path} is encrypted, and {what}",
    hint: "{hint}",
  },
  E_DECRYPT_UNSQUASH: {
    text: "the image {path} is encrypted: --unsquash would leave its files on the disk for everybody to read",
    hint: "leave --unsquash out",
  },
});

/** What the launcher needs to open an encrypted image. */
export interface Lock {
  /** Name of the encrypted file. */
  readonly name: string;
  readonly passphrase: string;
}

/** Answers with what opens an image that was encrypted for a key (`pem`) or with a passphrase. @throws E_DECRYPT_KEY */
export type KeyFinder = (image: { readonly path: string; readonly pem: boolean }) => Promise<ImageKey>;

/** Facts of an encrypted image, and what opens it. @throws E_DECRYPT_…, E_SQUASHFS_… */
export async function readLocked(
  image: EncryptedImage,
  config: RuntimeConfig | undefined,
  exact: boolean,
  findKey: KeyFinder | undefined,
): Promise<{ readonly facts: ImageFacts; readonly lock: Lock }> {
  const { path } = image;
  if (!findKey) throw refuse("E_DECRYPT_KEY", { path, hint: "run it with berth run, exec or shell" });
  const key = await findKey({ path, pem: wantsPem(image) });
  const { tree, ...lock } = await openEncrypted(image, key);
  try {
    return { facts: await readImageFacts(viewOf(tree), config, exact), lock };
  } finally {
    await tree.close();
  }
}

/** The root of an encrypted image. @throws E_DECRYPT_PROGRAM, E_DECRYPT_UNSQUASH */
export function lockedRoot(
  image: FoundImage,
  lock: Lock,
  wishes: RootWishes,
  { env, user }: { readonly env: Environment; readonly user: User },
): RootView {
  const { path, offset } = image;
  if (wishes.unsquash) throw fail("E_DECRYPT_UNSQUASH", { path });
  const means = mountMeans(env, user);
  const gocryptfs = systemProgram("gocryptfs", env);
  if (!means.fuseDevice)
    throw fail("E_DECRYPT_PROGRAM", { path, what: "/dev/fuse cannot be opened", hint: "see berth doctor" });
  if (gocryptfs === undefined) throw missing(path, "gocryptfs, which decrypts it,", "gocryptfs");
  if (means.squashfuse === undefined) throw missing(path, "squashfuse_ll, which mounts it,", "squashfuse");
  const programs = { program: means.squashfuse, gocryptfs };
  return { root: { kind: "encrypted", file: path, offset, ...programs, ...lock }, mounts: [] };
}

function missing(path: string, what: string, pack: string): Error {
  return fail("E_DECRYPT_PROGRAM", {
    path,
    what: `${what} is not installed`,
    hint: `ask the administrator for the package ${pack}`,
  });
}
