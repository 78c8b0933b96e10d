// What berth asks of a container engine (Docker's API, by Docker or Podman), and nothing else. Values are parsed at this
// border: nobody above sees an answer of the engine as it was sent. Times are seconds since 1970 unless said.

import type { ContainerPlan, HealthCheck } from "./plan.ts";

export type { ContainerPlan, EngineMount, HealthCheck } from "./plan.ts";

/** What kind of engine answers, and what it can. */
export interface EngineInfo {
  readonly kind: "docker" | "podman";
  readonly version: string;
  readonly apiVersion: string;
  readonly rootless: boolean;
  /** Folder of its data. */
  readonly root: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Health checks of containers are carried out by the engine (Podman without systemd: no). */
  readonly healthChecks: boolean;
  /** Containers of a network find each other by name. */
  readonly nameService: boolean;
  readonly canPause: boolean;
  readonly limits: boolean;
  /** `overlay2`, `overlay`, `vfs`, …: how layers of images are put together. */
  readonly storage: string;
  /** `runc`, `crun`, …: what starts containers unless one asks for another. */
  readonly runtime: string;
  /** Where output of containers goes unless one says otherwise; empty: the engine does not say. */
  readonly logDriver: string;
  /** Name of the machine that it runs on. */
  readonly hostName: string;
}

export type ContainerStatus = "created" | "running" | "paused" | "restarting" | "exited" | "dead" | "removing";

/** A container as the engine knows it. */
export interface EngineContainer {
  /** 64 hex digits. */
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  /** As given when it was made. */
  readonly image: string;
  /** `sha256:…` of the image's configuration. */
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: ContainerStatus;
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  /** The check that counts for it, of the plan or else the image; undefined: none. */
  readonly healthCheck?: HealthCheck | undefined;
  readonly exitCode: number | undefined;
  readonly oomKilled: boolean;
  /** What the engine says when it could not start it. */
  readonly error: string;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly restarts: number;
  /** Process id on the host of its first process; undefined when it does not run. */
  readonly pid: number | undefined;
  readonly ports: readonly PublishedPort[];
  /** Address in each network, by the network's name. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Addresses that it was made to have whenever it runs, by the network's name. */
  readonly fixedAddresses?: Readonly<Record<string, string>> | undefined;
  /** Id of the container whose network it shares; it cannot start without that very one. */
  readonly joins?: string | undefined;
  readonly tty: boolean;
}

export interface PublishedPort {
  readonly container: number;
  readonly protocol: "tcp" | "udp";
  readonly host: number;
  readonly address: string;
}

export interface EngineImage {
  readonly id: string;
  readonly tags: readonly string[];
  /** `repository@sha256:…` of the registries that it came from. */
  readonly digests: readonly string[];
  readonly bytes: number;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  /** `8080/tcp`. */
  readonly exposed: readonly string[];
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly hasHealthCheck: boolean;
  readonly os: string;
  readonly architecture: string;
}

