// The apps inside an image (SCIF, spec/apptainer.md sections 2.3 and 3): what an image has of them, what `--app` runs, and the variables it
// sets. Pure but for the reading at the end, which looks through a view of the image.

import { posix } from "node:path";
import { defineErrors } from "../base/errors.ts";
import type { Entry } from "./entrypoint.ts";
import type { LaunchRequest } from "./request.ts";

const fail = defineErrors({
  E_APP_UNKNOWN: {
    text: "Could not locate the container application: {app}",
    hint: "berth inspect --list-apps {image} shows the apps of the image",
    exit: 1,
  },
  E_APP_NO_SCRIPT: {
    text: "the app {app} of {image} has no {script}",
    hint: "start a program in the app's environment with: berth exec --app {app} {image} PROGRAM",
    exit: 1,
  },
});

/** What an image has of one app. */
export interface AppFacts {
  readonly runscript: boolean;
  readonly startscript: boolean;
  readonly testscript: boolean;
  /** Names in its scif/env that have to be sourced by a shell. */
  readonly envScripts: readonly string[];
}

/** The apps of an image by name. */
export type Apps = Readonly<Record<string, AppFacts>>;

/** What an app adds to an environment. */
export interface AppEnvironment {
  readonly variables: ReadonlyMap<string, string>;
  readonly bin: string;
  readonly lib: string;
  /** Absolute paths, in the order of sourcing. */
  readonly scripts: readonly string[];
}

const APPS = "/scif/apps";
const DATA = "/scif/data";

/** The facts of a wanted app. @throws E_APP_UNKNOWN */
export function knownApp(apps: Apps, app: string, image: string): AppFacts {
  const found = Object.hasOwn(apps, app) ? apps[app] : undefined;
  if (!found) throw fail("E_APP_UNKNOWN", { app, image });
  return found;
}

/** The script of an app that a command runs; undefined for commands that name their program. @throws E_APP_NO_SCRIPT */
export function appEntry(request: LaunchRequest, app: string, facts: AppFacts, image: string): Entry | undefined {
  const scripts = {
    run: ["runscript", facts.runscript],
    start: ["startscript", facts.startscript],
    test: ["test", facts.testscript],
    exec: undefined,
    shell: undefined,
  } as const;
  const wanted = scripts[request.command];
  if (!wanted) return undefined;
  const [script, exists] = wanted;
  if (exists) return { argv: [`${APPS}/${app}/scif/${script}`, ...request.args], notes: [] };
  // As for a whole image: without a start script an instance begins empty, without a test there is nothing to fail.
  if (script === "runscript") throw fail("E_APP_NO_SCRIPT", { app, image, script });
  return { argv: [], notes: [`No ${script === "test" ? "test script" : script} found for the app ${app}`] };
}

/** The variables and search paths of an app. */
export function appEnvironment(app: string, facts: AppFacts): AppEnvironment {
  const root = `${APPS}/${app}`;
  const variables = new Map([
    ["SCIF_APPNAME", app],
    ["SCIF_APPS", APPS],
    ["SCIF_DATA", DATA],
    ["SCIF_APPROOT", root],
    ["SCIF_APPBIN", `${root}/bin`],
    ["SCIF_APPLIB", `${root}/lib`],
    ["SCIF_APPMETA", `${root}/scif`],
    ["SCIF_APPDATA", `${DATA}/${app}`],
    ["SCIF_APPINPUT", `${DATA}/${app}/input`],
    ["SCIF_APPOUTPUT", `${DATA}/${app}/output`],
  ]);
  const scripts = facts.envScripts.map((name) => `${root}/scif/env/${name}`);
  return { variables, bin: `${root}/bin`, lib: `${root}/lib`, scripts };
}

/** The parts of an image view that reading apps takes. */
export interface AppView {
  readText(path: string, maxBytes: number): Promise<string | undefined>;
  kind(path: string): Promise<"file" | "dir" | "other" | undefined>;
  list(path: string): Promise<readonly string[]>;
}

const MAX_APPS = 1000;
const MAX_SCRIPTS = 100;
const MAX_SCRIPT_BYTES = 1024 * 1024;

/** Reads the apps of an image; most have none. `hasCode` tells a script from an empty one. */
export async function readApps(view: AppView, hasCode: (script: string) => boolean): Promise<Apps> {
  const names = (await view.list(APPS)).filter((name) => /^[^/\s]+$/.test(name)).slice(0, MAX_APPS);
  const apps: [string, AppFacts][] = [];
  for (const name of names.toSorted()) {
    const base = posix.join(APPS, name, "scif");
    if ((await view.kind(posix.join(APPS, name))) !== "dir") continue;
    const has = async (script: string) => {
      const text = await view.readText(posix.join(base, script), MAX_SCRIPT_BYTES);
      return text !== undefined && hasCode(text);
    };
    const scripts = (await view.list(`${base}/env`)).filter((script) => script.endsWith(".sh")).toSorted();
    const envScripts: string[] = [];
    for (const script of scripts.slice(0, MAX_SCRIPTS)) if (await has(`env/${script}`)) envScripts.push(script);
    const [runscript, startscript, testscript] = [await has("runscript"), await has("startscript"), await has("test")];
    apps.push([name, { runscript, startscript, testscript, envScripts }]);
  }
  return Object.fromEntries(apps);
}
