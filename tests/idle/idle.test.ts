// Services of real stacks on a real engine that are put to sleep and woken; time is the test's.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../src/base/log.ts";
import { CHECK_IN_FILE, CHECK_IN_MODE, checkInText, checkInTokens } from "../../src/services/idle/check-in-token.ts";
import { CheckInDesk } from "../../src/services/idle/check-ins.ts";
import { IdleKeeper } from "../../src/services/idle/idle-keeper.ts";
import { HandClock } from "../../src/services/idle/testing.ts";
import { findings } from "../../src/site/findings.ts";
import { resolveIdle } from "../../src/site/services/idle.ts";
import { deployed, openRig, type Rig, scratch, someName, until, wish } from "../stacks/support.ts";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";

const CONFIG = resolveIdle({}, { path: [], at: (path) => path, env: {}, found: findings() });

const tokens = checkInTokens(Buffer.alloc(32));
const checkIn = {
  ...{ target: CHECK_IN_FILE, mode: CHECK_IN_MODE },
  text: (stack: string, name: string) => checkInText(tokens.of({ stack, name }), { port: 5000, url: undefined }),
};

let engine: TestEngine;
let rig: Rig;
let folder: Awaited<ReturnType<typeof scratch>>;

beforeAll(async () => {
  if (!hasDockerd) return;
  folder = await scratch();
  engine = await startDockerd({ arguments: ["--live-restore"] });
  await engine.image({ name: "test/web:1", cmd: ["httpd", "-f", "-p", "80", "-h", "/www"] });
  rig = await openRig({ socket: engine.socket, dir: folder.dir, checkIn });
});

afterAll(async () => {
  await rig?.close();
  await engine?.stop();
  await folder?.remove();
});

const stackOf = (idle: string) => `
services:
  web:
    image: test/web:1
    stop_signal: SIGKILL
    depends_on: [db]
    x-berth: {idle: ${idle}}
  db:
    image: test/web:1
    stop_signal: SIGKILL
    x-berth: {idle: ${idle}}
`;

interface Watched {
  readonly name: string;
  readonly clock: HandClock;
  keeper: IdleKeeper;
  /** Time passes, the proxy reports that many open connections of `web`, and the keeper looks. */
  pass(seconds: number, open?: number): Promise<void>;
  states(): Promise<Readonly<Record<string, string>>>;
  restart(): Promise<void>;
}

async function inStack(idle: string, run: (watched: Watched) => Promise<void>): Promise<void> {
  const name = someName();
  expect(await deployed(rig.stacks, wish(name, stackOf(idle)))).toMatchObject({ state: "done" });
  const clock = new HandClock(Date.now() / 1000 + 1);
  // The other stacks of this file are other tests' business.
  const only = { ...rig.stacks, list: () => rig.stacks.list({ text: name }) };
  const open = () =>
    IdleKeeper.open({
      ...{ store: rig.store, stacks: only, engine: rig.engine, config: () => CONFIG, log: silent, clock, sweepMs: 0 },
    });
  const watched: Watched = {
    ...{ name, clock, keeper: await open() },
    async pass(seconds, connections = 0) {
      clock.advance(seconds);
      const rest = { requests: 0, lastUse: 0, receivedBytes: 0, sentBytes: 0, failures: 0 };
      this.keeper.traffic("p1", connections > 0 ? [{ route: `${name}/web/0`, open: connections, ...rest }] : []);
      await this.keeper.sweep();
    },
    async states() {
      const { services } = await rig.stacks.show(name);
      return Object.fromEntries(services.map((service) => [service.name, service.state]));
    },
    async restart() {
      await this.keeper.close();
      this.keeper = await open();
    },
  };
  try {
    await run(watched);
  } finally {
    await watched.keeper.close();
  }
}

