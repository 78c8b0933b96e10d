// Secrets at the desk. A secret belongs to the stack in its name: whoever may operate that stack may know of its secrets and
// give them new values; a stack uses only secrets of its own owner. Until the stack is there, they are whoever made them's.
// No value ever comes back from here.

import { hasCode } from "../../base/errors.ts";
import { parseSecretName } from "../../policy/names.ts";
import type { Stack } from "../types.ts";
import { audited } from "./audit.ts";
import { fail } from "./errors.ts";
import { type DeskParts, offered, type SecretRecord, type SecretRecords } from "./parts.ts";
import { hasRole, requireDoer, requireRight, rightOf } from "./rights.ts";
import { personOf } from "./stack-desk.ts";
import type { Right, SecretDesk, SecretInfo, SecretUse, SignedIn } from "./types.ts";

/** The desk's part about secrets. */
export function secretDesk(parts: DeskParts): SecretDesk {
  const records = (): SecretRecords => offered(parts.secrets, "secrets");
  const note = (who: SignedIn, action: string, name: string) => ({
    who,
    action: `secret.${action}`,
    object: `secret/${name}`,
  });
  return {
    async list(who) {
      const all = await records().list();
      const found: SecretInfo[] = [];
      for (const record of all) if (await rightTo(parts, who, record)) found.push(await shown(parts, record));
      return found;
    },
    async show(who, name) {
      return shown(parts, await allowed(parts, who, name, "see"));
    },
    create: (who, wish) =>
      audited(parts.audit, note(who, "create", wish.name), async () => {
        requireDoer(who, "keeping secrets");
        const owner = await futureOwner(parts, who, wish.name);
        return shown(parts, await records().create({ ...wish, owner }, who.user));
      }),
    async rotate(who, name, value, { restart }) {
      const secret = await audited(parts.audit, note(who, "rotate", name), async () => {
        await allowed(parts, who, name, "operate");
        return shown(parts, await records().rotate(name, value, who.user));
      });
      // Apart in the log: the new value is kept, whatever becomes of those who use it.
      return { secret, restarted: restart ? await restartUsers(parts, who, secret.usedBy) : [] };
    },
    remove: (who, name) =>
      audited(parts.audit, note(who, "remove", name), async () => {
        const { usedBy } = await shown(parts, await allowed(parts, who, name, "change"));
        const uses = usedBy.map(({ stack, service }) => `${service} of ${stack}`).join(", ");
        if (uses !== "") throw fail("E_DESK_SECRET_USED", { name, uses });
        await records().remove(name);
      }),
    exchangeKey: (who) =>
      audited(parts.audit, { who, action: "secret.exchange-key", object: "secrets" }, async () => {
        if (!hasRole(who, "operator", "admin")) throw fail("E_DESK_STAFF", { what: "exchange the key of all secrets" });
        return records().exchangeKey();
      }),
  };
}

/** @throws E_DESK_NO_SECRET as if it were not there, for those who may not know of it */
async function allowed(parts: DeskParts, who: SignedIn, name: string, needed: Right): Promise<SecretRecord> {
  const [record] = await offered(parts.secrets, "secrets").find([name]);
  const right = record && (await rightTo(parts, who, record));
  if (!record || !right) throw fail("E_DESK_NO_SECRET", { name });
  if (needed === "see") return record;
  requireDoer(who, "changing secrets");
  if (needed === "change" && right !== "change")
    throw fail("E_DESK_OWNER_ONLY", { stack: name, what: "remove it", owner: record.owner.user });
  return record;
}

async function rightTo(parts: DeskParts, who: SignedIn, record: SecretRecord): Promise<Right | undefined> {
  if (record.owner.user === who.user || hasRole(who, "admin")) return "change";
  const stack = await stackOf(parts, record.name);
  const right = stack?.owner === record.owner.user ? rightOf(who, stack) : undefined;
  // Who may only look at the stack need not know what its secrets are called.
  return right === "see" ? undefined : right;
}

/** The stack that a secret is named after, if it is there. @throws E_DESK_SECRET_NAME */
async function stackOf(parts: DeskParts, name: string): Promise<Stack | undefined> {
  const [first = "", second = ""] = name.split(".");
  const there = new Map<string, Stack>();
  for (const candidate of [first, second]) {
    const stack = await find(parts, candidate);
    if (stack) there.set(candidate, stack);
  }
  const read = parseSecretName(name, { serviceTypes: parts.serviceTypes?.() ?? new Map(), stacks: there });
  if (!read) throw fail("E_DESK_SECRET_NAME", { name });
  return there.get(read.stack);
}

async function find({ stacks }: DeskParts, name: string): Promise<Stack | undefined> {
  if (name === "") return undefined;
  try {
    return await stacks.show(name);
  } catch (error) {
    if (hasCode(error, "E_STACK_NONE")) return undefined;
    throw error;
  }
}

// The owner of the stack, as only his secrets may be used there.
async function futureOwner(parts: DeskParts, who: SignedIn, name: string) {
  const stack = await stackOf(parts, name);
  if (!stack || stack.owner === who.user) return { uid: who.uid, user: who.user };
  requireRight(who, stack, "operate", "give it secrets");
  const uid = await parts.uidOf?.(stack.owner);
  return uid === undefined ? { uid: who.uid, user: who.user } : { uid, user: stack.owner };
}

async function shown(parts: DeskParts, record: SecretRecord): Promise<SecretInfo> {
  const { name, description, owner, version, bytes, createdAt, createdBy, rotatedAt, rotatedBy } = record;
  const usedBy = await usesOf(parts, record);
  return {
    ...{ name, description, version, bytes, createdAt, createdBy, rotatedAt, rotatedBy },
    owner: owner.user,
    usedBy,
  };
}

async function usesOf(parts: DeskParts, { name }: SecretRecord): Promise<readonly SecretUse[]> {
  const stack = await stackOf(parts, name);
  if (!stack) return [];
  const spec = await parts.stacks.spec(stack.name).catch((error: unknown) => {
    // Its first deployment is under way, or failed.
    if (hasCode(error, "E_STACK_NOT_DEPLOYED")) return undefined;
    throw error;
  });
  if (!spec) return [];
  const keys = new Set(spec.secrets.filter(({ store }) => store === name).map((secret) => secret.name));
  const using = spec.services.filter(({ secrets }) => secrets.some((use) => keys.has(use.name)));
  return using.map((service) => ({ stack: stack.name, service: service.name }));
}

async function restartUsers(
  { stacks, audit }: DeskParts,
  who: SignedIn,
  uses: readonly SecretUse[],
): Promise<readonly SecretUse[]> {
  for (const stack of new Set(uses.map((use) => use.stack))) {
    const services = uses.filter((use) => use.stack === stack).map((use) => use.service);
    const deed = { who, action: "stack.restart", object: `stack/${stack}`, detail: services.join(", ") };
    await audited(audit, deed, () => stacks.restart(stack, services, personOf(who)));
  }
  return uses;
}
