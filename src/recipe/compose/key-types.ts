// What berth does with a key of a compose file.

/** `used`: as the specification says; `emulated`: the same effect in another way; `ignored`: without effect, said in a warning; `refused`: an error. */
export type Treatment = "used" | "emulated" | "ignored" | "refused";

/**
 * One key: its path (`*` any name, `[]` the items of a list), what is done with it, why when that is not plainly using it, and what to
 * do instead. A key below which no other is listed holds what people want.
 */
export type KeyRow =
  | readonly [path: string, treatment: "used"]
  | readonly [path: string, treatment: Treatment, reason: string, cure?: string];
