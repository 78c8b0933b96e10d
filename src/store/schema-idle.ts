// Tables of the rooms services/containers and services/idle: spin-docker's containers with their timers, and the use of
// services. Times are seconds since 1970 with fraction.

/** A container started by spin-docker's interface, from its first start until it is removed. */
export interface SpinContainerRow {
  /** The engine's id. */
  id: string;
  /** `services.name` of the berth that started it. */
  site: string;
  /** Without the leading slash. */
  name: string;
  /** As it was asked for. */
  image: string;
  /** `running`, `stopping`, `stopped`, `deleting`. */
  status: string;
  /** Host ports as spin-docker shows them: digits, or empty. */
  ssh_port: string;
  app_port: string;
  /** JSON: object of container ports and host ports, all of them. */
  ports: string;
  /** As it was reported last. */
  active: string;
  /** Null: nothing was reported in this run. */
  reported_at: number | null;
  /** When the engine started it: with `id` it names the run. */
  run: number;
  created_at: number;
}

/** When a container's use is looked at next; of the run that it was set for, and of no other. */
export interface SpinTimerRow {
  container: string;
  site: string;
  run: number;
  due: number;
  /** 1: the second look at an idle container, after which it is stopped. */
  final: number;
}

/** What is known of the use of a service, as of the last writing. */
export interface IdleServiceRow {
  stack: string;
  service: string;
  /** Null: never. */
  last_use: number | null;
  /** Since when it sleeps; null: it does not. */
  asleep_since: number | null;
}

/** One stretch of a service's timeline. */
export interface IdleSpanRow {
  stack: string;
  service: string;
  at: number;
  /** `active`, `idle`, `unknown`, `warm`, `asleep`, `waking`, `stopped`. */
  activity: string;
  because: string;
}
