// What the caller asked for, after flags and variables were read and short forms such as --compat were spelled out.

import type { BindRequest } from "./binds.ts";

/** Mounts that `--no-mount` can leave out by name. */
export const MOUNT_NAMES = ["proc", "sys", "dev", "devpts", "home", "tmp", "hostfs", "cwd", "bind-paths"] as const;

/** A directory laid over the image. */
export interface OverlayRequest {
  /** Absolute path on the host. */
  readonly path: string;
  readonly readonly: boolean;
}

export interface LaunchRequest {
  readonly command: "run" | "exec" | "shell" | "test" | "start";
  readonly args: readonly string[];
  /** `--app`: name of the app inside the image that is meant. */
  readonly app?: string | undefined;
  /** Name of the instance that is started or joined. */
  readonly instance?: string | undefined;
  /** `--docker`: what Docker would do, as far as an unprivileged user can. */
  readonly docker: boolean;

  readonly binds: readonly BindRequest[];
  /** Names of MOUNT_NAMES and absolute destinations. */
  readonly noMount: readonly string[];
  /** `-H source[:target]`. */
  readonly home: { readonly source: string; readonly target: string } | undefined;
  readonly noHome: boolean;
  readonly cwd: string | undefined;
  readonly contain: boolean;
  /** Absolute path. */
  readonly workdir: string | undefined;
  /** Absolute destinations. */
  readonly scratch: readonly string[];
  readonly dns: readonly string[];

  readonly writable: boolean;
  readonly writableTmpfs: boolean;
  /** Bytes for every tmpfs that berth makes; 0 is the kernel's default, half of the memory. */
  readonly tmpfsSize: number;
  readonly overlays: readonly OverlayRequest[];

  readonly pid: boolean;
  readonly init: boolean;
  readonly ipc: boolean;
  readonly net: boolean;
  readonly uts: boolean;
  readonly hostname: string | undefined;
  readonly userns: boolean;
  readonly fakeroot: boolean;
  readonly keepPrivs: boolean;
  /** `--no-umask`: 0022 instead of the caller's. */
  readonly fixedUmask: boolean;

  readonly cleanEnv: boolean;
  readonly noEnv: readonly string[];
  readonly noEval: boolean;
  readonly shell: string | undefined;

  /** CDI names, such as `nvidia.com/gpu=all`. */
  readonly devices: readonly string[];
  readonly unsquash: boolean;
}
