// The steps of the services' demo, each ending in proofs.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { equals, holds } from "./proof.ts";
import type { DemoEngine } from "./services-engine.ts";
import { type DemoSite, HOST, RECIPE, type Visit } from "./services-site.ts";
import { type Outcome, succeeded } from "./steps.ts";
import { until } from "./until.ts";

export interface ServicesScene {
  readonly engine: DemoEngine;
  readonly site: DemoSite;
  readonly folder: string;
}

const SECRET = "correct-horse-battery-staple";

/** It serves, and knows its engine. */
export async function greet({ site }: ServicesScene, signal: AbortSignal): Promise<Outcome> {
  const ask = async () => (await fetch(`${site.url}/readyz`, { signal })).status;
  const ready = await until(ask, (status) => status === 200, { signal });
  return {
    note: `berth serve at ${site.url}`,
    proofs: [equals("it says that engine and database answer", ready, 200)],
  };
}

/** A secret and a stack of three services that uses it. */
export async function deploy({ site, folder }: ServicesScene, signal: AbortSignal): Promise<Outcome> {
  await mkdir(join(folder, "rover"));
  await writeFile(join(folder, "rover/compose.yaml"), RECIPE);
  await writeFile(join(folder, "password"), SECRET, { mode: 0o600 });
  const name = "db.rover.password";
  const kept = await site.as("owner", ["secret", "create", name, "--file", join(folder, "password")]);
  const up = await site.as("owner", ["stack", "up", "--yes"], join(folder, "rover"));
  const list = await site.as("owner", ["stack", "list"]);
  const inside = await site.as("owner", ["stack", "exec", "rover", "db", "cat", "/run/secrets/password"]);
  const page = await until(
    () => site.visit(HOST),
    ({ status }) => status === 200,
    { signal },
  );
  return {
    note: up.stdout.trim(),
    proofs: [
      succeeded("a secret is kept", kept),
      succeeded("berth stack up succeeds", up),
      holds("it showed its plan before", /^plan:/m.test(up.stderr), up.stderr),
      holds("three services run", /rover +running +3\/3/.test(list.stdout), list.stdout),
      equals("the database has its secret as a file", inside.stdout, SECRET),
      equals("the page is reached by its name, over TLS", page.text, "version 1"),
    ],
  };
}

/** Others neither see nor stop it. */
export async function keepOthersOut({ site }: ServicesScene): Promise<Outcome> {
  const [list, stop, shell] = [
    await site.as("stranger", ["stack", "list", "--json"]),
    await site.as("stranger", ["stack", "stop", "rover"]),
    await site.as("stranger", ["stack", "exec", "rover", "db", "sh"]),
  ];
  return {
    note: stop.stderr.trim().split("\n")[0] ?? "",
    proofs: [
      equals("somebody else's list is empty", list.stdout.trim(), "[]"),
      holds("he cannot stop it", stop.status === 1 && /you don't own stack rover/.test(stop.stderr), stop.stderr),
      holds(
        "and gets no shell in it",
        shell.status === 1 && /you don't own stack rover/.test(shell.stderr),
        shell.stderr,
      ),
    ],
  };
}

/** Nobody looks at the page: it sleeps. Somebody does: it wakes. */
export async function sleepAndWake({ site }: ServicesScene, signal: AbortSignal): Promise<Outcome> {
  const state = async () => (await site.as("owner", ["service", "list", "rover"])).stdout;
  const asleep = await until(state, (text) => /^web +asleep/m.test(text), { signal, patience: 60_000 });
  const begun = performance.now();
  const page = await site.visit(HOST);
  const took = Math.round(performance.now() - begun);
  // Not by its state: on a slow machine it may sleep again by now. The visitor need not wait for all of its containers.
  const told = async () => (await site.as("owner", ["stack", "events", "rover"])).stdout;
  const events = await until(told, (text) => /wake: done/.test(text), { signal, patience: 60_000 });
  return {
    note: `woken in ${took} ms`,
    proofs: [
      holds("the page sleeps when nobody uses it", /^web +asleep/m.test(asleep), asleep),
      holds("the services behind it go on", /^db +running/m.test(asleep), asleep),
      equals("a visitor gets the page all the same", `${page.status} ${page.text}`, "200 version 1"),
      holds("since it was woken", /wake: done/.test(events), events),
    ],
  };
}

/** The tag means another image now; the upgrade takes it while people visit. */
export async function upgrade({ site, engine }: ServicesScene, signal: AbortSignal): Promise<Outcome> {
  await engine.image("demo/web:1", "version 2");
  const visits: Visit[] = [];
  const state = { over: false };
  const visitor = async () => {
    while (!state.over) visits.push(await site.visit(HOST));
  };
  const visitors = Promise.all([visitor(), visitor(), visitor(), visitor()]);
  await until(
    () => visits.length,
    (count) => count > 0,
    { signal },
  );
  const ran = await site.as("owner", ["stack", "upgrade", "rover", "web", "--no-pull"]);
  const last = await site.visit(HOST);
  state.over = true;
  await visitors;
  const failed = visits.filter(({ status }) => status !== 200);
  const both = ["version 1", "version 2"].every((text) => visits.some((one) => one.text === text));
  return {
    note: `${visits.length} visits meanwhile`,
    proofs: [
      succeeded("berth stack upgrade succeeds", ran),
      equals("no visit failed", failed.map(({ status, text }) => `${status} ${text}`).join(", "), ""),
      holds("visitors saw the old page, then the new one", both, String(visits.length)),
      equals("the new one is served now", last.text, "version 2"),
    ],
  };
}

/** A recipe that wants the node for itself. */
export async function refuse({ site, folder }: ServicesScene): Promise<Outcome> {
  const bad = join(folder, "bad");
  await mkdir(bad);
  await writeFile(join(bad, "compose.yaml"), RECIPE.replace("cap_drop: [ALL]", "privileged: true"));
  const up = await site.as("owner", ["stack", "up", "--yes"], bad);
  const list = await site.as("owner", ["stack", "list"]);
  return {
    note: up.stderr.trim().split("\n")[0] ?? "",
    proofs: [
      equals("it is refused", up.status, 1),
      holds(
        "with the rule, and the line that breaks it",
        /error SVC-08: .*\n(.*\n)*> +\d+ \| +privileged: true/.test(up.stdout),
        up.stdout,
      ),
      holds("what ran goes on", /rover +running/.test(list.stdout), list.stdout),
    ],
  };
}

/** The end of it. */
export async function takeDown({ site, engine, folder }: ServicesScene): Promise<Outcome> {
  const down = await site.as("owner", ["stack", "down", "rover", "--volumes"]);
  const gone = await site.as("owner", ["secret", "rm", "db.rover.password"]);
  const left = await engine.left();
  const status = await site.stop();
  const state = join(folder, "state");
  const files = await readdir(state, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "latin1")),
  );
  return {
    note: down.stdout.trim(),
    proofs: [
      succeeded("berth stack down succeeds", down),
      succeeded("the secret is forgotten", gone),
      equals("no container and no network of it is left", left.join(", "), ""),
      equals("the server ends gracefully", status, 0),
      holds(
        "the secret's value is in no file of the server, and not in its log",
        !texts.some((text) => text.includes(SECRET)) && !site.log().some((line) => line.includes(SECRET)),
        "it was found",
      ),
    ],
  };
}
