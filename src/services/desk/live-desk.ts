// What is seen of stacks while they run, at the desk: logs and shells only for those who may operate a stack, the rest for all
// who may see it. Every shell is in the audit log, with how it ended.

import { reasonOf } from "../../base/errors.ts";
import type { ExecSession } from "../engine/types.ts";
import type { LogLine, Stack, StackEvent } from "../types.ts";
import { audited } from "./audit.ts";
import { eventQueue } from "./event-queue.ts";
import { type DeskParts, offered, watchedEnd } from "./parts.ts";
import { requireUser, rightOf } from "./rights.ts";
import { allowedStack, eyesOf, serviceOf } from "./stack-desk.ts";
import type { LiveDesk, SignedIn, StackLogLine } from "./types.ts";

/** Stacks that a search or a list of use goes over at most. */
const STACKS_AT_MOST = 1000;
/** Events that somebody who was away is told at most. */
const MISSED_AT_MOST = 1000;

/** The desk's part about what runs. */
export function liveDesk(parts: DeskParts): LiveDesk {
  return { ...logs(parts), ...events(parts), ...shells(parts), ...use(parts) };
}

function logs(parts: DeskParts): Pick<LiveDesk, "logs" | "search"> {
  const { stacks } = parts;
  return {
    async logs(who, name, wish, signal) {
      const stack = await allowedStack(parts, who, name, "operate", "read its logs");
      if (wish.service !== undefined) serviceOf(stack, wish.service);
      // Somebody else's stack may have had this name before: what it said is kept, and not for this one's owner.
      const since = Math.max(wish.since ?? 0, stack.createdAt);
      const lines = parts.readLogs?.(name, { ...wish, since }, signal) ?? stacks.logs(name, wish, signal);
      return withStack(name, lines);
    },
    async search(who, wish) {
      const search = offered(parts.search, "a search over logs");
      const since = new Map((await operated(parts, who, wish.stack)).map((one) => [one.name, one.createdAt]));
      const { items, cut } = await search({ ...wish, stacks: [...since.keys()] });
      return { cut, items: items.filter(({ stack, at }) => at >= (since.get(stack) ?? Number.POSITIVE_INFINITY)) };
    },
  };
}

async function* withStack(stack: string, lines: AsyncIterable<LogLine>): AsyncGenerator<StackLogLine> {
  for await (const line of lines) yield { ...line, stack };
}

/** The stacks that somebody may operate. */
async function operated(parts: DeskParts, who: SignedIn, name: string | undefined): Promise<readonly Stack[]> {
  if (name !== undefined) return [await allowedStack(parts, who, name, "operate", "read its logs")];
  const { items } = await parts.stacks.list({ eyes: eyesOf(who) }, { limit: STACKS_AT_MOST });
  return items.filter((stack) => ["operate", "change"].includes(rightOf(who, stack) ?? ""));
}

function events(parts: DeskParts): Pick<LiveDesk, "events" | "followEvents"> {
  const { stacks } = parts;
  return {
    async events(who, { stack, ...page }) {
      await allowedStack(parts, who, stack, "see", "see it");
      return stacks.events({ stack, ...page });
    },
    async followEvents(who, { stack, after }, signal) {
      if (stack !== undefined) await allowedStack(parts, who, stack, "see", "see it");
      // Listened for before the past is read: what happens in between must not be missed.
      const queue = eventQueue<StackEvent>((listener) => stacks.watch(listener), signal);
      const filter = { stack, eyes: stack === undefined ? eyesOf(who) : undefined };
      return follow({ queue, after, page: () => stacks.events({ ...filter, limit: MISSED_AT_MOST }) }, (event) =>
        stack === undefined ? visible(parts, who, event) : Promise.resolve(event.stack === stack),
      );
    },
  };
}

interface EventSources {
  readonly queue: AsyncIterable<StackEvent | undefined>;
  readonly after: number | undefined;
  readonly page: () => ReturnType<DeskParts["stacks"]["events"]>;
}

async function* follow(
  { queue, after, page }: EventSources,
  wanted: (event: StackEvent) => Promise<boolean>,
): AsyncGenerator<StackEvent> {
  let last = after ?? 0;
  const missed = async () => (await page()).items.toReversed().filter(({ id }) => id > last);
  const told = function* (some: readonly StackEvent[]) {
    for (const event of some) {
      last = event.id;
      yield event;
    }
  };
  if (after !== undefined) yield* told(await missed());
  for await (const event of queue) {
    if (event === undefined) yield* told(await missed());
    else if (event.id > last && (await wanted(event))) yield* told([event]);
  }
}

async function visible({ stacks }: DeskParts, who: SignedIn, { stack }: StackEvent): Promise<boolean> {
  if (eyesOf(who) === undefined) return true;
  const found = await stacks.show(stack).catch(() => undefined);
  return found !== undefined && rightOf(who, found) !== undefined;
}

function shells(parts: DeskParts): Pick<LiveDesk, "exec"> {
  const { stacks, audit } = parts;
  return {
    async exec(who, { stack, service, slot }, options, signal) {
      const base = { who, object: `service/${stack}/${service}` };
      const words = options.argv.join(" ").slice(0, 200);
      let begun: ExecSession | undefined;
      const work = async () => {
        serviceOf(await allowedStack(parts, who, stack, "operate", "open a shell in it"), service);
        const { user } = options;
        if (user !== undefined) requireUser(who, await stacks.spec(stack), { service, user });
        begun = await stacks.exec(stack, { ...options, service, slot }, signal);
        return watchedEnd(begun, (code) => {
          const note = { who: { uid: who.uid, user: who.user }, object: base.object, address: who.address };
          const detail = `${words}: ${code === undefined ? "left before its end" : `exit ${code}`}`;
          // The shell is over: whoever had it is not told that this line could not be written.
          audit.note({ ...note, action: "service.exec-end", outcome: "ok", detail }).catch((error) => reasonOf(error));
        });
      };
      try {
        return await audited(audit, { ...base, action: "service.exec", detail: words }, work);
      } catch (error) {
        // What cannot be noted is not left running, either.
        begun?.close();
        throw error;
      }
    },
  };
}

function use(parts: DeskParts): Pick<LiveDesk, "activity" | "timeline" | "usage"> {
  const { stacks } = parts;
  return {
    async activity(who, name) {
      const found =
        name === undefined
          ? (await stacks.list({ eyes: eyesOf(who) }, { limit: STACKS_AT_MOST })).items
          : [await allowedStack(parts, who, name, "see", "see it")];
      return found.flatMap(({ name: stack, services }) =>
        services.map(({ name: service, state, idle }) => ({ stack, service, state, idle })),
      );
    },
    async timeline(who, name, service, since) {
      serviceOf(await allowedStack(parts, who, name, "see", "see it"), service);
      return offered(parts.timeline, "timelines of use")(name, service, since);
    },
    async usage(who, name, since) {
      await allowedStack(parts, who, name, "see", "see it");
      return offered(parts.usage, "figures of consumption")(name, since);
    },
  };
}
