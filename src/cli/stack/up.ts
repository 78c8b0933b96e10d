// `berth stack up|deploy|diff`: a recipe becomes a stack, after its plan and what the rules found were shown.

import { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import { deployStack, diffStack, proposeStack } from "../../services/client/api.ts";
import type { Proposal, StackWish } from "../../services/client/api-types.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { promptLine } from "../secret-input.ts";
import { acting, type ServicesCall } from "./call.ts";
import { diffText, findingsSum, proposalText } from "./proposal-view.ts";
import { RECIPE_FLAGS, readRecipe } from "./recipe.ts";
import { untilDone } from "./watch-operation.ts";

const fail = defineErrors({
  E_STACK_FORBIDDEN: {
    text: "{stack} is not deployed: {sum}",
    hint: "mend what is shown above, or ask the staff of the site for a waiver",
    exit: 1,
  },
  E_STACK_DECLINED: { text: "{stack} stays as it is", exit: 1 },
});

const UP_FLAGS = [
  ...RECIPE_FLAGS,
  { long: "yes", short: "y", kind: "switch", env: [], help: "do not ask" },
  { long: "detach", short: "d", kind: "switch", env: [], help: "do not wait until it runs" },
] as const satisfies readonly FlagSpec[];

/** `berth stack up`. */
export function upCommand(context: Context): Command {
  const command = new Command("up")
    .summary("make a stack of compose files, or change it; shows the plan first")
    .description(
      "Make a stack of compose files, or change it to what they say. Shows what the site's rules find and what would be done, and asks before doing it on a terminal.",
    )
    .argument("[stack]", "its name; that of the file, or of the folder, unless said");
  return acting(command, context, UP_FLAGS, async (call, flags, [name]) => {
    const wish = await readRecipe(flags, name, context.env);
    const proposal = await proposed(call, wish);
    if (!flags.yes) await agreed(call, proposal);
    await deploy(call, wish, !flags.detach);
  });
}

const DEPLOY_FLAGS = [
  ...RECIPE_FLAGS,
  { long: "wait", kind: "switch", env: [], help: "wait until it runs, and fail when it does not" },
] as const satisfies readonly FlagSpec[];

/** `berth stack deploy`: the same for programs. */
export function deployCommand(context: Context): Command {
  const command = new Command("deploy")
    .summary("the same without a question, for CI; with --wait until it runs")
    .argument("[stack]", "its name; that of the file, or of the folder, unless said");
  return acting(command, context, DEPLOY_FLAGS, async (call, flags, [name]) => {
    const wish = await readRecipe(flags, name, context.env);
    await proposed(call, wish);
    await deploy(call, wish, flags.wait);
  });
}

/** `berth stack diff`. */
export function diffCommand(context: Context): Command {
  const command = new Command("diff")
    .summary("show what a recipe would change of a stack")
    .argument("[stack]", "its name; that of the file, or of the folder, unless said");
  return acting(command, context, RECIPE_FLAGS, async (call, flags, [name]) => {
    const wish = await readRecipe(flags, name, context.env);
    const diff = await diffStack(call.server, { stack: wish.name }, wish, call.options);
    call.answer(diff, () => diffText(diff));
  });
}

/** What the server says of the recipe, shown. @throws E_STACK_FORBIDDEN when it may not be */
async function proposed(call: ServicesCall, wish: StackWish): Promise<Proposal> {
  const proposal = await proposeStack(call.server, wish, call.options);
  if (proposal.allowed) {
    if (!call.json) process.stderr.write(proposalText(proposal));
    return proposal;
  }
  call.answer(proposal, () => proposalText(proposal));
  throw fail("E_STACK_FORBIDDEN", { stack: proposal.stack, sum: findingsSum(proposal) });
}

// Only a person can be asked; a script that starts this meant it.
async function agreed({ context, json }: ServicesCall, { stack }: Proposal): Promise<void> {
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) return;
  const answer = await promptLine(`do this with ${stack}? [y/N] `, { hidden: false, signal: context.signal });
  if (!/^y(es)?$/i.test(answer.trim())) throw fail("E_STACK_DECLINED", { stack });
}

async function deploy(call: ServicesCall, wish: StackWish, wait: boolean): Promise<void> {
  const deployment = await deployStack(call.server, wish, call.options);
  const { stack, id, number } = deployment;
  if (!wait) {
    call.answer(deployment, () => `${stack}: deployment ${number} (${id}) is under way\n`);
    return;
  }
  const operation = await untilDone(call, stack, id);
  call.answer({ deployment, operation }, () => `${stack}: ${operation.message ?? "deployed"} (deployment ${number})\n`);
}
