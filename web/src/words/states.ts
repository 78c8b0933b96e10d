// States in words, with a shape and a tone: a state is never told by its colour alone.

import type { Service, StackSummary } from "../api/types.ts";

export type Shape = "disc" | "ring" | "half" | "triangle" | "cross" | "square" | "moon" | "bars" | "turn" | "tick";
export type Tone = "good" | "busy" | "warn" | "bad" | "calm" | "sleep";

/** How a state is shown. */
export interface Shown {
  readonly label: string;
  readonly shape: Shape;
  readonly tone: Tone;
}

type State = Service["state"] | StackSummary["state"] | "ready" | "down";

const STATES: Readonly<Record<State, Shown>> = {
  running: { label: "running", shape: "disc", tone: "good" },
  ready: { label: "ready", shape: "disc", tone: "good" },
  starting: { label: "starting", shape: "half", tone: "busy" },
  deploying: { label: "deploying", shape: "turn", tone: "busy" },
  upgrading: { label: "upgrading", shape: "turn", tone: "busy" },
  upgraded: { label: "upgraded, to be confirmed", shape: "tick", tone: "warn" },
  "rolling-back": { label: "rolling back", shape: "turn", tone: "warn" },
  removing: { label: "removing", shape: "turn", tone: "busy" },
  waking: { label: "waking", shape: "half", tone: "busy" },
  degraded: { label: "degraded", shape: "triangle", tone: "warn" },
  failed: { label: "failed", shape: "cross", tone: "bad" },
  down: { label: "down", shape: "cross", tone: "bad" },
  stopped: { label: "stopped", shape: "square", tone: "calm" },
  asleep: { label: "asleep", shape: "moon", tone: "sleep" },
  paused: { label: "paused", shape: "bars", tone: "calm" },
  completed: { label: "completed", shape: "tick", tone: "good" },
};

/** How the state is shown; one that is not known, as its own word. */
export function shownState(state: string): Shown {
  return Object.hasOwn(STATES, state) ? STATES[state as State] : { label: state, shape: "ring", tone: "calm" };
}

const OUTCOMES: Readonly<Record<string, Shown>> = {
  planned: { label: "planned", shape: "ring", tone: "calm" },
  "under way": { label: "under way", shape: "turn", tone: "busy" },
  upgraded: { label: "to be confirmed", shape: "tick", tone: "warn" },
  done: { label: "done", shape: "tick", tone: "good" },
  ok: { label: "done", shape: "tick", tone: "good" },
  failed: { label: "failed", shape: "cross", tone: "bad" },
  refused: { label: "refused", shape: "cross", tone: "warn" },
  "rolled back": { label: "rolled back", shape: "triangle", tone: "warn" },
  interrupted: { label: "interrupted", shape: "triangle", tone: "warn" },
};

/** How the outcome of a deployment, operation or audited deed is shown. */
export function shownOutcome(outcome: string): Shown {
  return OUTCOMES[outcome] ?? { label: outcome, shape: "ring", tone: "calm" };
}

const IMAGES: Readonly<Record<string, Shown>> = {
  READY: { label: "ready", shape: "disc", tone: "good" },
  FAILURE: { label: "failed", shape: "cross", tone: "bad" },
  QUARANTINED: { label: "quarantined", shape: "triangle", tone: "warn" },
  EXPIRED: { label: "expired", shape: "square", tone: "calm" },
  EXPIRING: { label: "expiring", shape: "half", tone: "calm" },
  PENDING: { label: "waiting", shape: "ring", tone: "calm" },
  INIT: { label: "waiting", shape: "ring", tone: "calm" },
};

/** How the status of an image or pull is shown. */
export function shownImage(status: string): Shown {
  return IMAGES[status] ?? { label: status.toLowerCase(), shape: "turn", tone: "busy" };
}

const VERDICTS: Readonly<Record<string, Shown>> = {
  accepted: { label: "accepted", shape: "tick", tone: "good" },
  warned: { label: "warned", shape: "triangle", tone: "warn" },
  refused: { label: "refused", shape: "cross", tone: "bad" },
  unknown: { label: "not known", shape: "ring", tone: "warn" },
  released: { label: "released", shape: "tick", tone: "warn" },
};

/** How the result of a verdict is shown, or that staff let the image through. */
export function shownVerdict(result: string): Shown {
  return VERDICTS[result] ?? { label: result, shape: "ring", tone: "calm" };
}

const ACTIVITIES: Readonly<Record<string, Shown>> = {
  active: { label: "in use", shape: "disc", tone: "good" },
  warm: { label: "kept warm", shape: "half", tone: "good" },
  idle: { label: "idle", shape: "ring", tone: "calm" },
  unknown: { label: "not known", shape: "triangle", tone: "warn" },
};

/** How the use of a service is shown. */
export function shownActivity(activity: string): Shown {
  return ACTIVITIES[activity] ?? shownState(activity);
}

const SEVERITIES: Readonly<Record<string, Shown>> = {
  error: { label: "error", shape: "cross", tone: "bad" },
  warning: { label: "warning", shape: "triangle", tone: "warn" },
  info: { label: "note", shape: "disc", tone: "busy" },
  style: { label: "style", shape: "ring", tone: "calm" },
  off: { label: "off", shape: "square", tone: "calm" },
};

/** How the severity of a rule or finding is shown. */
export function shownSeverity(severity: string): Shown {
  return SEVERITIES[severity] ?? { label: severity, shape: "ring", tone: "calm" };
}
