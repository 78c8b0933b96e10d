// Waking a service by a request through the proxy, beside what the engine alone needs to start such a container: a real
// dockerd, a real server, a real proxy. As root.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "../../src/demo/services-engine.ts";
import { type DemoSite, startSite } from "../../src/demo/services-site.ts";
import { median, type Result } from "../table.ts";

const HOST = "nap.services.example";
const RECIPE = `name: nap
x-berth:
  tags: { owner: www-data }
services:
  web:
    image: bench/web:1
    user: "33:33"
    cap_drop: [ALL]
    restart: unless-stopped
    stop_grace_period: 1s
    x-berth:
      routes: [{ host: ${HOST}, port: 8080 }]
      idle: { after: 1s, action: stop, wake: true, wake-with: hold }
`;

/** From the request to the first byte of the answer. */
export async function wakeTime(rounds: number): Promise<Result> {
  const title = "A request that wakes a service";
  const columns = ["to the first byte [ms]", "longest [ms]"];
  if (process.getuid?.() !== 0)
    return {
      title,
      columns,
      rows: [{ name: "berth", figures: [], absent: "root is needed for an engine" }],
      notes: [],
    };
  const folder = await mkdtemp(join(tmpdir(), "berth-wake-"));
  const signal = new AbortController().signal;
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const engine = await startEngine(folder, signal);
    closers.push(() => engine.stop());
    await engine.image("bench/web:1", "good morning");
    const berth = [process.execPath, join(import.meta.dirname, "../../src/main.ts")];
    const site = await startSite({ folder, engine: engine.address, berth, signal });
    closers.push(() => site.stop());
    await deploy(site, folder);
    const [woken, started] = [await wakes(site, rounds * 3), await starts(engine.address, rounds * 3)];
    return {
      title,
      columns,
      rows: [
        { name: "berth, through the proxy over TLS", figures: [median(woken), Math.max(...woken)] },
        { name: "the engine's start alone", figures: [median(started), Math.max(...started)] },
      ],
      notes: [
        "The engine alone: its API's start of the same image in the same network, until a request there is answered.",
      ],
    };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function deploy(site: DemoSite, folder: string): Promise<void> {
  const place = join(folder, "nap");
  await mkdir(place);
  await writeFile(join(place, "compose.yaml"), RECIPE);
  const up = await site.as("owner", ["stack", "up", "--yes"], place);
  if (up.status !== 0) throw new Error(up.stderr);
}

async function wakes(site: DemoSite, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  while (times.length < count) {
    while (!(await sleeps(site))) await pause(200);
    const begin = performance.now();
    const { status, text } = await site.visit(HOST);
    if (status !== 200) throw new Error(`the visitor got ${status}: ${text}`);
    times.push(performance.now() - begin);
  }
  return times;
}

// It is called asleep as soon as that is decided; then its container still has to end.
async function sleeps(site: DemoSite): Promise<boolean> {
  const { stdout } = await site.as("owner", ["service", "show", "nap/web", "--json"]);
  const { state, containers } = JSON.parse(stdout) as { state: string; containers: readonly { status: string }[] };
  return state === "asleep" && containers.every(({ status }) => status === "exited");
}

async function starts(address: string, count: number): Promise<readonly number[]> {
  const ask = (method: string, path: string, body?: object) =>
    askEngine(address.replace("unix://", ""), method, path, body);
  const made = await ask("POST", "/containers/create", {
    Image: "bench/web:1",
    HostConfig: { NetworkMode: "nap_default" },
  });
  const { Id: id } = JSON.parse(made) as { Id: string };
  const times: number[] = [];
  while (times.length < count) {
    const begin = performance.now();
    await ask("POST", `/containers/${id}/start`);
    const { NetworkSettings } = JSON.parse(await ask("GET", `/containers/${id}/json`)) as {
      NetworkSettings: { Networks: Readonly<Record<string, { IPAddress: string }>> };
    };
    const [network] = Object.values(NetworkSettings.Networks);
    await answered(`http://${network?.IPAddress}:8080/`);
    times.push(performance.now() - begin);
    await ask("POST", `/containers/${id}/stop?t=0`);
  }
  await ask("DELETE", `/containers/${id}?force=1`);
  return times;
}

async function answered(url: string): Promise<void> {
  for (;;) {
    const ok = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ok) return;
    await pause(2);
  }
}

function askEngine(socketPath: string, method: string, path: string, body?: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, headers: { "content-type": "application/json" } }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => {
        text += chunk;
      });
      answer.on("end", () => resolve(text));
    });
    asked.on("error", reject);
    asked.end(body && JSON.stringify(body));
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
