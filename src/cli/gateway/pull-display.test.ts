import { expect, test } from "vitest";
import type { Pull } from "../../gateway/client/api-types.ts";
import { pullDisplay } from "./pull-display.ts";

const PULL: Pull = {
  ...{ id: "1", kind: "pull", system: "s", itype: "docker", tag: "a:1", users: [], groups: [] },
  ...{ status: "PENDING", statusMessage: "", progress: { done: 0, total: 0, rate: 0 }, position: 2 },
  ...{ createdAt: 0, startedAt: null, heartbeatAt: 0, finishedAt: null, imageId: null, errorCode: null },
};

test("a pull is shown in words while it waits and is worked on, and as a bar while bytes come", () => {
  const seen: string[] = [];
  const note = (text: string) => void seen.push(text);
  const progress = {
    start(label: string, total?: number) {
      note(`start ${label} ${total}`);
      return { advance: (bytes: number) => note(`+${bytes}`), done: () => note("done") };
    },
  };
  const display = pullDisplay(progress, { info: note, warn: note, debug: note });
  const far = (done: number) => ({ status: "PULLING", position: 0, progress: { done, total: 100, rate: 1 } }) as const;
  display.show(PULL);
  display.show({ ...PULL, position: 1 });
  display.show({ ...PULL, ...far(10) });
  display.show({ ...PULL, ...far(60) });
  // A layer that is fetched again does not count backwards.
  display.show({ ...PULL, ...far(50) });
  display.show({ ...PULL, status: "CONVERSION", position: 0 });
  display.show({ ...PULL, status: "CONVERSION", position: 0 });
  display.show({ ...PULL, status: "READY", position: 0 });
  display.end();
  expect(seen).toEqual([
    ...["a:1 waits for 2 others", "a:1 waits for 1 other", "start a:1 100", "+10", "+50", "+0", "+40", "done"],
    ...["a:1 is being converted", "a:1 is ready"],
  ]);
});
