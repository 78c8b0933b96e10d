// `berth gateway repo list|tags`: what was pushed to the site's registry, and what the systems have of it.

import { Command } from "commander";
import { listRepositories, showRepository } from "../../gateway/client/api.ts";
import type { Repository, RepositoryImage, RepositoryTag } from "../../gateway/client/api-types.ts";
import type { Context } from "../context.ts";
import { table } from "../table.ts";
import { acting, type Call, shortTime } from "./call.ts";

export function repositoryCommand(context: Context): Command {
  return new Command("repo")
    .summary("list what was pushed to the site's registry")
    .addCommand(listCommand(context))
    .addCommand(tagsCommand(context));
}

function listCommand(context: Context): Command {
  const command = new Command("list").summary("list the repositories that you may view");
  return acting(command, context, [], async (call) => {
    const items = await allRepositories(call);
    const rows = items.map(({ name, role, pushedAt, pushedBy, images }) => {
      return [name, role, shortTime(pushedAt), pushedBy || "-", systemsText(images, ({ tag }) => tag)];
    });
    const head = ["REPOSITORY", "YOU MAY", "PUSHED", "BY", "ON"];
    call.answer(items, () => (rows.length === 0 ? "" : table(head, rows)));
  });
}

function tagsCommand(context: Context): Command {
  const command = new Command("tags")
    .summary("list the tags of one")
    .argument("<name>", "as berth gateway repo list has it");
  return acting(command, context, [], async (call, _flags, [name = ""]) => {
    const { tags } = await showRepository(call.gateways, { name }, call.options);
    const head = ["TAG", "DIGEST", "PUSHED", "BY", "CHECKS", "ON"];
    call.answer(tags, () => (tags.length === 0 ? "" : table(head, tags.map(tagRow))));
  });
}

function tagRow({ tag, digest, pushedAt, pushedBy, verdict, images }: RepositoryTag): readonly string[] {
  const checks =
    verdict === undefined ? "-" : [verdict.verdict, verdict.reason].filter((word) => word !== "").join(": ");
  const short = digest.slice(digest.indexOf(":") + 1).slice(0, 12);
  return [tag, short, shortTime(pushedAt), pushedBy || "-", checks, systemsText(images, () => "")];
}

const PAGE = 1000;

async function allRepositories(call: Call): Promise<readonly Repository[]> {
  const all: Repository[] = [];
  let after: string | undefined;
  do {
    const { items, next } = await listRepositories(call.gateways, { limit: PAGE, after }, call.options);
    all.push(...items);
    after = next;
  } while (after !== undefined);
  return all;
}

// `cluster: 1 READY, 2 PULLING; other: 1 READY (older)`
function systemsText(images: readonly RepositoryImage[], name: (image: RepositoryImage) => string): string {
  const systems = [...new Set(images.map(({ system }) => system))];
  const texts = systems.map((system) => {
    const here = images.filter((image) => image.system === system);
    const words = here.map((image) => {
      const state = image.current ? image.status : `${image.status} (older)`;
      return `${name(image)} ${state}`.trim();
    });
    return `${system}: ${words.join(", ")}`;
  });
  return texts.join("; ") || "-";
}
