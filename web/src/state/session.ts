// Who is signed in. What proves it is in a cookie that no script reads; the word against forged requests is in memory only.

import { computed, signal } from "@preact/signals";
import { ask, listeners } from "../api/ask.ts";
import type { Me, Session, SignIn } from "../api/types.ts";

/** What the server said last; undefined: not asked yet. */
export const session = signal<Session | undefined>(undefined);
/** Who was signed in when the session ended under the person's hands. */
export const endedFor = signal<Me | undefined>(undefined);
export const me = computed(() => session.value?.me);

export function watchSession(): void {
  listeners.csrf = () => session.peek()?.csrf;
  listeners.signedOut = () => {
    const before = session.peek();
    if (!before?.me) return;
    endedFor.value = before.me;
    session.value = { ...before, me: undefined, csrf: undefined };
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

/** Signs out. @throws Refusal, Away */
export async function signOut(): Promise<void> {
  await ask<void>({ method: "DELETE", path: "/v2/session" });
  endedFor.value = undefined;
  const before = session.peek();
  if (before) session.value = { ...before, me: undefined, csrf: undefined };
}

/** Whether the person has one of the roles. */
export function hasRole(...roles: readonly Me["roles"][number][]): boolean {
  return me.value?.roles.some((role) => roles.includes(role)) ?? false;
}

function take(answer: Session): void {
  session.value = answer;
  if (answer.me) endedFor.value = undefined;
}
