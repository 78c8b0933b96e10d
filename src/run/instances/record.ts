// What is written down of a running instance: the process that stands for it, beyond doubt, and what programs that join it
// must know. Data and its reading; no process is looked at here.

import { readRegular } from "../../platform/access.ts";
import type { JoinPlan } from "../launch-plan.ts";
import type { LaunchRequest } from "../request.ts";
import type { Inside } from "../start.ts";

/** A running instance. */
export interface InstanceRecord {
  readonly format: number;
  readonly name: string;
  /** The process outside the container: it lasts as long as the instance, and forwards signals. */
  readonly pid: number;
  /** Its start in clock ticks after boot. */
  readonly start: string;
  /** Boot and /proc in which the number means something (`instanceDomain`). */
  readonly domain: string;
  /** Time of the start, ISO 8601. */
  readonly started: string;
  /** Absolute path of the image. */
  readonly image: string;
  readonly out: string;
  readonly err: string;
  /** Signal that asks the instance to end, from the image's configuration. */
  readonly stopSignal: string;
  /** The control group that was made for it. */
  readonly controlGroup?: string | undefined;
  readonly join: JoinFacts;
}

/** What a program that joins has to know of the container. */
export interface JoinFacts extends Inside {
  readonly home: string;
  readonly docker: boolean;
  readonly contain: boolean;
  readonly fixedUmask: boolean;
  readonly binds: LaunchRequest["binds"];
  readonly identity: Pick<JoinPlan, "keepCaps" | "caps" | "setid" | "pretendIds">;
}

/** Raised whenever the form changes. */
export const RECORD_FORMAT = 1;

/** The facts of an image and its environment take some pages; what is larger was not written by berth. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const TEXTS = ["name", "domain", "started", "image", "out", "err", "stopSignal"] as const;

/** The record in a file; undefined when there is none, or one that this version does not understand. */
export function readRecord(path: string): InstanceRecord | undefined {
  try {
    // Root reads records of others: what a command for them uses is checked. `join` is for the user who wrote it.
    const record = JSON.parse(readRegular(path, MAX_RECORD_BYTES) ?? "null") as InstanceRecord;
    const numbers = Number.isSafeInteger(record.pid) && record.pid > 1 && /^\d+$/.test(record.start);
    const texts = TEXTS.every((key) => typeof record[key] === "string");
    const group = record.controlGroup === undefined || typeof record.controlGroup === "string";
    return record.format === RECORD_FORMAT && numbers && texts && group ? record : undefined;
  } catch {
    return undefined;
  }
}
