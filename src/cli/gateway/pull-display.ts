// How a pull is shown while it goes on: its place in the queue, its stages, and a bar for the bytes.

import type { Log, Progress, Task } from "../../base/log.ts";
import type { Pull } from "../../gateway/client/api-types.ts";

/** Shows each record of a pull that is handed in; `end` takes the bar away. */
export interface PullDisplay {
  show(pull: Pull): void;
  end(): void;
}

const STAGES: Readonly<Record<string, string>> = {
  PENDING: "waits for a worker",
  PULLING: "is being pulled",
  EXAMINATION: "is being examined",
  CONVERSION: "is being converted",
  TRANSFER: "is being brought to the system",
  HASHING: "is being checked",
  READY: "is ready",
};

export function pullDisplay(progress: Progress, log: Log): PullDisplay {
  let said = "";
  let bar: { readonly task: Task; readonly total: number; done: number } | undefined;
  const say = (words: string) => {
    if (words !== said) log.info(words);
    said = words;
  };
  const end = () => {
    bar?.task.done();
    bar = undefined;
  };
  return {
    show(pull) {
      const { status, progress: far } = pull;
      if (status !== "PULLING" && bar) {
        // What came after the last news of it.
        if (status !== "FAILURE") bar.task.advance(bar.total - bar.done);
        end();
      }
      if (status === "PULLING" && far.total > 0) {
        if (bar?.total !== far.total) end();
        bar ??= { task: progress.start(pull.tag, far.total), total: far.total, done: 0 };
        bar.task.advance(Math.max(0, far.done - bar.done));
        bar.done = Math.max(bar.done, far.done);
      } else if (pull.position > 0) say(`${pull.tag} waits for ${pull.position} other${pull.position > 1 ? "s" : ""}`);
      else if (Object.hasOwn(STAGES, status)) say(`${pull.tag} ${STAGES[status]}`);
    },
    end,
  };
}
