// The one error class of berth. Every room declares its failures as a table (code → sentence, hint, exit status)
// and gets a typed `fail` for them; `main` renders what was thrown. Nothing below `main` prints an error.

/** Values that a failure's sentence is made of. */
export type ErrorFields = Readonly<Record<string, string | number | bigint | undefined>>;

/** One kind of failure. `{name}` in `text` and `hint` is replaced by the field of that name. */
export interface ErrorKind {
  /** What happened, to which thing and why; no full stop at the end. */
  readonly text: string;
  /** What to do next; left out only when the text already says it. */
  readonly hint?: string;
  /** Exit status of the command line; 255 (berth failed before the payload started) unless said otherwise. */
  readonly exit?: number;
  /** HTTP status when the same failure answers a request; 500 unless said otherwise. */
  readonly http?: number;
}

/** A failure with its code, the sentence for a person, what to do next, and the fields both were made of. */
export class BerthError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exit: number;
  readonly http: number;
  readonly fields: ErrorFields;

  constructor(code: string, kind: ErrorKind, fields: ErrorFields, cause: unknown) {
    super(fill(kind.text, fields), cause === undefined ? undefined : { cause });
    this.name = "BerthError";
    this.code = code;
    this.hint = kind.hint === undefined ? undefined : fill(kind.hint, fields);
    this.exit = kind.exit ?? 255;
    this.http = kind.http ?? 500;
    this.fields = fields;
  }
}

/** Makes the error of a code of the table; the caller throws it, so that the compiler sees the end of the path. */
export type Fail<Code extends string> = (
  code: Code,
  fields?: ErrorFields,
  options?: { readonly cause?: unknown },
) => BerthError;

/**
 * Declares a room's failures.
 *
 * @example
 * export const fail = defineErrors({ E_NO_FILE: { text: "{path} does not exist", hint: "check the name" } });
 * throw fail("E_NO_FILE", { path });
 */
export function defineErrors<Code extends string>(kinds: Readonly<Record<Code, ErrorKind>>): Fail<Code> {
  return (code, fields = {}, options = {}) => new BerthError(code, kinds[code], fields, options.cause);
}

/** True when `error` is a failure of berth with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof BerthError && error.code === code;
}

/** The errno name (`ENOENT`, …) of a system error, if it is one. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === "string" ? code : undefined;
}

/** True for what only a mistake in berth's own code throws: no verdict about a network, a file or an image. */
export function isOwnFault(error: unknown): boolean {
  const kinds = [TypeError, RangeError, ReferenceError, SyntaxError];
  // The runtime's own complaints about arguments (a malformed URL) are of these classes too, and carry a code.
  return kinds.some((kind) => error instanceof kind) && errnoOf(error) === undefined;
}

/** The words of any thrown value, for use inside another failure's sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fill(template: string, fields: ErrorFields): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = fields[name];
    return value === undefined ? whole : printable(String(value));
  });
}

// Names come from archives and registries: control characters, those behind ASCII too, must not reach a terminal as they are.
function printable(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
