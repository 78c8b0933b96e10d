// Adds pulls until the database refuses, and tells on its standard output how many were added and with what it ended.
// Not a test.

import { BerthError } from "../../src/base/errors.ts";
import { handClock, request, serverQueue } from "../../src/gateway/queue/testing.ts";
import { openStore } from "../../src/store/open-store.ts";

// The limit that stands for a full disk sends a signal first.
process.on("SIGXFSZ", () => {});

const store = await openStore(process.argv[2] ?? "", { now: () => Date.now() / 1000 });
const queue = serverQueue(store, "one", handClock());
let added = 0;
try {
  for (; added < 20_000; added += 1) await queue.add(request(`tag${added}`, 1));
} catch (error) {
  const known = error instanceof BerthError ? { code: error.code, http: error.http } : { code: String(error) };
  const readable = (await queue.unfinished(undefined)).length;
  process.stdout.write(JSON.stringify({ added, readable, ...known }));
}
