// What is written down of a running instance: the process that stands for it, beyond doubt, and what programs that join it
// must know. Data and its reading; no process is looked at here.

import { readFileSync } from "node:fs";
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
  /** Boot and /proc in which the number means something (`ProcessIdentity.domain`). */
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

/** The record in a file; undefined when there is none, or one that this version does not understand. */
export function readRecord(path: string): InstanceRecord | undefined {
  try {
    // Written by the same user, into a folder of that user: the form is not doubted beyond what root depends on.
    const record = JSON.parse(readFileSync(path, "utf8")) as InstanceRecord;
    const sound = Number.isSafeInteger(record.pid) && record.pid > 1 && /^\d+$/.test(record.start);
    return record.format === RECORD_FORMAT && sound ? record : undefined;
  } catch {
    return undefined;
  }
}
