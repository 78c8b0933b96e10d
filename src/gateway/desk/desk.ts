// The front desk of the gateway: every operation with its rules about who may, each in the file that its name says.

import type { Desk, ImageName, Principal } from "../types.ts";
import { CredentialMarks } from "./credential-marks.ts";
import { events } from "./events.ts";
import { autoexpire, collect, expire, remove } from "./expire.ts";
import { list, listTexts, lookup, lookups, show, tagHistory } from "./find-images.ts";
import { importFile } from "./import-file.ts";
import type { DeskOptions, DeskParts } from "./parts.ts";
import { pin, pins, unpin } from "./pins.ts";
import { pull } from "./pull.ts";
import { cancelPull, findPull, queue } from "./pulls.ts";
import { release } from "./quarantine.ts";
import { quota, setQuota } from "./quotas.ts";
import { setAcl } from "./readers.ts";
import { Refusals } from "./refusals.ts";
import { Removals } from "./removals.ts";

const QUEUE_LIMITS = { perUser: 500, total: 10_000 };

/** A desk, and the way to wait for what it does in the background. */
export interface GatewayDesk extends Desk {
  /** Resolves when no removal of files is under way. */
  settled(): Promise<void>;
}

/** Opens the desk over its parts. */
export function makeDesk(options: DeskOptions): GatewayDesk {
  const onFault = options.onFault ?? (() => {});
  const parts: DeskParts = {
    ...options,
    marks: new CredentialMarks(),
    removals: new Removals({ ...options, onFault }),
    queueLimits: { ...QUEUE_LIMITS, ...options.limits },
  };
  const refusals = new Refusals(options);
  const noted = <T>(kind: string, who: Principal | undefined, about: Partial<ImageName>, work: Promise<T>) =>
    refusals.watch(who, { kind, about }, work);
  return {
    lookup: (who, name, { all = false } = {}) => (all ? show(parts, who, name) : lookup(parts, who, name)),
    list: (who, filter) => list(parts, who, filter),
    listTexts: (who, system, write) => listTexts(parts, who, system, write),
    lookups: (who, system, limit) => lookups(parts, who, system, limit),
    tagHistory: (who, name) => tagHistory(parts, who, name),
    pull: (who, name, acl) => noted("pull.started", who, name, pull(parts, who, name, acl)),
    importFile: (who, name, file, acl) => noted("import.started", who, name, importFile(parts, who, name, file, acl)),
    queue: (who, system) => queue(parts, who, system),
    findPull: (who, id) => findPull(parts, who, id),
    cancelPull: (who, id) => noted("pull.cancelled", who, {}, cancelPull(parts, who, id)),
    expire: (who, name) => expire(parts, who, name),
    autoexpire: (who, system) => autoexpire(parts, who, system),
    remove: (who, name) => noted("image.removed", who, name, remove(parts, who, name)),
    collect: (who, system, dryRun) => noted("gc.done", who, { system }, collect(parts, who, system, dryRun)),
    setAcl: (who, name, acl) => noted("acl.changed", who, name, setAcl(parts, who, name, acl)),
    release: (who, name, reason) => noted("quarantine.released", who, name, release(parts, who, name, reason)),
    pin: (who, name, holder, until) => noted("pin.set", who, name, pin(parts, who, name, { holder, until })),
    unpin: (who, name, holder) => noted("pin.removed", who, name, unpin(parts, who, name, holder)),
    pins: (who, filter) => pins(parts, who, filter),
    quota: (who, subject) => quota(parts, who, subject),
    setQuota: (who, subject, limits) => noted("quota.changed", who, {}, setQuota(parts, who, subject, limits)),
    events: (who, filter) => events(parts, who, filter),
    settled: () => parts.removals.settled(),
  };
}