describe.skipIf(!hasDockerd)("services on Docker", () => {
  test("sleep when nobody uses them, and wake in order for all who want them", async () => {
    await inStack("30m", async (watched) => {
      await watched.pass(1799, 1);
      await watched.pass(60, 1);
      // Nobody asks it for anything, but what is in use depends on it.
      expect(watched.keeper.state(watched.name, "db")).toMatchObject({ activity: "active", because: "web needs it" });
      await watched.pass(1799);
      expect(await watched.states()).toEqual({ web: "running", db: "running" });
      await watched.pass(61);
      expect(await watched.states()).toEqual({ web: "asleep", db: "running" });
      await watched.pass(5);
      expect(await watched.states()).toEqual({ web: "asleep", db: "asleep" });
      await Promise.all(Array.from({ length: 20 }, () => watched.keeper.wakeRoute(`${watched.name}/web/0`)));
      expect(await watched.states()).toEqual({ web: "running", db: "running" });
      const wakes = (await rig.stacks.operations(watched.name)).items.filter(({ kind }) => kind === "wake");
      expect(wakes).toHaveLength(1);
      const story = await watched.keeper.timeline(watched.name, "web", 0);
      expect(story.map(({ activity }) => activity)).toEqual(["active", "idle", "asleep", "waking"]);
    });
  });

  test("sleep paused, where that is wanted, and go on where they were", async () => {
    await inStack("{after: 30m, action: pause}", async (watched) => {
      await watched.pass(1900);
      await watched.pass(5);
      expect(await watched.states()).toEqual({ web: "paused", db: "paused" });
      await watched.keeper.wake(watched.name, "web");
      expect(await watched.states()).toEqual({ web: "running", db: "running" });
    });
  });

  test("that somebody starts past berth get their whole time", async () => {
    await inStack("30m", async (watched) => {
      await watched.pass(1900);
      const [observed] = await rig.driver.observe(watched.name);
      const web = observed?.containers.find(({ labels }) => labels["berth.service"] === "web");
      await rig.engine.start(web?.id ?? "");
      await until(() => watched.keeper.state(watched.name, "web") !== undefined);
      const { startedAt = 0 } = (await rig.engine.container(web?.id ?? "")) ?? {};
      await watched.pass(60);
      expect(watched.keeper.state(watched.name, "web")).toMatchObject({ activity: "idle" });
      expect((await rig.engine.container(web?.id ?? ""))?.status).toBe("running");
      // By the machine's clock, which the engine has.
      expect(startedAt).toBeGreaterThan(0);
    });
  });

  test("report themselves, from their own address only", async () => {
    await inStack("{after: 30m, signals: [check-in]}", async (watched) => {
      const takers = [(id: string, value: string) => watched.keeper.checkIn(id, value)];
      const desk = new CheckInDesk({ containers: rig.live, tokens, by: () => "either", takers });
      const [observed] = await rig.driver.observe(watched.name);
      const web = observed?.containers.find(({ labels }) => labels["berth.service"] === "web");
      const [address] = Object.values(web?.addresses ?? {});
      for (let minute = 0; minute < 40; minute += 5) {
        desk.take({ peer: address, address, token: undefined, value: "2" });
        // A stranger's report, and one with a forged token, are nobody's.
        desk.take({ peer: "127.0.0.1", address: "127.0.0.1", token: undefined, value: "9" });
        desk.take({ peer: address, address, token: "bci_forged", value: "9" });
        await watched.pass(300);
      }
      expect(await watched.states()).toEqual({ web: "running", db: "running" });
      expect(watched.keeper.state(watched.name, "web")).toMatchObject({
        ...{ activity: "active", because: "checked in 5 min ago with 2" },
      });
      // When it falls silent nobody knows, and the policy says that this counts as use.
      await watched.pass(7200);
      expect(watched.keeper.state(watched.name, "web")).toMatchObject({
        ...{ activity: "unknown", because: "last checked in 2 h ago" },
      });
      expect((await watched.states())["web"]).toBe("running");
    });
  });

  test("report themselves from behind address translation, by the token that they find", async () => {
    await inStack("{after: 30m, signals: [check-in]}", async ({ name, keeper }) => {
      const takers = [(id: string, value: string) => keeper.checkIn(id, value)];
      const desk = new CheckInDesk({ containers: rig.live, tokens, by: () => "token", takers });
      const argv = ["sh", "-c", `. ${CHECK_IN_FILE} && echo $BERTH_CHECK_IN_TOKEN`];
      const session = await rig.stacks.exec(name, { service: "web", argv, tty: false, stdin: false });
      let token = "";
      for await (const { data } of session.output) token += data.toString();
      session.close();
      const report = { peer: "127.0.0.1", address: "127.0.0.1", value: "2" };
      expect(desk.take({ ...report, token: token.trim() })).toBe(true);
      expect(keeper.state(name, "web")).toMatchObject({ because: "checked in 0 s ago with 2" });
      // After a sleep, too: the file is the container's own for as long as it lives.
      await rig.stacks.sleep(name, "web", "stop", "a test");
      await until(() => !desk.take({ ...report, token: token.trim() }));
      await rig.stacks.wake(name, "web");
      await until(() => desk.take({ ...report, token: token.trim() }));
    });
  });

  test("are measured by the engine, where CPU time counts", async () => {
    await inStack("{after: 30m, signals: [cpu], cpu-floor: 0.5}", async (watched) => {
      await watched.keeper.measure();
      watched.clock.advance(60);
      await watched.keeper.measure();
      await watched.pass(1);
      expect(watched.keeper.state(watched.name, "web")).toMatchObject({ because: "uses 0.00 of a CPU" });
    });
  });

  test("are followed on through a restart of the server and of the engine", async () => {
    await inStack("30m", async (watched) => {
      await watched.pass(600, 1);
      await watched.restart();
      await engine.crash();
      await watched.pass(1000);
      await engine.again();
      await rig.live.ready();
      await watched.pass(500);
      expect((await watched.states())["web"]).toBe("running");
      await watched.pass(500);
      expect((await watched.states())["web"]).toBe("asleep");
      await watched.keeper.wake(watched.name, "web");
      expect((await watched.states())["web"]).toBe("running");
    });
  });
});
