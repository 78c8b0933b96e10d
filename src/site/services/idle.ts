// The part `services.idle` of site.yaml: when things that nobody uses are stopped, and the interface of spin-docker with
// the settings of its playbook, by their own names and by those that the playbook gave them.

import { type Static, Type } from "typebox";
import { isTimeZone } from "../../base/time-zone.ts";
import type { Environment } from "../../platform/user.ts";
import type { Path } from "../config-document.ts";
import { type Findings, msOf } from "../findings.ts";
import { about, choice, closed, count, duration, flag, optional, text } from "../schema-words.ts";

const SPIN_DOCKER = Type.Object(
  {
    password: text("password of the user admin; the variable SPIN_DOCKER_PASSWORD goes first"),
    passwordFile: text("file that holds the password; rather than writing it here", "/etc/berth/spin-docker.password"),
    environment: text("development or production; read for compatibility, without effect", "production"),
    disableTimeouts: flag("stop no container that nobody uses"),
    initialTimeoutInterval: duration("time until a container's use is looked at for the first time", "2h"),
    timeoutInterval: duration("time between two looks; idle at two of them: stopped", "30m"),
    state: choice(
      "what a list shows of a container that somebody else stopped: events (the truth), audit (what was last known, until ?audit=true, as spin-docker has it)",
      "events",
      "audit",
    ),
    staleMeans: choice("what a report older than two intervals counts as", "idle", "active"),
    checkIn: choice("as services.idle.checkIn, which goes first", "either", "address", "token"),
    checkInUrl: text("as services.idle.checkInUrl, which goes first"),
    sd_environment: text("as environment"),
    sd_password: text("as password"),
    sd_disable_timeouts: flag("as disableTimeouts"),
    sd_initial_timeout_interval: duration("as initialTimeoutInterval"),
    sd_timeout_interval: duration("as timeoutInterval"),
  },
  {
    ...closed,
    ...about("spin-docker's interface under /v1; left out, and no SPIN_DOCKER_PASSWORD: nothing but the check-in"),
  },
);

/** What may stand under `services.idle`. */
export const IDLE_SCHEMA = Type.Object(
  {
    timeZone: text("where keep-warm hours are counted unless they name a zone; UTC unless said", "Europe/Berlin"),
    checkIn: choice(
      "what says which container checks in: its address, the token in its file /run/berth/check-in, or either",
      "either",
      "address",
      "token",
    ),
    checkInUrl: text(
      "where containers check in, for those that cannot reach the server on their default gateway",
      "http://spin.example.org/v1/check-in",
    ),
    reportInterval: duration("how often containers check in; two of these without a report: unknown", "5m"),
    cpuInterval: duration("how often the CPU time of services is read whose idle policy asks for it", "60s"),
    wakeTimeout: duration("how long waking a service may take before those who wait are refused", "2m"),
    history: duration("how long the timeline of use is kept", "30d"),
    historyLength: count("entries of the timeline kept for a service", 10),
    spinDocker: optional(SPIN_DOCKER),
  },
  { ...closed, ...about("services and containers that nobody uses") },
);

/** When things are stopped that nobody uses, every default filled in. */
export interface IdleConfig {
  /** An IANA name. */
  readonly timeZone: string;
  /** What says which container checks in. */
  readonly checkIn: "either" | "address" | "token";
  /** Undefined: on the container's default gateway. */
  readonly checkInUrl: string | undefined;
  readonly reportIntervalMs: number;
  readonly cpuIntervalMs: number;
  readonly wakeTimeoutMs: number;
  readonly historyMs: number;
  readonly historyLength: number;
  /** Undefined: under `/v1` there is nothing but the check-in. */
  readonly spinDocker: SpinDockerConfig | undefined;
}

/** The interface of spin-docker. */
export interface SpinDockerConfig {
  readonly password: { readonly text: string } | { readonly file: string };
  /** Kept for those who ask; nothing depends on it. */
  readonly environment: string;
  /** False: no container is ever stopped for want of use. */
  readonly timeouts: boolean;
  readonly initialMs: number;
  readonly intervalMs: number;
  readonly state: "events" | "audit";
  readonly staleMeans: "idle" | "active";
}

interface Place {
  readonly path: Path;
  readonly at: (relative: string) => string;
  readonly env: Environment;
  readonly found: Findings;
}

/** Completes and checks the part; spin-docker's variables go before what the file says. */
export function resolveIdle(file: Static<typeof IDLE_SCHEMA> = {}, place: Place): IdleConfig {
  const timeZone = file.timeZone ?? "UTC";
  if (!isTimeZone(timeZone))
    place.found.wrong([...place.path, "timeZone"], `is "${timeZone}", which is no time zone`, "write Europe/Berlin");
  return {
    timeZone,
    checkIn: file.checkIn ?? file.spinDocker?.checkIn ?? "either",
    checkInUrl: file.checkInUrl ?? file.spinDocker?.checkInUrl,
    reportIntervalMs: msOf(file.reportInterval, 300_000),
    cpuIntervalMs: msOf(file.cpuInterval, 60_000),
    wakeTimeoutMs: msOf(file.wakeTimeout, 120_000),
    historyMs: msOf(file.history, 30 * 86_400_000),
    historyLength: file.historyLength ?? 500,
    spinDocker: resolveSpinDocker(file.spinDocker, { ...place, path: [...place.path, "spinDocker"] }),
  };
}

function resolveSpinDocker(file: Static<typeof SPIN_DOCKER> | undefined, place: Place): SpinDockerConfig | undefined {
  const { env, path, at, found } = place;
  const word = env["SPIN_DOCKER_PASSWORD"] || file?.password || file?.sd_password;
  if (file === undefined && !word) return undefined;
  if (!word && file?.passwordFile === undefined)
    found.wrong(path, "has no password", "write passwordFile, or set the variable SPIN_DOCKER_PASSWORD");
  const disabled = Boolean(env["DISABLE_TIMEOUTS"]) || (file?.disableTimeouts ?? file?.sd_disable_timeouts ?? false);
  const initial = file?.initialTimeoutInterval ?? file?.sd_initial_timeout_interval;
  const interval = file?.timeoutInterval ?? file?.sd_timeout_interval;
  return {
    password: word ? { text: word } : { file: at(file?.passwordFile ?? "") },
    environment: env["ENVIRONMENT"] || (file?.environment ?? file?.sd_environment ?? "development"),
    timeouts: !disabled,
    initialMs: secondsOf("INITIAL_TIMEOUT_INTERVAL", place) ?? msOf(initial, 7_200_000),
    intervalMs: Math.max(1, secondsOf("TIMEOUT_INTERVAL", place) ?? msOf(interval, 1_800_000)),
    state: file?.state ?? "events",
    staleMeans: file?.staleMeans ?? "idle",
  };
}

function secondsOf(variable: string, { env, path, found }: Place): number | undefined {
  const value = env[variable];
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  found.wrong(path, `does not understand the variable ${variable}: "${value}" is no number of seconds`, "");
  return undefined;
}
