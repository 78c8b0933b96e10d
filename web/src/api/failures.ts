// How a call can fail: the server says no, or there is no server at the moment. Knows nothing of pages.

import type { Proposal } from "./types.ts";

/** The server understood and does not do it. Text for people, `code` for programs. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  /** Of a recipe that was refused: what was found in it. */
  readonly proposal: Proposal | undefined;

  constructor(status: number, body: unknown) {
    const { code, detail, hint, proposal } = Object(body) as Readonly<Record<string, unknown>>;
    super(typeof detail === "string" ? detail : `The server answered with status ${status}.`);
    this.name = "Refusal";
    this.status = status;
    this.code = typeof code === "string" ? code : "";
    this.hint = typeof hint === "string" ? hint : undefined;
    this.proposal = proposal as Proposal | undefined;
  }
}

/** Nobody answers: the server restarts, or the network is gone. */
export class Away extends Error {
  constructor() {
    super("The server does not answer at the moment.");
    this.name = "Away";
  }
}

/** True for what came of leaving a page, and is nobody's failure. */
export function wasLeft(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
