// What can be done with a stack or a service: the question before it, where it is sent, and what comes of it.

import { at } from "../../api/address.ts";
import type { Service, Stack } from "../../api/types.ts";
import type { Asking } from "../../parts/confirm.tsx";

export type Verb = "start" | "stop" | "restart" | "upgrade" | "rollback" | "confirm" | "wake" | "remove";

/** One thing that may be done now. */
export interface Doing {
  readonly verb: Verb;
  readonly label: string;
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  readonly asking?: Asking | undefined;
  readonly kind?: "primary" | "danger" | undefined;
}

/** What may be done with the stack as it is, by somebody with these rights. */
export function stackDoings(stack: Pick<Stack, "name" | "state" | "mine" | "services">): readonly Doing[] {
  const { name, state, mine, services } = stack;
  if (mine === "see") return [];
  const doings: Doing[] = [];
  // What sleeps wakes by itself when somebody wants it.
  const rests = services.some((service) => service.state === "stopped" || service.state === "failed");
  const runs = services.some((service) => !RESTING.includes(service.state));
  if (state === "upgraded") doings.push(confirmUpgrade(name));
  if (rests) doings.push(simple("start", "Start all", at`/v2/stacks/${name}/start`));
  doings.push(upgrade(name, at`/v2/stacks/${name}/upgrade`));
  doings.push(rollback(name));
  if (runs) {
    doings.push(
      simple("restart", "Restart all", at`/v2/stacks/${name}/restart`, interruption(`Restart ${name}`, "Restart")),
    );
    doings.push(simple("stop", "Stop all", at`/v2/stacks/${name}/stop`, interruption(`Stop ${name}`, "Stop")));
  }
  if (mine === "change") doings.push(remove(name));
  return doings;
}

const RESTING: readonly Service["state"][] = ["stopped", "asleep", "failed", "paused", "completed"];

/** What may be done with a service as it is, by somebody with these rights. */
export function serviceDoings(
  service: Pick<Service, "stack" | "name" | "state">,
  mine: Stack["mine"],
): readonly Doing[] {
  const { stack, name, state } = service;
  if (mine === "see") return [];
  const base = at`/v2/stacks/${stack}/services/${name}`;
  const asleep = state === "asleep" || state === "paused";
  const doings: Doing[] = [];
  if (asleep) doings.push({ ...simple("wake", "Wake", `${base}/wake`), kind: "primary" });
  if (state === "stopped" || state === "failed") doings.push(simple("start", "Start", `${base}/start`));
  if (!asleep && state !== "stopped") {
    doings.push(simple("restart", "Restart", `${base}/restart`));
    doings.push(simple("stop", "Stop", `${base}/stop`, interruption(`Stop ${name}`, "Stop")));
  }
  doings.push(upgrade(name, `${base}/upgrade`));
  return doings;
}

function simple(verb: Verb, label: string, path: string, asking?: Asking): Doing {
  return { verb, label, method: "POST", path, asking };
}

function upgrade(name: string, path: string): Doing {
  const text = [
    "Every tag is looked up again, and what changed is replaced, a few containers at a time.",
    "When the new ones do not become healthy, the old ones come back by themselves.",
  ];
  return {
    ...simple("upgrade", "Upgrade", path, { title: `Upgrade ${name}`, text, verb: "Upgrade" }),
    body: { pull: "always" },
  };
}

function rollback(name: string): Doing {
  const text = [
    "The deployment before this one comes back: its recipe and the very same images.",
    "Data in volumes stays as it is now; what the newer version wrote, the older one must be able to read.",
  ];
  return {
    ...simple("rollback", "Roll back", at`/v2/stacks/${name}/rollback`, {
      ...{ title: `Roll ${name} back`, text, verb: "Roll back", danger: true },
    }),
    body: {},
  };
}

function confirmUpgrade(name: string): Doing {
  const text = ["The old containers are removed. From then on rolling back makes them anew."];
  return {
    ...simple("confirm", "Confirm the upgrade", at`/v2/stacks/${name}/confirm`, {
      ...{ title: `Confirm the upgrade of ${name}`, text, verb: "Confirm" },
    }),
    kind: "primary",
  };
}

function remove(name: string): Doing {
  const text = ["All containers of the stack are removed. Its history and its logs go, too."];
  return {
    ...{ verb: "remove", label: "Remove …", method: "DELETE", path: at`/v2/stacks/${name}`, kind: "danger" },
    asking: {
      ...{ title: `Remove ${name}`, text, verb: "Remove the stack", danger: true, word: name },
      option: "Remove its volumes and all data in them, too. Nobody can bring them back.",
    },
  };
}

function interruption(title: string, verb: string): Asking {
  return { title, verb, text: ["Whoever uses it now is cut off; what it holds in memory only is lost."] };
}
