// The last lines of a test run, for people and for machines: what failed and why, and "N passed, N failed, N skipped".

import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { SerializedError } from "vitest";
import type { TestModule } from "vitest/node";

/** Files that take longer are named, so that the whole run stays within its half an hour. */
const SLOW_SECONDS = 20;

const MAX_REASON_CHARS = 600;

const failure = (name: string, errors: readonly { readonly message: string }[]): string =>
  [
    `not ok - ${name}`,
    ...stripVTControlCharacters(errors[0]?.message ?? "no reason was given")
      .slice(0, MAX_REASON_CHARS)
      .split("\n")
      .map((line) => `#   ${line}`),
  ].join("\n");

/**
 * Names what was skipped (the reason is in the name) and what was slow, and counts one run. The counts, and after them what failed and why, are written to the file that `BERTH_TEST_COUNTS` names, so that
 * `./test` can add several runs up and repeat the failures at its very end.
 */
class CountReporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const failures: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === "skipped") process.stdout.write(`skip - ${test.fullName}\n`);
        if (state === "pending" || state === "failed")
          failures.push(failure(`${module.relativeModuleId} > ${test.fullName}`, errors ?? []));
        if (state === "pending") counts.failed += 1;
        else counts[state] += 1;
      }
      const seconds = Math.round(module.diagnostic().duration / 1000);
      if (seconds >= SLOW_SECONDS) process.stdout.write(`slow - ${seconds} s ${module.relativeModuleId}\n`);
      // A file that cannot be loaded, or not tidied up after, is a failure beside those of its tests.
      for (const group of [module, ...module.children.allSuites()]) {
        if (group.errors().length === 0) continue;
        counts.failed += 1;
        const name =
          group.type === "suite" ? `${module.relativeModuleId} > ${group.fullName}` : module.relativeModuleId;
        failures.push(failure(name, group.errors()));
      }
    }
    if (unhandled.length > 0) {
      counts.failed += 1;
      failures.push(failure("an error that no test waits for", unhandled));
    }
    const target = process.env["BERTH_TEST_COUNTS"];
    if (target)
      writeFileSync(
        target,
        `${counts.passed} ${counts.failed} ${counts.skipped}\n${failures.map((text) => `${text}\n`).join("")}`,
      );
  }
}

export default CountReporter;
