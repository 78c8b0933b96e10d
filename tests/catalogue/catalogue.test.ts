// The specification's catalogue of black-box cases (spec/apptainer.md 4.1 to 4.7) as an executable table.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, installed } from "../support/ordinary-user.ts";
import { BUILD } from "./build.ts";
import type { Case } from "./case.ts";
import { CREDENTIALS } from "./credentials.ts";
import { ENVIRONMENT } from "./environment.ts";
import { INSPECTING } from "./inspecting.ts";
import { INSTANCES } from "./instances.ts";
import { MOUNTS } from "./mounts.ts";
import { play } from "./play.ts";
import { PULL } from "./pull.ts";
import { PUSH } from "./push.ts";
import { RUNNING } from "./running.ts";
import { makeWorld, missing, type World } from "./world.ts";

const SECTIONS: Readonly<Record<string, readonly Case[]>> = {
  "4.1 pull and sources": PULL,
  "4.2 credentials": CREDENTIALS,
  "4.3 exec, run, shell, exit statuses": RUNNING,
  "4.4 environment": ENVIRONMENT,
  "4.5 isolation and mounts": MOUNTS,
  "4.6 definition files": BUILD,
  "4.7 inspect": INSPECTING,
  "4.7 instances": INSTANCES,
  "4.7 push": PUSH,
};

test("every number of the catalogue is there once", () => {
  const ids = Object.values(SECTIONS).flatMap((rows) => rows.map(({ id }) => id));
  const wanted = Array.from({ length: 170 }, (_, index) => String(index + 1));
  expect(ids.toSorted()).toEqual([...wanted, "41a", "41b"].toSorted());
});

const unplayable = missing();

describe.skipIf(unplayable)(`the catalogue${unplayable ? ` [${unplayable}]` : ""}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
  }, 120_000);
  afterAll(() => world?.close());

  for (const [section, rows] of Object.entries(SECTIONS)) {
    describe(section, () => {
      for (const row of rows) {
        const reason = obstacle(row);
        test.skipIf(reason)(`${row.id} ${row.title}${reason ? ` [${reason}]` : ""}`, { timeout: 60_000 }, () =>
          play(world, row),
        );
      }
    });
  }
});

function obstacle(row: Case): string | undefined {
  if (row.as === "root" && !AS_ROOT) return "needs root";
  const program = row.needs?.find((name) => !installed(name));
  return program ? `needs ${program}` : undefined;
}
