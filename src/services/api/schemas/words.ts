// Words that many schemas of the services' API share: names as they stand in paths and bodies. The shapes of schemas are
// the gateway's (../../../gateway/api/v2/schemas/shared.ts). Knows no routes.

import { Type } from "typebox";

export {
  count,
  line,
  list,
  named,
  PAGING,
  page,
  ref,
  seconds,
  text,
  word,
} from "../../../gateway/api/v2/schemas/shared.ts";

/** Name of a stack: a DNS label. Old names that are none are found, too; whether one may be made says the policy. */
export const STACK = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$", description: "Name of the stack." });
/** Name of a service in its stack. */
export const SERVICE = Type.String({
  pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$",
  description: "Name of the service.",
});
/** An id that berth made. */
export const ID = Type.String({ pattern: "^[0-9A-Za-z_-]{1,64}$", description: "Its id." });
/** Name of a secret in the store. */
export const SECRET = Type.String({
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$",
  description: "Name of the secret: `STACK.FILE` or `SERVICE.STACK.FILE`.",
});
/** Texts by name. */
export const texts = (description: string) => Type.Record(Type.String(), Type.String(), { description });
