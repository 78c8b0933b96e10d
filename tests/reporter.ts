// The last line of a test run, for people and for machines: "N passed, N failed, N skipped".

import { writeFileSync } from "node:fs";
import type { TestModule } from "vitest/node";

/** Files that take longer are named, so that the whole run stays within its half an hour. */
const SLOW_SECONDS = 20;

/** Names what was skipped (the reason is in the name) and what was slow, and counts one run, written to the file that `BERTH_TEST_COUNTS` names, so that `./test` can add several runs up. */
class CountReporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "skipped") process.stdout.write(`skip - ${test.fullName}\n`);
        if (state === "pending") counts.failed += 1;
        else counts[state] += 1;
      }
      const seconds = Math.round(module.diagnostic().duration / 1000);
      if (seconds >= SLOW_SECONDS) process.stdout.write(`slow - ${seconds} s ${module.relativeModuleId}\n`);
      // A file that could not even be loaded has no tests, and still is a failure.
      if (module.state() === "failed" && module.errors().length > 0) counts.failed += 1;
    }
    const target = process.env["BERTH_TEST_COUNTS"];
    if (target) writeFileSync(target, `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
  }
}

export default CountReporter;
