// Composes the room of stacks from its parts. The one door for those who compose a server.

import type { StackEvent } from "../types.ts";
import { beginChange, quotaRefusal } from "./begin.ts";
import { Caretaker } from "./caretaker.ts";
import { execIn, stackLogs } from "./containers-of.ts";
import { rollBack, up, upgradeOf } from "./deployments.ts";
import { diffStacks } from "./diff.ts";
import { fail } from "./errors.ts";
import { eventPage } from "./event-pages.ts";
import { exportStack } from "./export-stack.ts";
import { endOf, follow } from "./follow.ts";
import { StackNews, type Told } from "./news.ts";
import { operationPage, readOperation } from "./operations.ts";
import type { Room, StacksParts } from "./parts.ts";
import { countingNow, propose } from "./propose.ts";
import { Runner } from "./runner.ts";
import { changesOf } from "./service-changes.ts";
import { Sleeping } from "./sleeping.ts";
import { deploymentPage, readDeployment, readStack } from "./stack-records.ts";
import type { Stacks, Waiting } from "./types.ts";
import { Upkeep } from "./upkeep.ts";
import { listStacks, showStack } from "./view.ts";
import { Watcher } from "./watcher.ts";

const CLOSE_MS = 10_000;

/** Opens the room. `recover` is to be called once the engine's containers are known; `close` at the end. */
export function openStacks(parts: StacksParts): Stacks {
  const room: Room = { ...parts, news: new StackNews(parts.store) };
  const runner = new Runner(room);
  const watcher = new Watcher(room);
  const caretaker = new Caretaker(room, runner);
  const upkeep = new Upkeep(room, runner);
  const ended = (id: string, wait: Waiting = {}) => waited(room, runner, id, wait);
  const sleeping = new Sleeping(room, runner, ended);
  return {
    ...deploying(room, runner),
    ...changesOf(room, runner),
    ...questions(room),
    ...history(room),
    sleep: (...asked) => sleeping.sleep(...asked),
    wake: (...asked) => sleeping.wake(...asked),
    ended,
    watchState: (listener) => watcher.watch(listener),
    async recover() {
      const taken = await caretaker.recover();
      upkeep.begin();
      return taken;
    },
    async close({ withinMs = CLOSE_MS } = {}) {
      caretaker.close();
      const kept = upkeep.close();
      await runner.close(withinMs);
      await kept;
      watcher.close();
      room.news.close();
    },
  };
}

type Deploying = "propose" | "quotaRefusal" | "up" | "upgrade" | "rollback" | "down";

function deploying(room: Room, runner: Runner): Pick<Stacks, Deploying> {
  return {
    propose: (wish, by, wait) => propose(room, wish, by, wait),
    quotaRefusal: (spec, by) => quotaRefusal(room, spec, by),
    up: (wish, by, wait) => up(room, runner, wish, by, wait),
    upgrade: (name, choice, by) => upgradeOf(room, runner, name, choice, by),
    rollback: (name, choice, by) => rollBack(room, runner, name, choice, by),
    down: (stack, { volumes = false }, by) => beginChange(runner, { stack, kind: "down", by, arguments: { volumes } }),
  };
}

function questions(room: Room): Pick<Stacks, "list" | "show" | "spec" | "diff" | "export" | "logs" | "exec"> {
  return {
    list: (filter = {}, page = {}) => listStacks(room, filter, page),
    show: (name) => showStack(room, name),
    spec: async (name) => (await counting(room, name)).spec,
    async diff(_name, wish, by, wait) {
      const { spec } = await propose(room, wish, by, wait);
      return diffStacks((await countingNow(room, spec.name))?.spec, spec);
    },
    export: async (name) => exportStack(await counting(room, name)),
    logs: (name, choice, signal) => stackLogs(room, name, choice, signal),
    exec: (name, choice, signal) => execIn(room, name, choice, signal),
  };
}

type History = "deployments" | "deployment" | "operations" | "operation" | "follow" | "events" | "watch" | "note";

function history(room: Room): Pick<Stacks, History> {
  const { db } = room.store;
  return {
    deployments: async (name, page = {}) => deploymentPage(db, (await readStack(db, name)).name, page),
    deployment: (id) => readDeployment(db, id),
    operations: (name, page = {}) => operationPage(db, name, page),
    operation: (id) => readOperation(db, id),
    follow: (id, signal) => follow(room, id, signal),
    events: (filter = {}) => eventPage(db, filter),
    watch: (listener) => room.news.watch((told) => hear(listener, told)),
    note: (event) => room.news.note(event),
  };
}

// Those with id 0 are for who follows the operation.
function hear(listener: Parameters<Stacks["watch"]>[0], told: Told | undefined): void {
  if (told === undefined) listener(undefined);
  else if (told.id > 0) listener(plain(told));
}

function plain({ operation: _, detail: __, ...event }: Told): StackEvent {
  return event;
}

async function counting(room: Room, name: string) {
  await readStack(room.store.db, name);
  const deployment = await countingNow(room, name);
  if (!deployment) throw fail("E_STACK_NOT_DEPLOYED", { stack: name });
  return deployment;
}

async function waited(room: Room, runner: Runner, id: string, { signal }: Waiting) {
  const own = signal ? undefined : await runner.ended(id);
  if (own) return own;
  const end = await endOf(room, id, signal ?? new AbortController().signal);
  signal?.throwIfAborted();
  return end;
}
