// After a wake that failed the next attempt waits; not when somebody has mended the service meanwhile.

import { expect, test } from "vitest";
import { WakeDesk } from "../../services/idle/wake.ts";
import type { Stacks } from "../../services/stacks/types.ts";
import { forgiving } from "./forgiving.ts";

const FRED = { uid: 1, user: "fred" };

test.each(["start", "restart", "upgrade", "rollback", "up"] as const)(
  "%s ends the pause after a failed wake",
  async (deed) => {
    let broken = true;
    const wake = async () => {
      if (broken) throw new Error("its image is gone");
    };
    const desk = new WakeDesk({ stacks: { wake }, now: () => 0, timeoutMs: () => 5000 });
    const begun = async () => ({}) as never;
    const bare = { start: begun, restart: begun, upgrade: begun, rollback: begun, up: begun } as unknown as Stacks;
    const stacks = forgiving(bare, (stack) => desk.forgive(stack));
    await expect(desk.wake("rover", "web")).rejects.toMatchObject({ code: "E_WAKE_FAILED" });
    await expect(desk.wake("other", "web")).rejects.toMatchObject({ code: "E_WAKE_FAILED" });
    broken = false;
    if (deed === "up") await stacks.up({ name: "rover" } as Parameters<Stacks["up"]>[0], FRED);
    else if (deed === "start" || deed === "restart") await stacks[deed]("rover", undefined, FRED);
    else await stacks[deed]("rover", {}, FRED);
    await desk.wake("rover", "web");
    await expect(desk.wake("other", "web")).rejects.toMatchObject({ code: "E_WAKE_FAILED" });
  },
);
