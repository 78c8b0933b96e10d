// One question to the server: JSON there, JSON or a refusal back. Says to whoever wants to know whether the server is there
// and whether the session holds. Knows no operation.

import { type Query, withQuery } from "./address.ts";
import { Away, Refusal } from "./failures.ts";

/** A question. */
export interface Question {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined;
  readonly path: string;
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The word against forged requests is not that of the session. */
const STALE = "E_SERVICES_CSRF";

/** Who is told how questions went; set once by the state of the session and of the connection. */
export const listeners = {
  csrf: (): string | undefined => undefined,
  answered: (): void => {},
  away: (): void => {},
  signedOut: (): void => {},
  /** Another tab signed in: asks for the word against forged requests again. True: it is the same person still. */
  renew: async (): Promise<boolean> => false,
};

/** The answer of JSON. @throws Refusal, Away, an AbortError after the signal */
export async function ask<T>(question: Question): Promise<T> {
  const response = await open(question);
  const text = await textOf(response);
  if (text === "") return undefined as T;
  const answer = parsed(text);
  if (answer === undefined)
    throw new Error("What answered was not the server but something before it. Load the page again.");
  return answer as T;
}

/** The answer, its body not read yet. @throws Refusal, Away, an AbortError after the signal */
export async function open(question: Question): Promise<Response> {
  try {
    return await openOnce(question);
  } catch (error) {
    // Nothing was done, so that it may be asked for again.
    const stale = error instanceof Refusal && error.code === STALE;
    if (!stale || !(await listeners.renew().catch(() => false))) throw error;
    return openOnce(question);
  }
}

async function openOnce(question: Question): Promise<Response> {
  const response = await send(question);
  if (response.ok) return response;
  const kind = response.headers.get("content-type") ?? "";
  const body = /^application\/(problem\+)?json/.test(kind) ? parsed(await textOf(response)) : undefined;
  // What stands before a server that is gone answers for it, but not in its words.
  if (response.status >= 502 && body === undefined) {
    listeners.away();
    throw new Away();
  }
  if (response.status === 401 && question.path !== "/v2/session") listeners.signedOut();
  throw new Refusal(response.status, body);
}

async function send({ method = "GET", path, query, body, signal, headers }: Question): Promise<Response> {
  const csrf = method === "GET" ? undefined : listeners.csrf();
  try {
    const response = await fetch(withQuery(path, query), {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: {
        ...headers,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(csrf === undefined ? {} : { "x-berth-csrf": csrf }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
    if (response.status < 502) listeners.answered();
    return response;
  } catch (error) {
    throw gone(error);
  }
}

async function textOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw gone(error);
  }
}

// fetch and its body fail with a TypeError when the connection does.
function gone(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  listeners.away();
  return new Away();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
