// The limits that flags and the file of `--apply-cgroups` ask for. Loaded only when one of them is given.

import { readFileSync } from "node:fs";
import { defineErrors, reasonOf } from "../../base/errors.ts";
import { type Confinement, confine } from "../../run/limits/confine.ts";
import { type LimitWishes, limitWishes, wantsLimits } from "../../run/limits/wishes.ts";
import type { Context } from "../context.ts";
import type { FlagValues } from "../flags.ts";
import type { LIMIT_FLAGS } from "./limit-flags.ts";

const fail = defineErrors({
  E_LIMITS_UNREADABLE: { text: "cannot read the limits in {path}: {reason}", hint: "check the name of the file" },
});

/** Gets the wished limits granted; undefined when none is wished for in the end. @throws E_LIMIT… */
export async function limitsFor(
  flags: FlagValues<typeof LIMIT_FLAGS>,
  { env, user }: Context,
): Promise<Confinement | undefined> {
  const wishes = { ...(await fileWishes(flags["apply-cgroups"])), ...given(limitWishes(flags)) };
  return wantsLimits(wishes) ? confine(wishes, env, user) : undefined;
}

async function fileWishes(path: string | undefined): Promise<LimitWishes> {
  if (path === undefined) return {};
  const { parseLimits } = await import("../../run/limits/limits-file.ts");
  try {
    return parseLimits(readFileSync(path, "utf8"), path);
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw fail("E_LIMITS_UNREADABLE", { path, reason: reasonOf(cause) }, { cause });
  }
}

// A flag beats the file; a flag that was not given does not.
function given(wishes: LimitWishes): LimitWishes {
  return Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined));
}
