// Who builds Dockerfiles: berth (to each kind of target), Buildah, Podman and Docker's engine, each with a storage of its
// own that is thrown away with the scratch folder. Which Dockerfiles, and what is measured: the files in measures/.

import { join } from "node:path";
import type { Command, Contestant } from "./contestant.ts";
import type { DockerEngine } from "./docker-engine.ts";

/** One build. */
export interface BuildJob {
  /** A folder of the contestant's own, kept while a measure lasts: caches, storage, what comes out. */
  readonly folder: string;
  /** Folder with a Dockerfile and what it copies. */
  readonly context: string;
}

/** berth with a SIF file as its target. */
export const BERTH_SIF: Contestant<BuildJob> = {
  name: "berth build image.sif",
  needs: ["berth"],
  command: ({ berth }, { folder, context }) => ({
    argv: [berth, "--silent", "build", "--force", join(folder, "out.sif"), context],
    env: berthFolders(folder),
  }),
};

/** berth with an OCI layout as its target. */
export const BERTH_LAYOUT: Contestant<BuildJob> = {
  name: "berth build oci:layout",
  needs: ["berth"],
  command: ({ berth }, { folder, context }) => ({
    argv: [berth, "--silent", "build", "--force", `oci:${join(folder, "layout")}:latest`, context],
    env: berthFolders(folder),
  }),
};

export const BUILDAH: Contestant<BuildJob> = {
  name: "buildah bud --layers",
  needs: ["buildah"],
  command: (_place, { folder, context }) => stored("buildah", folder, ["bud", "--layers"], context),
};

export const PODMAN: Contestant<BuildJob> = {
  name: "podman build",
  needs: ["podman"],
  command: (_place, { folder, context }) => stored("podman", folder, ["build"], context),
};

/** Docker's engine with BuildKit; what the engine's process takes is charged, what it starts for RUN is not. */
export function docker(engine: DockerEngine): Contestant<BuildJob> {
  return {
    name: "docker build (BuildKit)",
    needs: ["dockerd"],
    server: "dockerd",
    ...("absent" in engine ? { absent: engine.absent } : {}),
    command: (_place, { context }) => ({
      argv: ["/usr/bin/docker", "build", "--quiet", "--network", "host", "--tag", "bench", context],
      env: { DOCKER_HOST: "host" in engine ? engine.host : "", DOCKER_BUILDKIT: "1" },
    }),
  };
}

/** Where berth keeps what it keeps. */
export function berthFolders(folder: string): Readonly<Record<string, string>> {
  return { BERTH_CACHEDIR: join(folder, "cache"), BERTH_RUNTIMEDIR: join(folder, "run"), BERTH_TMPDIR: folder };
}

// The plainest isolation, which is also the quickest: programs change their root and see the host's network.
function stored(program: string, folder: string, verb: readonly string[], context: string): Command {
  const places = ["--root", join(folder, "storage"), "--runroot", join(folder, "run")];
  const build = [...verb, "--quiet", "--tls-verify=false", "--isolation", "chroot", "--tag", "bench", context];
  return {
    argv: [program, ...places, "--storage-driver", "overlay", ...build],
    env: { XDG_RUNTIME_DIR: folder, TMPDIR: folder },
  };
}
