import { describe, expect, test } from "vitest";
import { defineErrors } from "../../base/errors.ts";
import { fail as registryFail } from "../../oci/registry/errors.ts";
import { fail as publishFail } from "../publish/errors.ts";
import { fail } from "./errors.ts";
import { jobFailure } from "./user-message.ts";

describe("what a user reads", () => {
  test("is the sentence and what to do, without words about berth's own command line", () => {
    const { message, again } = jobFailure(registryFail("E_AUTH_REQUIRED", { what: "a/b:1", host: "r.example" }), []);
    expect(message).toBe(
      "a/b:1: authentication required by r.example, or the name does not exist; if it is private, log in to that registry and pull again",
    );
    expect(again).toBeUndefined();
  });

  test("is one line, without the gateway's paths and anybody's password", () => {
    const failure = defineErrors({ E_X: { text: "{a}" } })("E_X", { a: "in /var/work/1\n  with hunter22" });
    expect(jobFailure(failure, ["/var/work", "hunter22"]).message).toBe("in …/1 with …");
  });

  test("says of a full disk which one, wherever it showed", () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    expect(jobFailure(full, []).code).toBe("E_WORK_DISK");
    const store = defineErrors({ E_STORE_FULL: { text: "no space left in /cache" } })("E_STORE_FULL");
    expect(jobFailure(store, []).message).toMatch(/^the gateway's cache is full/);
    const writer = defineErrors({ E_SQUASHFS_WRITE: { text: "x" } })("E_SQUASHFS_WRITE", {}, { cause: full });
    expect(jobFailure(writer, []).message).toMatch(/^the gateway's working space is full/);
  });

  test("says of a system that cannot be reached no host and no folder", () => {
    const failure = publishFail("E_PUBLISH_UNREACHABLE", { host: "login7", attempts: 3, words: "refused" });
    const { message, again, detail } = jobFailure(failure, []);
    expect(message).toMatch(/^the gateway could not do its work: the system cannot be reached;/);
    expect(again).toBe(0);
    expect(detail).toContain("login7");
  });

  test("says nothing of what is nobody's business, but the log does", () => {
    const failure = jobFailure(new TypeError("x is not a function"), []);
    expect(failure.message).not.toContain("function");
    expect(failure.detail).toContain("x is not a function");
  });
});

describe("another attempt", () => {
  test.each([
    [registryFail("E_CONNECT", { host: "r", why: "refused" }), 0],
    [registryFail("E_REGISTRY_STATUS", { what: "x", host: "r", status: 503, message: "" }), 0],
    [registryFail("E_REGISTRY_STATUS", { what: "x", host: "r", status: 418, message: "" }), undefined],
    [registryFail("E_RATE_LIMITED", { what: "x", host: "r", limit: "", message: "", next: "", seconds: 30 }), 30],
    [registryFail("E_RATE_LIMITED", { what: "x", host: "r", limit: "", message: "", next: "" }), 60],
    [
      registryFail("E_RATE_LIMITED", { what: "x", host: "r", limit: "", message: "", next: "", seconds: 7200 }),
      undefined,
    ],
    [registryFail("E_MANIFEST_UNKNOWN", { what: "x", host: "r", message: "" }), undefined],
    [fail("E_WORK_MEMORY", { limit: "1 GiB" }), undefined],
    [fail("E_WORK_JOB_ENDED", { ending: "SIGKILL" }), 0],
  ])("%s", (error, again) => {
    expect(jobFailure(error, []).again).toBe(again);
  });
});