export interface EngineEvent {
  /** Nanosecond precision as a decimal of seconds is lost: milliseconds suffice here. */
  readonly at: number;
  readonly kind: "container" | "image" | "network" | "volume";
  /** `start`, `die`, `health_status`, `destroy`, … the engine's word, without what follows a colon. */
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A piece of output of a container; lines are not joined. */
export interface LogChunk {
  readonly stream: "stdout" | "stderr";
  /** Seconds since 1970, nanoseconds kept in `stamp` (RFC 3339). */
  readonly at: number;
  readonly stamp: string;
  readonly text: string;
}

/** A program started inside a running container. */
export interface ExecSession {
  readonly id: string;
  /** With a terminal everything is `stdout`. */
  readonly output: AsyncIterable<{ readonly stream: "stdout" | "stderr"; readonly data: Buffer }>;
  write(data: Buffer): Promise<void>;
  /** No more input. */
  end(): void;
  resize(columns: number, rows: number): Promise<void>;
  /** Exit code, when it is over. */
  wait(): Promise<number>;
  /** Drops the connection; the engine does not end the program, so a terminal's program gets its hang-up from the closing terminal. */
  close(): void;
}

export interface EngineUsage {
  /** CPU seconds since the container's start. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly pids: number;
  readonly at: number;
}

export interface PullProgress {
  readonly layer: string;
  readonly status: string;
  readonly done: number;
  readonly total: number;
}

interface Waiting {
  readonly signal?: AbortSignal | undefined;
}

/**
 * An engine. Everything is idempotent: what is already as asked is no failure (stopping the stopped, removing what is not
 * there). Failures: `E_ENGINE_…`.
 */
export interface Engine {
  readonly address: string;
  info(wait?: Waiting): Promise<EngineInfo>;
  /** True when it answers. */
  alive(wait?: Waiting): Promise<boolean>;
  containers(
    filter: { readonly labels?: readonly string[]; readonly all?: boolean },
    wait?: Waiting,
  ): Promise<readonly EngineContainer[]>;
  container(id: string, wait?: Waiting): Promise<EngineContainer | undefined>;
  /** Makes it; answers its id. @throws E_ENGINE_NAME_TAKEN, E_ENGINE_NO_IMAGE, E_ENGINE_REFUSED */
  create(plan: ContainerPlan, wait?: Waiting): Promise<string>;
  /** False: it ran already. @throws E_ENGINE_PORT_TAKEN, E_ENGINE_START, E_ENGINE_NO_CONTAINER */
  start(id: string, wait?: Waiting): Promise<boolean>;
  stop(id: string, graceMs: number, wait?: Waiting): Promise<void>;
  kill(id: string, signalName: string, wait?: Waiting): Promise<void>;
  pause(id: string, wait?: Waiting): Promise<void>;
  unpause(id: string, wait?: Waiting): Promise<void>;
  rename(id: string, name: string, wait?: Waiting): Promise<void>;
  /** With its anonymous volumes. */
  remove(id: string, options?: { readonly force?: boolean }, wait?: Waiting): Promise<void>;
  /** Exit code, when it is over. */
  wait(id: string, wait?: Waiting): Promise<number>;
  logs(
    id: string,
    options: {
      readonly follow?: boolean;
      readonly since?: number;
      readonly until?: number;
      readonly tail?: number;
      readonly stdout?: boolean;
      readonly stderr?: boolean;
    },
    wait?: Waiting,
  ): AsyncIterable<LogChunk>;
  exec(
    id: string,
    options: {
      readonly argv: readonly string[];
      readonly tty: boolean;
      readonly stdin: boolean;
      readonly user?: string;
      readonly env?: readonly string[];
      readonly workingDir?: string;
      readonly columns?: number;
      readonly rows?: number;
    },
    wait?: Waiting,
  ): Promise<ExecSession>;
  usage(id: string, wait?: Waiting): Promise<EngineUsage | undefined>;
  /** Puts a tar archive's files into a container, also into one that was never started. */
  putArchive(id: string, path: string, tar: Buffer, wait?: Waiting): Promise<void>;
  images(wait?: Waiting): Promise<readonly EngineImage[]>;
  image(reference: string, wait?: Waiting): Promise<EngineImage | undefined>;
  /** @throws E_ENGINE_PULL */
  pull(
    reference: string,
    options?: {
      readonly credentials?: { readonly user: string; readonly password: string } | undefined;
      readonly platform?: string | undefined;
      readonly onProgress?: (progress: PullProgress) => void;
    },
    wait?: Waiting,
  ): Promise<void>;
  tag(image: string, reference: string, wait?: Waiting): Promise<void>;
  /** Reads a docker-archive (`docker save`). */
  load(archive: AsyncIterable<Buffer>, wait?: Waiting): Promise<readonly string[]>;
  removeImage(reference: string, wait?: Waiting): Promise<void>;
  networks(
    filter: { readonly labels?: readonly string[] },
    wait?: Waiting,
  ): Promise<
    readonly {
      readonly id: string;
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly subnets: readonly string[];
    }[]
  >;
  createNetwork(
    plan: {
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly driver?: string;
      readonly internal?: boolean;
      readonly ipv6?: boolean;
      readonly subnets?: readonly {
        readonly subnet: string;
        readonly gateway?: string | undefined;
        readonly range?: string | undefined;
      }[];
      readonly options?: Readonly<Record<string, string>>;
    },
    wait?: Waiting,
  ): Promise<string>;
  connect(
    network: string,
    container: string,
    options?: { readonly aliases?: readonly string[]; readonly ipv4?: string | undefined },
    wait?: Waiting,
  ): Promise<void>;
  disconnect(network: string, container: string, wait?: Waiting): Promise<void>;
  removeNetwork(name: string, wait?: Waiting): Promise<void>;
  volumes(
    filter: { readonly labels?: readonly string[] },
    wait?: Waiting,
  ): Promise<
    readonly {
      readonly name: string;
      readonly driver: string;
      readonly mountpoint: string;
      readonly labels: Readonly<Record<string, string>>;
      /** What its driver was told when it was made. */
      readonly options: Readonly<Record<string, string>>;
    }[]
  >;
  createVolume(
    plan: {
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly driver?: string;
      readonly options?: Readonly<Record<string, string>>;
    },
    wait?: Waiting,
  ): Promise<void>;
  removeVolume(name: string, wait?: Waiting): Promise<void>;
  /** Ends with the signal, or throws when the engine goes away: begin again with `since`. */
  events(options: { readonly since?: number }, wait?: Waiting): AsyncIterable<EngineEvent>;
}
