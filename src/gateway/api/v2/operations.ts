// How a route is described: its name in the client, what it takes, what it answers.

import { type TSchema, Type } from "typebox";
import { Problem } from "./schemas/problem.ts";
import { ref } from "./schemas/shared.ts";

/** What a route takes. */
interface Takes {
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly body?: TSchema;
}

/** How every route refuses. */
export const REFUSED = {
  description: "Why the request was not fulfilled.",
  content: { "application/problem+json": { schema: ref(Problem) } },
} as const;

/** The schema of a route that answers with something; refusals are the same everywhere. */
export function answering<const T extends Takes, A extends TSchema>(
  operationId: string,
  summary: string,
  takes: T,
  answer: A,
) {
  return { operationId, summary, ...takes, response: { 200: answer, default: REFUSED } } as const;
}

/** The schema of a route that has nothing to say but that it is done (204). */
export function doing<const T extends Takes>(operationId: string, summary: string, takes: T) {
  const done = Type.Unsafe<undefined>({ type: "null", description: "Done." });
  return { operationId, summary, ...takes, response: { 204: done, default: REFUSED } } as const;
}
