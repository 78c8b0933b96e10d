// A server that is killed: does one thing to a stack and says each step as it begins. Started by kill.test.ts.
//
//   node doomed-server.ts '{"socket": …, "dir": …, "site": …, "act": "up" | "upgrade" | "rollback", "wish": …}'

import type { StackWish } from "../../src/services/types.ts";
import { FRED, openRig } from "./support.ts";

interface Order {
  readonly socket: string;
  readonly dir: string;
  readonly site: string;
  readonly act: "up" | "rollback" | "down" | "wake";
  readonly wish: StackWish;
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
const { act, wish } = order;
const { stacks, close } = await openRig(order);
await stacks.recover();

async function begin(): Promise<string> {
  if (act === "up") {
    const answer = await stacks.up(wish, FRED);
    if (!answer.begun) throw new Error("refused");
    return answer.deployment.id;
  }
  if (act === "rollback") return (await stacks.rollback(wish.name, {}, FRED)).id;
  if (act === "down") return (await stacks.down(wish.name, { volumes: true }, FRED)).id;
  void stacks.wake(wish.name, "web");
  for (;;) {
    const { items } = await stacks.operations(wish.name);
    const wake = items.find(({ kind }) => kind === "wake");
    if (wake) return wake.id;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const id = await begin();
process.stdout.write(`operation ${id}\n`);
for await (const advance of stacks.follow(id, AbortSignal.timeout(60_000))) {
  if (advance.kind === "step" && advance.report.state === "begun")
    process.stdout.write(`begun ${advance.report.step.action}\n`);
  if (advance.kind === "end") process.stdout.write(`end ${advance.operation.state}\n`);
}
await close();
