// A server of the queue in a process of its own, to be killed: claims what it gets, reports, finishes, and tells on its
// standard output what it has done, one JSON object a line. Not a test.

import { makeQueue } from "../../src/gateway/queue/queue.ts";
import { openSeal } from "../../src/gateway/queue/seal.ts";
import { openStore } from "../../src/store/open-store.ts";

const [url = "", id = "", keyFile = ""] = process.argv.slice(2);
const now = () => Date.now() / 1000;
const store = await openStore(url, { now });
const queue = makeQueue({ store, server: { id, host: "node" }, seal: await openSeal(keyFile), now, attempts: 1000 });
await queue.recover();
say({ ready: true });

for (;;) {
  const pull = await queue.claim({ perUser: 100 });
  if (!pull) {
    await queue.wait(200, new AbortController().signal);
    continue;
  }
  say({ claimed: pull.tag });
  await queue.progress(pull.id, "PULLING", "", { done: 1, total: 2, rate: 1 });
  await queue.board(pull.id, pull.tag, "sha256:1");
  await queue.progress(pull.id, "CONVERSION", "", { done: 2, total: 2, rate: 1 });
  await queue.land(pull.tag);
  await queue.finish(pull.id, { kind: "ready", imageId: pull.tag });
  say({ finished: pull.tag });
}

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
