import { expect, test } from "vitest";
import type { EngineContainer } from "../engine/types.ts";
import { container } from "./testing.ts";
import { waitHealthy } from "./wait-healthy.ts";
import type { Work } from "./work.ts";

const NO_CHECK = { health: undefined, monitorMs: 0 };

/** Looks one after the other; the last goes on. */
function seen(...looks: readonly Partial<EngineContainer>[]): Work {
  const left = [...looks];
  const look = async () => container((left.length > 1 ? left.shift() : left[0]) ?? {});
  return { look } as Partial<Work> as Work;
}

test("one that falls over between two looks is not taken for one that stays up", async () => {
  const run = (startedAt: number, restarts: number) => ({ startedAt, restarts });
  const work = seen(run(1, 0), run(2, 1), run(2, 1), run(3, 2), run(3, 2), run(4, 3));
  await expect(waitHealthy(work, "c1", NO_CHECK)).rejects.toMatchObject({ code: "E_DRIVER_CRASHED" });
});

test("one that stays up is good", async () => {
  await waitHealthy(seen({ startedAt: 1 }), "c1", NO_CHECK);
});
