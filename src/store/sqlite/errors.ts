// What SQLite's result codes mean to a person. Constraint violations and mistakes in SQL pass through as they are: they
// are for the code that asked.

import { reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";

const BUSY = 5;
const READ_ONLY = 8;
const IO = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

/** The primary result code of an error of `node:sqlite`, or undefined for other errors. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  // Extended codes carry the primary one in their lowest byte.
  return error.errcode & 0xff;
}

/** True when another process holds the lock that was wanted. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

/** The failure to throw for an error of the database at `path`: one of `E_STORE_…`, or the error itself. */
export function translate(error: unknown, path: string): unknown {
  const reason = reasonOf(error);
  switch (resultCode(error)) {
    case FULL:
    case IO:
    case READ_ONLY:
      return fail("E_STORE_FULL", { reason: `${path}: ${reason}` }, { cause: error });
    case CORRUPT:
    case NOT_A_DATABASE:
      return fail("E_STORE_DAMAGED", { where: path, reason }, { cause: error });
    case CANNOT_OPEN:
      return fail("E_STORE_OPEN", { where: path, reason }, { cause: error });
    default:
      return error;
  }
}
