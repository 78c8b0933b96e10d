// Where logins are stored on this machine, in the order in which they are looked for. Pure.

import { join } from "node:path";
import { configDir, type Environment, firstOf, type User } from "../../platform/user.ts";

/** A file that may hold logins. */
export interface AuthPlace {
  readonly path: string;
  /** True: the user named it, or it is ours; then a fault in it is an error, else a warning. */
  readonly strict: boolean;
}

/** berth's own file, where `registry login` writes. */
export function ownAuthFile(env: Environment, user: User): string {
  return join(configDir(env, user), "auth.json");
}

/** `--authfile`, berth's own, REGISTRY_AUTH_FILE or podman's, Docker's. */
export function authPlaces(env: Environment, user: User, authFile: string | undefined): readonly AuthPlace[] {
  const home = firstOf(env, "HOME") ?? user.home;
  const runtime = firstOf(env, "XDG_RUNTIME_DIR");
  const named = firstOf(env, "REGISTRY_AUTH_FILE");
  const podman = named
    ? [named]
    : [
        ...(runtime ? [join(runtime, "containers/auth.json")] : []),
        `/run/containers/${user.uid}/auth.json`,
        join(firstOf(env, "XDG_CONFIG_HOME") ?? join(home, ".config"), "containers/auth.json"),
      ];
  const docker = join(firstOf(env, "DOCKER_CONFIG") ?? join(home, ".docker"), "config.json");
  const places = [...podman, docker].map((path) => ({ path, strict: path === named }));
  const own = { path: ownAuthFile(env, user), strict: true };
  return [...(authFile ? [{ path: authFile, strict: true }] : []), own, ...places];
}
