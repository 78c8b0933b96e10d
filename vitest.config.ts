import { defineConfig } from "vitest/config";

// Recipes and labels are all that its tests need.
const CORPUS = "tests/policy-corpus/*.test.ts";

// Two projects: "unit" needs nothing but Node and is the inner loop; "real" runs the built binary, registries, judges.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Never run a failed test again: a test that fails once in a hundred runs is a defect to be found.
    retry: 0,
    // What is waited for comes when it comes; a machine that does much else may need longer than the second of the default.
    expect: { poll: { timeout: 20_000, interval: 20 } },
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts", "web/**/*.test.ts", CORPUS] } },
      { extends: true, test: { name: "real", include: ["tests/**/*.test.ts"], exclude: [CORPUS] } },
    ],
  },
});
