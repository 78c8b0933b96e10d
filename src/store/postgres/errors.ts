// What PostgreSQL's states and a broken connection mean to a person, and which of them another try may cure.
// Constraint violations and mistakes in SQL pass through as they are.

import { BerthError, errnoOf, reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";

/**
 * Errors of sockets and name lookups; states of a server that goes, is not there yet or takes no more connections (classes
 * 08 and 57P, 53300), that ended us for idling in a transaction (25P03) or a statement for taking too long (57014).
 */
const AWAY =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND|08...|57P0[1-5]|53300|25P03|57014)$/;

/** The driver's own errors have no code. */
const AWAY_WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered|Query read timeout)/;

/** True when the connection or the server is gone, so that nothing of an uncommitted transaction remains. */
export function isAway(error: unknown): boolean {
  return AWAY.test(errnoOf(error) ?? "") || AWAY_WORDS.test(reasonOf(error));
}

/** True when the transaction fell victim to another one (serialization failure, deadlock) and may be run again. */
export function isConflict(error: unknown): boolean {
  return ["40001", "40P01"].includes(errnoOf(error) ?? "");
}

/** The failure to throw for an error of the server `where`: one of `E_STORE_…`, or the error itself. */
export function translate(error: unknown, where: string): unknown {
  if (error instanceof BerthError) return error;
  const reason = reasonOf(error);
  if (isAway(error)) return fail("E_STORE_AWAY", { reason: `${where}: ${reason}` }, { cause: error });
  const state = errnoOf(error) ?? "";
  if (/^53[14]00$/.test(state)) return fail("E_STORE_FULL", { reason: `${where}: ${reason}` }, { cause: error });
  // Wrong password, no such database, not permitted to connect.
  if (/^(28...|3D000|42501)$/.test(state)) return fail("E_STORE_OPEN", { where, reason }, { cause: error });
  return error;
}
