// Stacks at the desk: who may see and do what, and the audit log of it. What an operation is knows the room of stacks.

import { hasCode } from "../../base/errors.ts";
import type { Operation, Person, StackFilter as RecordFilter, UpAnswer } from "../stacks/types.ts";
import type { Service, Stack } from "../types.ts";
import { audited } from "./audit.ts";
import { fail } from "./errors.ts";
import type { DeskParts } from "./parts.ts";
import { requireDoer, requireRight, requireTags, rightOf, seesAll } from "./rights.ts";
import type { Mine, Right, SignedIn, StackDesk, StackFilter, StackGlance } from "./types.ts";

/** The desk's part about stacks. */
export function stackDesk(parts: Pick<DeskParts, "stacks" | "audit">): StackDesk {
  return { ...seeing(parts), ...recipes(parts), ...operations(parts), ...history(parts) };
}

/** Who somebody is to the records. */
export function personOf({ uid, user }: SignedIn): Person {
  return { uid, user };
}

/** A stack that somebody may do something with. @throws E_STACK_NONE, and what `requireRight` says */
export async function allowedStack(
  { stacks }: Pick<DeskParts, "stacks">,
  who: SignedIn,
  name: string,
  needed: Right,
  what: string,
): Promise<Stack & Mine> {
  const stack = await stacks.show(name);
  return { ...stack, mine: requireRight(who, stack, needed, what) };
}

/** What the records are asked for so that only stacks come that somebody may see. */
export function eyesOf(who: SignedIn, mine = false): RecordFilter["eyes"] {
  return seesAll(who) && !mine ? undefined : { user: who.user, groups: who.groups };
}

type Parts = Pick<DeskParts, "stacks" | "audit">;

function seeing(parts: Parts): Pick<StackDesk, "list" | "show" | "service"> {
  return {
    async list(who, filter) {
      const { items, next } = await parts.stacks.list(recordFilter(who, filter), filter);
      return { items: items.map((stack) => glance(stack, rightOf(who, stack) ?? "see")), next };
    },
    show: (who, name) => allowedStack(parts, who, name, "see", "see it"),
    async service(who, name, service) {
      return serviceOf(await allowedStack(parts, who, name, "see", "see it"), service);
    },
  };
}

function recordFilter(who: SignedIn, { match, owner, tag, mine, attention }: StackFilter): RecordFilter {
  return { eyes: eyesOf(who, mine), owner, text: match, tag, attention };
}

function glance(stack: Stack, mine: Right): StackGlance {
  const { name, title, owner, group, staffOwner, staffGroup, state, reason, services, updatedAt } = stack;
  const count = (wanted: Service["state"]) => services.filter((service) => service.state === wanted).length;
  return {
    ...{ name, title, owner, group, staffOwner, staffGroup, state, reason, updatedAt, mine },
    services: services.length,
    running: count("running"),
    asleep: count("asleep") + count("paused"),
    routes: services.flatMap(({ routes }) => routes),
  };
}

/** @throws E_DESK_NO_SERVICE */
export function serviceOf({ name, services }: Stack, service: string): Service {
  const found = services.find((one) => one.name === service);
  if (found) return found;
  throw fail("E_DESK_NO_SERVICE", { stack: name, service, services: services.map((one) => one.name).join(", ") });
}

// What rules forbid is an answer, not a failure; for the log it is a refusal.
function notBegun({ begun, proposal }: UpAnswer): string | undefined {
  if (begun) return undefined;
  const rules = proposal.findings.filter(({ severity, waived }) => severity === "error" && !waived);
  return rules.length === 0
    ? "the recipe is wrong"
    : `forbidden by ${[...new Set(rules.map(({ rule }) => rule))].join(", ")}`;
}

function recipes({ stacks, audit }: Parts): Pick<StackDesk, "propose" | "diff" | "up"> {
  const existing = (name: string) =>
    stacks.show(name).catch((error: unknown) => {
      if (hasCode(error, "E_STACK_NONE")) return undefined;
      throw error;
    });
  return {
    async propose(who, wish) {
      requireDoer(who, "proposing stacks");
      const before = await existing(wish.name);
      if (before) requireRight(who, before, "operate", "propose changes of it");
      const proposal = await stacks.propose(wish, personOf(who));
      const over = proposal.allowed ? await stacks.quotaRefusal(proposal.spec, personOf(who)) : undefined;
      if (!over) return proposal;
      const { message, hint } = over;
      return {
        ...proposal,
        notes: [...proposal.notes, { severity: "error", message, hint, pointer: "" }],
        allowed: false,
      };
    },
    async diff(who, wish) {
      requireRight(who, await stacks.show(wish.name), "operate", "propose changes of it");
      return stacks.diff(wish.name, wish, personOf(who));
    },
    up: (who, wish) =>
      audited(audit, { who, action: "stack.up", object: `stack/${wish.name}`, refused: notBegun }, async () => {
        requireDoer(who, "deploying stacks");
        const before = await existing(wish.name);
        if (before) requireRight(who, before, "operate", "deploy it");
        const proposal = await stacks.propose(wish, personOf(who));
        if (!proposal.allowed) return { begun: false, proposal } as const;
        requireTags(who, proposal.spec, before);
        // What was allowed here is not done to another stack that has come to be meanwhile.
        return stacks.up(wish, personOf(who), { over: before ?? null });
      }),
  };
}

