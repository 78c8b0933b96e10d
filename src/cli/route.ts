// `berth route list`: the ways from the proxy to services.

import { Command } from "commander";
import { listPorts, listRoutes } from "../services/client/api.ts";
import type { Context } from "./context.ts";
import { acting } from "./stack/call.ts";
import { table } from "./table.ts";

/** `berth route`. */
export function routeCommand(context: Context): Command {
  return new Command("route")
    .description("Show how services are reached: through the proxy, and by ports of the host.")
    .addCommand(listCommand(context))
    .addCommand(portsCommand(context));
}

function listCommand(context: Context): Command {
  const command = new Command("list").alias("ls").summary("list routes of the proxy");
  return acting(command, context, [], async (call) => {
    const { items } = await listRoutes(call.server, call.options);
    const rows = items.map(({ url, stack, service, port, state, auth, backends, reason }) => {
      return [url, `${stack}/${service}:${port}`, state, auth, String(backends), reason ?? "-"];
    });
    const head = ["ROUTE", "SERVICE", "STATE", "SIGN-IN", "CONTAINERS", "WHY"];
    call.answer(items, () => (rows.length === 0 ? "" : table(head, rows)));
  });
}

function portsCommand(context: Context): Command {
  const command = new Command("ports").summary("list ports of the host, and what is free");
  return acting(command, context, [], async (call) => {
    const ports = await listPorts(call.server, call.options);
    const used = ports.items.map(({ port, protocol, stack, service, container, class: kind, reach }) => {
      return [`${port}/${protocol}`, `${stack}/${service}:${container}`, kind, reach];
    });
    const classes = ports.classes.map(({ name, ports: range, reach, free }) => [name, range, reach, String(free)]);
    call.answer(
      ports,
      () =>
        `${used.length === 0 ? "" : `${table(["PORT", "SERVICE", "CLASS", "REACHED FROM"], used)}\n`}${table(["CLASS", "PORTS", "REACHED FROM", "FREE"], classes)}`,
    );
  });
}
