// `berth container`: containers started by an image's name on a site's server, as spin-docker has them.

import { Command } from "commander";
import type { Context } from "../context.ts";
import { table } from "../table.ts";
import { acting, type ShownContainer } from "./call.ts";

/** `berth container`. */
export function containerCommand(context: Context): Command {
  const command = new Command("container").description(
    "Start containers of a site's server by their images' names; the server stops those that nobody uses. " +
      "The password is that of spin-docker's admin, from SPIN_DOCKER_PASSWORD unless it is asked for.",
  );
  const parts = [listCommand, createCommand, startCommand, stopCommand, removeCommand, imagesCommand];
  for (const part of parts) command.addCommand(part(context));
  return command;
}

const AUDIT = { long: "audit", kind: "switch", env: [], help: "compare with the engine first" } as const;
const WHICH = ["<container>", "name, id or the beginning of the id"] as const;

function listCommand(context: Context): Command {
  const command = new Command("list").alias("ls").summary("list containers");
  return acting(command, context, [AUDIT], async (call, { audit }) => {
    const found = (await call.ask("GET", `/containers${audit ? "?audit=true" : ""}`)) as readonly ShownContainer[];
    call.answer(found, () => (found.length === 0 ? "" : table(HEAD, found.map(row))));
  });
}

function createCommand(context: Context): Command {
  const command = new Command("create").summary("start a container").argument("<image>", "an image of the server");
  return acting(command, context, [], async (call, _flags, [image = ""]) => {
    const made = (await call.ask("POST", "/containers", { image })) as ShownContainer;
    call.answer(made, () => table(HEAD, [row(made)]));
  });
}

function startCommand(context: Context): Command {
  return changing(new Command("start").summary("start a stopped container"), context, "running");
}

function stopCommand(context: Context): Command {
  return changing(new Command("stop").summary("stop a container and keep it"), context, "stopped");
}

function changing(command: Command, context: Context, status: "running" | "stopped"): Command {
  return acting(command.argument(...WHICH), context, [], async (call, _flags, [text = ""]) => {
    const { container_id: id } = await call.find(text);
    const changed = (await call.ask("PATCH", `/containers/${id}`, { status })) as ShownContainer;
    call.answer(changed, () => table(HEAD, [row(changed)]));
  });
}

function removeCommand(context: Context): Command {
  const command = new Command("rm")
    .alias("remove")
    .summary("stop a container and remove it")
    .argument(...WHICH);
  return acting(command, context, [], async (call, _flags, [text = ""]) => {
    const { container_id: id } = await call.find(text);
    await call.ask("DELETE", `/containers/${id}`);
    call.answer({ removed: id }, () => "");
  });
}

function imagesCommand(context: Context): Command {
  const command = new Command("images").summary("list images that containers can be started of");
  return acting(command, context, [], async (call) => {
    const tags = (await call.ask("GET", "/images")) as readonly string[];
    call.answer(tags, () => tags.map((tag) => `${tag}\n`).join(""));
  });
}

const HEAD = ["ID", "NAME", "IMAGE", "STATUS", "ACTIVE", "SSH", "PORT"];

function row(container: ShownContainer): readonly string[] {
  const { container_id: id, name, image, status, active, ssh_port: ssh, app_port: app } = container;
  return [id.slice(0, 12), name.replace(/^\//, ""), image, status, active, ssh || "-", app || "-"];
}