type Operations = "down" | "upgrade" | "rollback" | "confirm" | "stop" | "start" | "restart" | "scale" | "wake";

function operations(parts: Parts): Pick<StackDesk, Operations> {
  const { stacks, audit } = parts;
  // One with a service is a matter of that service.
  const act = <T>(
    who: SignedIn,
    action: string,
    at: { readonly stack: string; readonly service?: string | undefined; readonly detail?: string },
    work: (stack: Stack) => Promise<T>,
  ) => {
    const { stack, service, detail } = at;
    const deed = service === undefined ? `stack.${action}` : `service.${action}`;
    const object = service === undefined ? `stack/${stack}` : `service/${stack}/${service}`;
    return audited(audit, { who, action: deed, object, detail }, async () => {
      const needed = action === "down" ? "change" : "operate";
      const found = await allowedStack(parts, who, stack, needed, action === "down" ? "remove it" : `${action} it`);
      if (service !== undefined) serviceOf(found, service);
      return work(found);
    });
  };
  return {
    down: (who, stack, choice) =>
      act(who, "down", { stack, ...(choice.volumes ? { detail: "with its volumes" } : {}) }, () =>
        stacks.down(stack, choice, personOf(who)),
      ),
    upgrade: (who, stack, choice) => {
      const [only, ...others] = choice.services ?? [];
      return act(who, "upgrade", { stack, service: others.length > 0 ? undefined : only }, (found) => {
        for (const service of [...(choice.services ?? []), ...Object.keys(choice.images ?? {})])
          serviceOf(found, service);
        return stacks.upgrade(stack, choice, personOf(who));
      });
    },
    rollback: (who, stack, choice) =>
      act(who, "rollback", { stack, service: choice.service }, () => stacks.rollback(stack, choice, personOf(who))),
    confirm: (who, stack) => act(who, "confirm", { stack }, () => stacks.confirm(stack, personOf(who))),
    stop: (who, stack, { service }) =>
      act(who, "stop", { stack, service }, () => stacks.stop(stack, service, personOf(who))),
    start: (who, stack, { service }) =>
      act(who, "start", { stack, service }, () => stacks.start(stack, service, personOf(who))),
    restart: (who, stack, { service }) =>
      act(who, "restart", { stack, service }, () => stacks.restart(stack, service, personOf(who))),
    scale: (who, stack, service, replicas) =>
      act(who, "scale", { stack, service, detail: `to ${replicas}` }, () =>
        stacks.scale(stack, service, replicas, personOf(who)),
      ),
    wake: (who, stack, service) =>
      act(who, "wake", { stack, service }, async () => {
        await stacks.wake(stack, service);
        return serviceOf(await stacks.show(stack), service);
      }),
  };
}

type History = "deployments" | "deployment" | "operations" | "operation" | "follow" | "files" | "export";

function history(parts: Parts): Pick<StackDesk, History> {
  const { stacks } = parts;
  const see = (who: SignedIn, name: string) => allowedStack(parts, who, name, "see", "see it");
  const deployment = async (name: string, id: string) => {
    const found = await stacks.deployment(id);
    if (found.stack !== name) throw fail("E_DESK_NO_DEPLOYMENT", { stack: name, id });
    return found;
  };
  const operation = async (who: SignedIn, name: string, id: string) => {
    const may = await seeAlsoGone(parts, who, name);
    const found = await stacks.operation(id);
    if (found.stack !== name || !may(found)) throw fail("E_DESK_NO_OPERATION", { stack: name, id });
    return found;
  };
  return {
    async deployments(who, name, page) {
      await see(who, name);
      return stacks.deployments(name, page);
    },
    async deployment(who, name, id) {
      await see(who, name);
      return deployment(name, id);
    },
    async operations(who, name, page) {
      const may = await seeAlsoGone(parts, who, name);
      const found = await stacks.operations(name, page);
      return { ...found, items: found.items.filter(may) };
    },
    async operation(who, name, id) {
      return operation(who, name, id);
    },
    async *follow(who, name, id, signal) {
      await operation(who, name, id);
      yield* stacks.follow(id, signal);
    },
    async files(who, name, id) {
      const stack = await allowedStack(parts, who, name, "operate", "read its recipe");
      return (await deployment(name, id ?? stack.deployment)).files;
    },
    async export(who, name) {
      await allowedStack(parts, who, name, "operate", "export it");
      return stacks.export(name);
    },
  };
}

// An operation may outlive its stack: whoever took the stack down still wants to see that it ended. Nobody else does, as
// nobody knows any more whose the stack was.
async function seeAlsoGone(parts: Parts, who: SignedIn, name: string): Promise<(operation: Operation) => boolean> {
  try {
    await allowedStack(parts, who, name, "see", "see it");
    return () => true;
  } catch (error) {
    if (!hasCode(error, "E_STACK_NONE")) throw error;
    return ({ by }) => seesAll(who) || by.user === who.user;
  }
}
