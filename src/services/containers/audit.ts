// Compares every record with the engine: at the start, after the connection to the engine was lost, and when a client asks
// for `?audit=true`. One question to the engine for all of them.

import { bringIntoLine } from "./observe.ts";
import { type SpinParts, spinLabels } from "./parts.ts";

/** Does it. @throws E_ENGINE_… when the engine does not answer: then nothing changed */
export async function audit(parts: SpinParts): Promise<void> {
  const { engine, list, turns, signal, site } = parts;
  const labels = Object.entries(spinLabels(site)).map(([name, value]) => `${name}=${value}`);
  const listed = await engine.containers({ labels, all: true }, { signal });
  const seen = new Set(listed.map(({ id }) => id));
  const gone = list.all().filter(({ id }) => !seen.has(id));
  // Each is asked for again in its turn: something may have happened to it since the list was made.
  const look = (id: string) =>
    turns.take(id, async () => bringIntoLine(parts, id, await engine.container(id, { signal })));
  const changed = listed.filter(({ id, status, startedAt }) => {
    const known = list.get(id);
    const runs = ["running", "paused", "restarting"].includes(status);
    return !known || known.status !== (runs ? "running" : "stopped") || (runs && known.run !== startedAt);
  });
  for (const { id } of [...gone, ...changed]) await look(id);
}
