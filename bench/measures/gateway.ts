// The gateway under load: lookups, the storm of a job's start, long lists, memory.

import { type Answer, quantile, sendAtOnce, sendOne, sendPaced, sendStorm } from "../gateway/load.ts";
import { lookup, makeCredentials, somePublic } from "../gateway/requests.ts";
import { SYSTEM } from "../gateway/seed.ts";
import type { BenchServer, GatewaySite } from "../gateway/site.ts";
import { median, type Result } from "../table.ts";

const CONNECTIONS = 200;
const RATE = 5_000;
const LOOKUPS = 20_000;
const BASELINE_LOOKUPS = 400;
const NODES = 10_000;

/** Lookups with munge authentication over 200 connections: as many as possible, and the wait at 5,000 a second. */
export async function gatewayLookups(site: GatewaySite, rounds: number): Promise<Result> {
  const gateway = await site.startGateway();
  // The first requests find neither compiled code nor a warm database, and what was asked for once is not remembered yet.
  for (let round = 0; round < 2; round++) await full(site, gateway, LOOKUPS);
  const most = await full(site, gateway, LOOKUPS);
  const waits: number[] = [];
  for (let round = 0; round < rounds; round++) waits.push(await paced(site, gateway));
  await gateway.stop();
  const baseline = await site.startBaseline();
  const slow = await full(site, baseline, BASELINE_LOOKUPS);
  await baseline.stop();
  return {
    title: "Lookups with munge, 100,000 images, 200 connections",
    columns: ["lookups/s", "p99 [ms]", "CPU of the server [µs]", "refused", `p99 [ms] at ${RATE}/s`],
    rows: [
      { name: "berth", figures: [most.rate, most.p99, most.cpu, most.refused, median(waits)] },
      { name: "one unmunge per request", figures: [slow.rate, slow.p99, slow.cpu, slow.refused, Number.NaN] },
    ],
    notes: [
      "Load generator, munged and server share the machine's cores.",
      "CPU: of the server's own process; the baseline's children are not counted.",
      "The last column counts from when a request was due, whether or not its connection was free.",
      `It is the middle one of ${rounds} runs of four seconds: ${waits.map((wait) => wait.toFixed(1)).join(", ")}.`,
    ],
  };
}

async function full(site: GatewaySite, { port, cpu }: BenchServer, count: number) {
  const credentials = await makeCredentials(site, count);
  const request = (n: number) => lookup(somePublic(n), credentials[n] ?? "");
  const before = await cpu();
  const { answers, seconds } = await sendAtOnce({ port, count, request }, CONNECTIONS);
  const used = ((await cpu()) - before) / count;
  return { cpu: used * 1e6, rate: count / seconds, p99: quantile(answers, 0.99), refused: refused(answers) };
}

async function paced(site: GatewaySite, { port }: BenchServer): Promise<number> {
  const count = RATE * 4;
  const credentials = await makeCredentials(site, count);
  const request = (n: number) => lookup(somePublic(n), credentials[n] ?? "");
  const { answers } = await sendPaced({ port, count, request }, CONNECTIONS, RATE);
  return quantile(answers, 0.99);
}

/** 10,000 nodes look one image up, each on a connection of its own, within a second; the server's memory before and after. */
export async function gatewayStorm(site: GatewaySite, rounds: number): Promise<Result> {
  const gateway = await site.startGateway();
  const idle = await gateway.memory();
  const storms: { readonly all: number; readonly p99: number; readonly refused: number }[] = [];
  let most = idle;
  for (let round = 0; round < rounds; round++) {
    const credentials = await makeCredentials(site, NODES);
    const request = (n: number) => lookup(1, credentials[n] ?? "");
    const { answers, seconds } = await sendStorm({ port: gateway.port, count: NODES, request });
    storms.push({ all: seconds, p99: quantile(answers, 0.99), refused: refused(answers) });
    most = Math.max(most, await gateway.memory());
  }
  await gateway.stop();
  const middle = (of: (storm: (typeof storms)[number]) => number) => median(storms.map(of));
  const figures = [middle(({ all }) => all), middle(({ p99 }) => p99), Math.max(...storms.map(({ refused: r }) => r))];
  return {
    title: "The storm of a job's start: 10,000 nodes look one image up within a second",
    columns: ["all answered after [s]", "p99 [ms]", "refused", "memory idle [MB]", "memory in the storm [MB]"],
    rows: [{ name: "berth", figures: [...figures, idle / 1e6, most / 1e6] }],
    notes: ["Memory: resident, of the server's process, with 100,000 images in the catalog."],
  };
}

/** The list of everything that somebody may see, in Shifter's form and as a page of our own. */
export async function gatewayList(site: GatewaySite, rounds: number): Promise<Result> {
  const gateway = await site.startGateway();
  const time = async (path: string): Promise<readonly number[]> => {
    const answers: { readonly ms: number; readonly bytes: number }[] = [];
    for (let round = 0; round <= rounds; round++) {
      const [credential = ""] = await makeCredentials(site, 1);
      answers.push(await sendOne(gateway.port, path, credential));
    }
    const [, ...warm] = answers;
    return [median(warm.map(({ ms }) => ms)), (warm[0]?.bytes ?? 0) / 1e6];
  };
  const rows = [
    { name: "berth, /api/list (everything)", figures: await time(`/api/list/${SYSTEM}/`) },
    { name: "berth, /v2/images (one page)", figures: await time(`/v2/images?system=${SYSTEM}&limit=100`) },
  ];
  await gateway.stop();
  const notes = ["To the last byte. A tenth of the images is private, and filtered by the caller's groups."];
  return { title: "Lists of 100,000 images", columns: ["time [ms]", "answer [MB]"], rows, notes };
}

function refused(answers: readonly Answer[]): number {
  return answers.filter(({ status }) => status !== 200).length;
}
