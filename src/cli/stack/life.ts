// What is done with a stack or a service that exists: down, upgrade, rollback, confirm, stop, start, restart, scale, wake.
// Each waits for the end, with a line for each step, unless it is told not to.

import { Command } from "commander";
import * as api from "../../services/client/api.ts";
import type { Deployment, Operation } from "../../services/client/api-types.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { acting, fail, numberIn, type ServicesCall, serviceIn } from "./call.ts";
import { UPDATE_FLAGS, updateIn } from "./update-flags.ts";
import { untilDone } from "./watch-operation.ts";

const DETACH = {
  long: "detach",
  short: "d",
  kind: "switch",
  env: [],
  help: "do not wait for the end",
} as const satisfies FlagSpec;
const PULL = {
  long: "no-pull",
  kind: "switch",
  env: [],
  help: "do not ask the registry: what the engine has will do",
} as const satisfies FlagSpec;

type Verb = "stop" | "start" | "restart";
const SAID: Readonly<Record<Verb | "confirm", string>> = {
  stop: "stop it; its containers stay",
  start: "start it again after a stop",
  restart: "restart it with the images that it has",
  confirm: "remove what an upgrade kept for going back",
};

async function finish(call: ServicesCall, begun: Operation | Deployment, detach: boolean): Promise<void> {
  const { stack, id, kind } = begun;
  if (detach) return call.answer(begun, () => `${stack}: ${kind} is under way (${id})\n`);
  const operation = await untilDone(call, stack, id);
  call.answer(operation, () => `${stack}: ${operation.message ?? `${kind} is done`}\n`);
}

export function downCommand(context: Context): Command {
  const command = new Command("down").summary("stop a stack and remove it").argument("<stack>", "its name");
  const flags = [
    DETACH,
    { long: "volumes", kind: "switch", env: [], help: "its volumes, too, with everything in them" },
  ] as const satisfies readonly FlagSpec[];
  return acting(command, context, flags, async (call, { volumes, detach }, [stack = ""]) =>
    finish(call, await api.removeStack(call.server, { stack, volumes }, call.options), detach),
  );
}

export function upgradeCommand(context: Context): Command {
  const command = new Command("upgrade")
    .summary("look again what the tags of the images mean, and replace what changed")
    .argument("<stack>", "its name")
    .argument("[services...]", "only these");
  const flags = [
    DETACH,
    PULL,
    ...UPDATE_FLAGS,
    { long: "image", kind: "list", value: "SERVICE=IMAGE", env: [], help: "another image than the recipe's" },
  ] as const satisfies readonly FlagSpec[];
  return acting(command, context, flags, async (call, values, [stack = "", ...services]) => {
    const images = Object.fromEntries(values.image.map(imageOf));
    const wish = {
      ...(services.length > 0 ? { services } : {}),
      ...(values.image.length > 0 ? { images } : {}),
      ...updateIn(values),
      pull: values["no-pull"] ? ("missing" as const) : ("always" as const),
    };
    return finish(call, await api.upgradeStack(call.server, { stack }, wish, call.options), values.detach);
  });
}

function imageOf(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw fail("E_SERVICES_NUMBER", { text, what: "image of a service", hint: "write SERVICE=IMAGE" });
  return [text.slice(0, at), text.slice(at + 1)];
}

export function rollbackCommand(context: Context): Command {
  const command = new Command("rollback")
    .summary("go back to a deployment before")
    .argument("<stack>", "its name")
    .argument("[deployment]", "its number or id; the one before unless said");
  return acting(command, context, [DETACH], async (call, { detach }, [stack = "", to]) => {
    const wish = to === undefined ? {} : { to };
    return finish(call, await api.rollbackStack(call.server, { stack }, wish, call.options), detach);
  });
}

export function rollbackServiceCommand(context: Context): Command {
  const command = new Command("rollback")
    .summary("go back to what the service was before; others stay as they are")
    .argument("<stack/service>", "which one")
    .argument("[deployment]", "number or id of a deployment; unless said, the last in which it was something else");
  return acting(command, context, [DETACH], async (call, { detach }, [text = "", to]) => {
    const wish = to === undefined ? {} : { to };
    return finish(call, await api.rollbackService(call.server, serviceIn(text), wish, call.options), detach);
  });
}

/** `stop`, `start`, `restart` and `confirm` of a stack. */
export function stackVerb(verb: Verb | "confirm"): (context: Context) => Command {
  const ask = {
    stop: api.stopStack,
    start: api.startStack,
    restart: api.restartStack,
    confirm: api.confirmStack,
  }[verb];
  return (context) => {
    const command = new Command(verb).summary(SAID[verb]).argument("<stack>", "its name");
    return acting(command, context, [DETACH], async (call, { detach }, [stack = ""]) =>
      finish(call, await ask(call.server, { stack }, call.options), detach),
    );
  };
}

/** The same of a service. */
export function serviceVerb(verb: Verb): (context: Context) => Command {
  const ask = { stop: api.stopService, start: api.startService, restart: api.restartService }[verb];
  return (context) => {
    const command = new Command(verb).summary(SAID[verb]).argument("<stack/service>", "which one");
    return acting(command, context, [DETACH], async (call, { detach }, [text = ""]) =>
      finish(call, await ask(call.server, serviceIn(text), call.options), detach),
    );
  };
}

export function upgradeServiceCommand(context: Context): Command {
  const command = new Command("upgrade")
    .summary("look again what the tag of the image means, and replace the containers")
    .argument("<stack/service>", "which one");
  const flags = [
    DETACH,
    PULL,
    ...UPDATE_FLAGS,
    { long: "image", kind: "text", value: "image", env: [], help: "another image than the recipe's" },
  ] as const satisfies readonly FlagSpec[];
  return acting(command, context, flags, async (call, { image, detach, ...values }, [text = ""]) => {
    const pull = values["no-pull"] ? ("missing" as const) : ("always" as const);
    const wish = { pull, ...(image === undefined ? {} : { image }), ...updateIn(values) };
    return finish(call, await api.upgradeService(call.server, serviceIn(text), wish, call.options), detach);
  });
}

export function scaleCommand(context: Context): Command {
  const command = new Command("scale")
    .summary("change how many containers a service has")
    .argument("<stack/service>", "which one")
    .argument("<number>", "how many");
  return acting(command, context, [DETACH], async (call, { detach }, [text = "", number]) => {
    const replicas = numberIn(number, "number of containers") ?? 1;
    return finish(call, await api.scaleService(call.server, serviceIn(text), { replicas }, call.options), detach);
  });
}

export function wakeCommand(context: Context): Command {
  const command = new Command("wake").summary("wake a service that sleeps").argument("<stack/service>", "which one");
  return acting(command, context, [], async (call, _flags, [text = ""]) => {
    const service = await api.wakeService(call.server, serviceIn(text), call.options);
    call.answer(service, () => `${text}: ${service.state}\n`);
  });
}
