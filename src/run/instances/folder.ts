// Names of instances, and where the files of an instance are: its record and its logs, in one folder for each machine, since a home
// directory may be shared between machines.

import { hostname } from "node:os";
import { join } from "node:path";
import { type Environment, stateDir, type User } from "../../platform/user.ts";
import { fail } from "./errors.ts";

const SCHEME = "instance://";
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** True for what may be the name of an instance. */
export function isInstanceName(name: string): boolean {
  return NAME.test(name);
}

/** The name of an instance, checked: it becomes a file's. @throws E_INSTANCE_NAME */
export function parseInstanceName(name: string): string {
  if (isInstanceName(name)) return name;
  throw fail("E_INSTANCE_NAME", { name });
}

/** The name in `instance://NAME`; undefined for any other image word. @throws E_INSTANCE_NAME */
export function instanceNamed(image: string): string | undefined {
  return image.startsWith(SCHEME) ? parseInstanceName(image.slice(SCHEME.length)) : undefined;
}

/** The folder of this machine's instances of a user. */
export function instanceFolder(env: Environment, user: User): string {
  return join(stateDir(env, user), "instances", hostname().replace(/[^A-Za-z0-9._-]/g, "_") || "localhost");
}

/** Paths of an instance's files. */
export interface InstanceFiles {
  readonly record: string;
  /** Held while the instance is being started. */
  readonly lock: string;
  readonly out: string;
  readonly err: string;
}

/** The files of an instance; the name is a checked one. */
export function instanceFiles(folder: string, name: string): InstanceFiles {
  const at = (suffix: string) => join(folder, `${name}.${suffix}`);
  return { record: at("json"), lock: at("lock"), out: at("out"), err: at("err") };
}
