// The way of every start: `run`, `exec`, `shell`, `test` and `plan` without the full parser, when the command line is plain.

import type { Context } from "./context.ts";
import { quickParse } from "./quick-parse.ts";
import { PAYLOAD_FLAGS, PAYLOAD_FORMS, type PayloadForm, performPayload } from "./run/payload.ts";

/** Performs the command and answers true; false when the full parser has to look at it. */
export async function runQuickly(args: readonly string[], context: Context): Promise<boolean> {
  const [name = "", ...words] = args;
  const form: PayloadForm | undefined = Object.hasOwn(PAYLOAD_FORMS, name)
    ? PAYLOAD_FORMS[name as keyof typeof PAYLOAD_FORMS]
    : undefined;
  if (!form) return false;
  const parsed = quickParse(words, PAYLOAD_FLAGS, context.env);
  if (!parsed) return false;
  await performPayload(form, parsed.values, parsed.rest, context);
  return true;
}
