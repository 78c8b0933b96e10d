// Brings a record into line with what the engine says of its container: a run that began, ended or was followed by
// another, a container that is gone, one that has no record. Idempotent; to be called in the container's turn.

import type { EngineContainer } from "../engine/types.ts";
import { firstLook, IMAGE_LABEL, isSpin, type SpinParts } from "./parts.ts";
import { spinPorts } from "./ports.ts";
import { NO_PORTS, type SpinContainer } from "./record.ts";

/** What a record becomes by what is seen; undefined: nothing changes. Pure. */
export function observed(known: SpinContainer | undefined, seen: EngineContainer): SpinContainer | undefined {
  const runs = ["running", "paused", "restarting"].includes(seen.status);
  const run = seen.startedAt ?? 0;
  const fresh = { active: "0", reportedAt: undefined };
  if (!known) {
    const { id, name, createdAt, labels, image } = seen;
    const born = { id, name, createdAt, image: labels[IMAGE_LABEL] ?? image, run, ...fresh };
    return runs
      ? { ...born, status: "running", ports: spinPorts(seen.ports) }
      : { ...born, status: "stopped", ports: NO_PORTS };
  }
  if (known.status === "deleting") return undefined;
  if (!runs) return known.status === "stopped" ? undefined : { ...known, ...fresh, status: "stopped", ports: NO_PORTS };
  // The engine is still at stopping it.
  if (known.status === "stopping" && known.run === run) return undefined;
  const ports = spinPorts(seen.ports);
  if (known.status === "running" && known.run === run)
    return JSON.stringify(ports) === JSON.stringify(known.ports) ? undefined : { ...known, ports };
  return { ...known, ...fresh, status: "running", run, ports };
}

/** Does it: `seen` undefined when the engine has no such container. */
export async function observe(parts: SpinParts, id: string, seen: EngineContainer | undefined): Promise<void> {
  // Somebody is about to start it, and writes it down then.
  if (seen?.status === "created" && !parts.list.get(id)) return;
  await bringIntoLine(parts, id, seen);
}

/** The same, also for a container that was made and never started. */
export async function bringIntoLine(parts: SpinParts, id: string, seen: EngineContainer | undefined): Promise<void> {
  const { list, book } = parts;
  const known = list.get(id);
  if (!seen) {
    if (!known) return;
    await book.forget(id);
    list.remove(id);
    return;
  }
  if (!isSpin(seen, parts.site)) return;
  const next = observed(known, seen);
  if (next) await keep(parts, next, known);
}

/** Writes a record down, first in the database; a run that began gets its first look. */
async function keep(parts: SpinParts, next: SpinContainer, before: SpinContainer | undefined): Promise<void> {
  const { book, list, clock, config } = parts;
  const wait = firstLook(config());
  const begun = next.status === "running" && (before?.status !== "running" || before.run !== next.run);
  const due = begun && wait !== undefined ? clock.now() + wait : undefined;
  if (next.status === "running" && !begun) await book.setPorts(next);
  else await book.put(next, due);
  list.put(next);
  if (due !== undefined) parts.due(due);
}

/** Looks at one container of the engine, in its turn. */
export function observeAgain(parts: SpinParts, id: string): Promise<void> {
  return parts.turns.take(id, async () =>
    observe(parts, id, await parts.engine.container(id, { signal: parts.signal })),
  );
}
