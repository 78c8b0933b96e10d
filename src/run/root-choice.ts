// By which way an image file becomes a root directory. Pure; the ways themselves are in rootfs.ts.

import { defineErrors } from "../base/errors.ts";

const fail = defineErrors({
  E_NO_ROOT_WAY: {
    text: "{path} cannot be mounted ({reason}) and cannot be unpacked: unsquashfs is not installed",
    hint: "ask the administrator for the packages squashfuse and fuse3, or squashfs-tools (see berth doctor)",
  },
});

/** What the machine offers. */
export interface MountMeans {
  /** Absolute paths of programs that are installed. */
  readonly squashfuse: string | undefined;
  readonly fusermount: string | undefined;
  readonly unsquashfs: string | undefined;
  /** /dev/fuse can be opened. */
  readonly fuseDevice: boolean;
}

/** What this launch needs. */
export interface RootNeeds {
  readonly path: string;
  /** `--unsquash`. */
  readonly unsquash: boolean;
  /** The image's owners must be those of the launch's namespace (fakeroot, a writable layer). */
  readonly owners: boolean;
  /** Real root, and the image was made by root's own berth. */
  readonly kernel: boolean;
}

export type RootWay =
  | { readonly way: "kernel" }
  /** One mount for all launches of this image. */
  | { readonly way: "shared"; readonly squashfuse: string }
  /** A mount inside the launch's own namespace. */
  | { readonly way: "private"; readonly squashfuse: string }
  | { readonly way: "unpack"; readonly unsquashfs: string; readonly reason: string };

/** Chooses the cheapest way that works. @throws E_NO_ROOT_WAY */
export function chooseRootWay(wishes: RootNeeds, means: MountMeans): RootWay {
  if (wishes.unsquash) return unpack(wishes.path, means, "--unsquash was given");
  if (wishes.kernel) return { way: "kernel" };
  if (!means.fuseDevice) return unpack(wishes.path, means, "/dev/fuse cannot be opened");
  if (!means.squashfuse) return unpack(wishes.path, means, "squashfuse_ll is not installed");
  // Without the setuid helper a mount is possible only inside a user namespace.
  if (wishes.owners || !means.fusermount) return { way: "private", squashfuse: means.squashfuse };
  return { way: "shared", squashfuse: means.squashfuse };
}

function unpack(path: string, means: MountMeans, reason: string): RootWay {
  if (!means.unsquashfs) throw fail("E_NO_ROOT_WAY", { path, reason });
  return { way: "unpack", unsquashfs: means.unsquashfs, reason };
}
