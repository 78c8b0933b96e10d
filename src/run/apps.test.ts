import { describe, expect, test } from "vitest";
import { type AppFacts, readApps } from "./apps.ts";
import type { ImageFacts } from "./image-facts.ts";
import { planPayload } from "./payload-plan.ts";
import type { LaunchRequest } from "./request.ts";
import { aHost, anImage, aRequest } from "./testing.ts";

const APP: AppFacts = { runscript: true, startscript: false, testscript: true, envScripts: [] };

function payload(request: Partial<LaunchRequest>, app: Partial<AppFacts> = {}, image: Partial<ImageFacts> = {}) {
  return planPayload({
    request: aRequest({ app: "tool", ...request }),
    host: aHost(),
    image: { path: "/i.sif", facts: anImage({ apps: { tool: { ...APP, ...app } }, ...image }) },
    ids: { uid: 1, gid: 1 },
    place: { home: "/home/ada", chdir: ["/"] },
    overrides: new Map(),
    deviceEnv: [],
  });
}

describe("--app", () => {
  test("runs the app's script", () => {
    expect(payload({ command: "run", args: ["a b"] }).argv).toEqual(["/scif/apps/tool/scif/runscript", "a b"]);
    expect(payload({ command: "test", args: [] }).argv).toEqual(["/scif/apps/tool/scif/test"]);
  });

  test("leaves the program to exec and shell", () => {
    expect(payload({ command: "exec", args: ["ls"] }).argv).toEqual(["ls"]);
    expect(payload({ command: "shell", args: [] }).argv).toEqual(["/bin/sh"]);
  });

  test("puts the app's folders before the image's", () => {
    const { env } = payload({}, {}, { config: { Env: ["PATH=/own", "LD_LIBRARY_PATH=/ownlib"] } });
    expect(env.get("PATH")).toMatch(/^\/scif\/apps\/tool\/bin:\/own:/);
    expect(env.get("LD_LIBRARY_PATH")).toBe("/scif/apps/tool/lib:/ownlib:/.singularity.d/libs");
    expect(env.get("SCIF_APPNAME")).toBe("tool");
    expect(env.get("SCIF_APPDATA")).toBe("/scif/data/tool");
    expect(env.get("APPTAINER_APPNAME")).toBe("tool");
  });

  test("has the app's scripts sourced behind the image's variables, and not twice", () => {
    const [shell, , script = ""] = payload(
      {},
      { envScripts: ["90-environment.sh"] },
      { config: { Env: ["A=1"] } },
    ).argv;
    expect(shell).toBe("/bin/sh");
    expect(script.indexOf("export A='1'")).toBeLessThan(script.indexOf("scif/env/90-environment.sh"));
    const other =
      payload({}, { envScripts: ["x.sh"] }, { envScripts: ["90-environment.sh", "95-apps.sh"] }).argv[2] ?? "";
    expect(other).toContain("/.singularity.d/env/90-environment.sh");
    expect(other).not.toContain("95-apps.sh");
  });

  test("is refused for an app that is not there, or has nothing to run", () => {
    expect(() => payload({ app: "nope" })).toThrow("Could not locate the container application: nope");
    expect(() => payload({ app: "constructor" })).toThrow("Could not locate");
    expect(() => payload({ command: "run" }, { runscript: false })).toThrow("the app tool of /i.sif has no runscript");
  });

  test("starts an empty instance when the app has no start script", () => {
    expect(payload({ command: "start", args: [] })).toMatchObject({ argv: [], notes: [{ level: "info" }] });
  });
});

test("the apps of an image are read from its files", async () => {
  const files: Record<string, string> = {
    "/scif/apps/one/scif/runscript": "#!/bin/sh\necho\n",
    "/scif/apps/one/scif/test": "#!/bin/sh\n",
    "/scif/apps/one/scif/env/90-environment.sh": "export A=1\n",
    "/scif/apps/one/scif/env/01-base.sh": "#!/bin/sh\n",
    "/scif/apps/file": "no app",
  };
  const names = (path: string) =>
    Object.keys(files).flatMap((file) => (file.startsWith(`${path}/`) ? [file.slice(path.length + 1)] : []));
  const view = {
    readText: async (path: string) => files[path],
    kind: async (path: string) =>
      files[path] ? ("file" as const) : names(path).length > 0 ? ("dir" as const) : undefined,
    list: async (path: string) => [...new Set(names(path).map((name) => name.split("/")[0] ?? ""))],
  };
  const hasCode = (script: string) => script.split("\n").some((line) => line !== "" && !line.startsWith("#"));
  expect(await readApps(view, hasCode)).toEqual({
    one: { runscript: true, startscript: false, testscript: false, envScripts: ["90-environment.sh"] },
  });
});
