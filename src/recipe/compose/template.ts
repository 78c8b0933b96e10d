// `${NAME}` and its forms in one text, as Compose replaces them. Pure; bounded in depth and length, because values may name values.

/** Value of a variable; undefined: not set. */
export type Lookup = (name: string) => string | undefined;

export interface Filled {
  readonly text: string;
  /** Variables without value that were taken as empty. */
  readonly unset: readonly string[];
  /** Why the text could not be filled. */
  readonly error?: { readonly message: string; readonly hint?: string } | undefined;
}

const MAX_NESTING = 20;
const MAX_RESULT = 256 * 1024;
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what people are to write
const HOW = "write ${NAME}, or $$ for a dollar sign";
const NAME = /[_a-zA-Z][_a-zA-Z0-9]*/y;

class Unfillable extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A text with its variables replaced. */
export function fillTemplate(text: string, lookup: Lookup): Filled {
  if (!text.includes("$")) return { text, unset: [] };
  const unset: string[] = [];
  try {
    return { text: fill(text, { lookup, unset }, 0), unset };
  } catch (error) {
    if (!(error instanceof Unfillable)) throw error;
    return { text, unset, error: { message: error.message, ...(error.hint && { hint: error.hint }) } };
  }
}

/** The text that stands for itself when it is filled. */
export function escapeTemplate(text: string): string {
  return text.replaceAll("$", "$$$$");
}

interface Context {
  readonly lookup: Lookup;
  readonly unset: string[];
}

function fill(text: string, context: Context, depth: number): string {
  if (depth > MAX_NESTING) throw new Unfillable(`variables are nested more than ${MAX_NESTING} deep`);
  let out = "";
  let at = 0;
  for (;;) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) return bounded(out + text.slice(at));
    out = bounded(out + text.slice(at, dollar));
    const { value, end } = replaced(text, dollar, context, depth);
    out = bounded(out + value);
    at = end;
  }
}

function bounded(text: string): string {
  if (text.length > MAX_RESULT) throw new Unfillable("the text becomes too long when its variables are replaced");
  return text;
}

function replaced(text: string, at: number, context: Context, depth: number): { value: string; end: number } {
  if (text[at + 1] === "$") return { value: "$", end: at + 2 };
  if (text[at + 1] === "{") {
    const end = closing(text, at + 1);
    return { value: braced(text.slice(at + 2, end), context, depth), end: end + 1 };
  }
  const name = nameAt(text, at + 1);
  // A dollar that begins no variable is a dollar.
  return name === "" ? { value: "$", end: at + 1 } : { value: plain(name, context), end: at + 1 + name.length };
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}" && --depth === 0) return at;
  }
  throw new Unfillable("a variable's brace is not closed", HOW);
}

function braced(inner: string, context: Context, depth: number): string {
  const name = nameAt(inner, 0);
  const rest = inner.slice(name.length);
  const operator = /^:?[-+?]/.exec(rest)?.[0] ?? "";
  if (name === "" || (rest !== "" && operator === "")) {
    throw new Unfillable(`\${${inner.slice(0, 60)}} is no variable`, HOW);
  }
  if (operator === "") return plain(name, context);
  const value = context.lookup(name);
  const given = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  const word = () => fill(rest.slice(operator.length), context, depth + 1);
  if (operator.endsWith("+")) return given ? word() : "";
  if (given) return value ?? "";
  if (operator.endsWith("-")) return word();
  const reason = word();
  throw new Unfillable(`the variable ${name} has no value${reason && `: ${reason}`}`, `give ${name} a value in .env`);
}

function plain(name: string, { lookup, unset }: Context): string {
  const value = lookup(name);
  if (value === undefined) unset.push(name);
  return value ?? "";
}

function nameAt(text: string, at: number): string {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0] ?? "";
}
