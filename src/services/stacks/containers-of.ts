// The containers of a stack that somebody wants to see the output of, or to run a program in.

import { configOf, isUp, serviceOf, slotOf } from "../driver/names.ts";
import type { EngineContainer } from "../engine/types.ts";
import type { LogLine } from "../types.ts";
import { fail } from "./errors.ts";
import type { Room } from "./parts.ts";
import { checkService, readStack, summariesOf } from "./stack-records.ts";
import type { ExecChoice, LogChoice } from "./types.ts";

/** Those of the configuration that counts; the newest where there are others. @throws E_STACK_NONE, E_STACK_NO_SERVICE */
async function chosen(room: Room, name: string, service: string | undefined, slot: number | undefined) {
  const stack = await readStack(room.store.db, name);
  if (service !== undefined) checkService(stack, service);
  const configs = new Map(summariesOf(stack).map((one) => [one.name, one.config]));
  return room.driver
    .containers(name)
    .filter((one) => service === undefined || serviceOf(one) === service)
    .filter((one) => slot === undefined || slotOf(one) === slot)
    .filter((one) => isUp(one) || configs.get(serviceOf(one)) === configOf(one));
}

/** Lines of all containers chosen, as they come; without `follow` one container after the other. */
export async function* stackLogs(room: Room, name: string, choice: LogChoice, signal?: AbortSignal) {
  const { service, slot, ...options } = choice;
  const containers = await chosen(room, name, service, slot);
  const streams = containers.map(({ id }) => room.driver.logs(id, options, signal));
  if (!options.follow) for (const stream of streams) yield* stream;
  else yield* merged(streams);
}

/** @throws E_STACK_NOT_RUNNING */
export async function execIn(room: Room, name: string, choice: ExecChoice, signal?: AbortSignal) {
  const { service, slot, ...options } = choice;
  const containers = (await chosen(room, name, service, slot)).filter(({ status }) => status === "running");
  const first = containers.sort((a: EngineContainer, b: EngineContainer) => slotOf(a) - slotOf(b))[0];
  if (!first) throw fail("E_STACK_NOT_RUNNING", { service });
  return room.driver.exec(first.id, options, signal);
}

// Each stream is read one line ahead, no further: who follows slowly slows the containers' readers, not our memory.
async function* merged(streams: readonly AsyncIterable<LogLine>[]): AsyncGenerator<LogLine> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  const ahead = new Map(iterators.map((iterator) => [iterator, next(iterator)]));
  try {
    while (ahead.size > 0) {
      const { iterator, result } = await Promise.race(ahead.values());
      if (result.done) {
        ahead.delete(iterator);
        continue;
      }
      ahead.set(iterator, next(iterator));
      yield result.value;
    }
  } finally {
    for (const iterator of iterators) void iterator.return?.().catch(() => {});
    for (const promise of ahead.values()) promise.catch(() => {});
  }
}

async function next(iterator: AsyncIterator<LogLine>) {
  return { iterator, result: await iterator.next() };
}
