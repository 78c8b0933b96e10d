// Who is signed in. What proves it is in a cookie that no script reads; the word against forged requests is in memory only.

import { computed, signal } from "@preact/signals";
import { ask, listeners } from "../api/ask.ts";
import { Refusal } from "../api/failures.ts";
import type { Me, Session, SignIn } from "../api/types.ts";

/** What the server said last; undefined: not asked yet. */
export const session = signal<Session | undefined>(undefined);
/** Who was signed in when the session ended under the person's hands. */
export const endedFor = signal<Me | undefined>(undefined);
export const me = computed(() => session.value?.me);
/** Whose the page is: also while the session has ended and is to be begun again. */
export const reader = computed(() => (me.value ?? endedFor.value)?.user);

export function watchSession(): void {
  listeners.csrf = () => session.peek()?.csrf;
  listeners.signedOut = () => {
    const before = session.peek();
    if (!before?.me) return;
    endedFor.value = before.me;
    session.value = { ...before, me: undefined, csrf: undefined };
  };
  listeners.renew = async () => {
    const before = me.peek()?.user;
    await loadSession();
    return before !== undefined && me.peek()?.user === before;
  };
}

/** Asks who is signed in. @throws Refusal, Away */
export async function loadSession(): Promise<void> {
  take(await ask<Session>({ path: "/v2/session" }));
}

/** Signs in with what was typed. @throws Refusal, Away */
export async function signIn(wish: SignIn): Promise<void> {
  take(await ask<Session>({ method: "POST", path: "/v2/session", body: wish }));
}

/** Signs out: here, or from every browser and machine where the person is signed in. @throws Refusal, Away */
export async function signOut(everywhere = false): Promise<void> {
  try {
    await ask<void>({ method: "DELETE", path: "/v2/session", query: everywhere ? { everywhere } : {} });
  } catch (error) {
    // It had ended already, which is what was wanted.
    if (!(error instanceof Refusal && error.status === 401)) throw error;
  }
  endedFor.value = undefined;
  const before = session.peek();
  if (before) session.value = { ...before, me: undefined, csrf: undefined };
}

/** Whether the person has one of the roles. */
export function hasRole(...roles: readonly Me["roles"][number][]): boolean {
  return me.value?.roles.some((role) => roles.includes(role)) ?? false;
}

function take(answer: Session): void {
  const before = me.peek();
  session.value = answer;
  // A session may end while nobody asks anything, as when the server is away: what was typed stays then, too.
  if (answer.me) endedFor.value = undefined;
  else if (before) endedFor.value = before;
}
