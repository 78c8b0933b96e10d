// The modes that Shifter's own program has: each asks the gateway, prints, and answers the exit status.

import { setTimeout as pause } from "node:timers/promises";
import { type Answer, ask, type Call, imageOf, printable, refusal } from "./desk.ts";
import { imageLines, isWorking, pullLine, readWireImage, readWireList, type WireImage } from "./lines.ts";
import { wireLists } from "./people.ts";

/** `images`: 0, also when there are none. */
export async function images(call: Call): Promise<number> {
  const answer = await ask(call, { route: "list", open: true });
  if (answer.status !== 200) return refused(call, answer);
  const pattern = call.args.operands[0] ?? "";
  if (isJson(call)) call.print(`${JSON.stringify(answer.json, null, 2)}\n`);
  else call.print(imageLines(readWireList(answer.json), pattern).join(""));
  return 0;
}

/** `lookup`: the id, or 1 and not a word, which scripts rely on. */
export async function lookup(call: Call): Promise<number> {
  const answer = await ask(call, { route: "lookup", image: imageOf(call), open: true });
  if (answer.status === 404) return 1;
  if (answer.status !== 200) return refused(call, answer);
  if (isJson(call)) call.print(`${JSON.stringify(answer.json, null, 2)}\n`);
  else call.print(`${readWireImage(answer.json)?.id ?? ""}\n`);
  return 0;
}

const POLL_MS = 500;

/** `pull`: asks again twice a second until the image is there or not to be had. */
export async function pull(call: Call): Promise<number> {
  let step = await askForPull(call);
  if (step.image === undefined) return refused(call, step.answer);
  while (true) {
    await pause(POLL_MS, undefined, { signal: call.context.signal });
    step = await askForPull(call);
    if (step.image === undefined) return endOfPull(call, refused(call, step.answer));
    const { status = "" } = step.image;
    showPull(call, status);
    if (!isWorking(status)) break;
  }
  if (!isJson(call)) call.print("\n");
  return endOfPull(call, outcome(call, step.image, step.answer));
}

/** `pullnb`: one question; 0 while it goes on and when it is done (with --legacy-exit 1 when it is over, however). */
export async function pullnb(call: Call): Promise<number> {
  const { answer, image } = await askForPull(call);
  if (image === undefined) return refused(call, answer);
  const { status = "" } = image;
  showPull(call, status);
  if (isWorking(status)) return 0;
  if (!isJson(call)) call.print("\n");
  const truth = outcome(call, image, answer);
  return isLegacy(call) ? 1 : truth;
}

/** `expire`: an administrator's removal of an image. */
export async function expire(call: Call): Promise<number> {
  const answer = await ask(call, { route: "expire", image: imageOf(call) });
  if (answer.status !== 200) return refused(call, answer);
  const { status } = Object(answer.json) as { readonly status?: unknown };
  if (isJson(call)) call.print(`${JSON.stringify({ status })}\n`);
  if (status === true || isLegacy(call)) return 0;
  call.context.log.warn(status === false ? "only administrators may expire images" : "there is no such image");
  return 1;
}

/** `autoexpire`: an administrator's removal of everything past its time. */
export async function autoexpire(call: Call): Promise<number> {
  const answer = await ask(call, { route: "autoexpire" });
  if (answer.status !== 200) return refused(call, answer);
  const { status } = Object(answer.json) as { readonly status?: unknown };
  if (isJson(call)) call.print(`${JSON.stringify({ status })}\n`);
  if (status !== false || isLegacy(call)) return 0;
  call.context.log.warn("only administrators may expire images");
  return 1;
}

interface PullStep {
  readonly answer: Answer;
  /** Undefined: it was refused. */
  readonly image: WireImage | undefined;
}

async function askForPull(call: Call): Promise<PullStep> {
  const post = await wireLists(call.args.values);
  const answer = await ask(call, { route: "pull", image: imageOf(call), post });
  return { answer, image: answer.status === 200 ? readWireImage(answer.json) : undefined };
}

function showPull(call: Call, status: string): void {
  if (isJson(call)) return;
  const { type, tag } = imageOf(call);
  call.print(pullLine(Date.now() / 1000, type, tag, status, call.args.switches.has("verbose")));
}

function outcome(call: Call, { status, message }: WireImage, answer: Answer): number {
  if (isJson(call)) call.print(`${JSON.stringify(answer.json, null, 2)}\n`);
  if (status === "READY") return 0;
  call.context.log.warn(`the pull has failed: ${printable(message || status || "the gateway does not say why")}`);
  return 1;
}

// Shifter's program is content once the first question was answered.
function endOfPull(call: Call, status: number): number {
  return isLegacy(call) ? 0 : status;
}

/** Says why the gateway refused, and answers 1. */
export function refused(call: Call, answer: Answer): number {
  call.context.log.warn(refusal(answer));
  return 1;
}

/** Whether the answer itself is wanted. */
export function isJson({ args }: Call): boolean {
  return args.switches.has("json");
}

function isLegacy({ args, context }: Call): boolean {
  return args.switches.has("legacy-exit") || Boolean(context.env["BERTH_LEGACY_EXIT"]);
}
