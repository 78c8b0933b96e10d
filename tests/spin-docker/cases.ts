// The 72 black-box cases of spin-docker's interface (spec/services.md 1.8), by their numbers. A case has a world of its own:
// a site without containers on an engine that other cases use at the same time.

import { expect } from "vitest";
import { HandClock } from "../../src/services/idle/testing.ts";
import { ADMIN, basic, type Settings, type Shown, type World, wait } from "./world.ts";

/** One row of the table. */
export interface Case {
  readonly number: number;
  readonly title: string;
  readonly settings: () => Settings;
  readonly run: (world: World) => Promise<void>;
}

const row = (number: number, title: string, run: Case["run"], settings: Settings | (() => Settings) = {}): Case => {
  return { number, title, run, settings: typeof settings === "function" ? settings : () => settings };
};

const REALM = 'Basic realm="Authentication Required"';
// Podman writes the registry that it takes a name to be of.
const bare = (tag: string) => tag.replace(/^(localhost|docker\.io)\//, "");
const METHOD_REFUSED = { status: 405, message: "Method Not Allowed" };
const RUNNING = { status: "running", active: "0" };
const STOPPED = { status: "stopped", active: "0", ssh_port: "", app_port: "" };
const PORT = /^\d+$/;
const message = (text: string | RegExp) => ({ message: expect.stringMatching(text) });

async function refusesPassword(world: World, headers: Record<string, string>, path = "/v1/containers") {
  const { status, text, headers: got } = await world.ask("GET", path, { headers });
  expect([status, text, got["content-type"]]).toEqual([401, "Unauthorized Access", "text/html; charset=utf-8"]);
  expect(got["www-authenticate"]).toBe(REALM);
}

const patch = (world: World, { container_id: id }: Shown, status: string) =>
  world.admin("PATCH", `/v1/containers/${id}`, { form: { status } });

const audited = async (world: World): Promise<readonly Shown[]> =>
  (await world.admin("GET", "/v1/containers?audit=true")).json;

/** What the application says, as soon as it listens. */
async function answers(port: string | undefined): Promise<string> {
  const end = Date.now() + 30_000;
  for (;;) {
    const text = await fetch(`http://127.0.0.1:${port}/`)
      .then((response) => response.text())
      .catch((error: Error) => `${error}, because of ${error.cause}`);
    if (text.includes("busybox") || Date.now() > end) return text;
    await wait(50);
  }
}

/** Cases in which the kind of engine plays no part: once is enough. */
export const ENGINE_FREE: ReadonlySet<number> = new Set([
  ...[1, 2, 3, 4, 5, 6, 10, 11, 12, 17, 20, 30, 40, 43, 44, 45, 50, 51, 55, 56, 57, 58, 61, 64, 66, 67, 68, 69, 70, 71],
]);

const timerOf = async (world: World, { container_id: container = "" }: Shown, final: boolean) => {
  const record = await world.store.db
    .selectFrom("spin_timers")
    .selectAll()
    .where("container", "=", container)
    .executeTakeFirst();
  return { container, run: record?.run ?? 0, due: record?.due ?? 0, final };
};

const FAST = { initialMs: 2000, intervalMs: 1000 };
const IMAGE = { form: { image: "sd/app" } };

export const CASES: readonly Case[] = [
  row(1, "GET containers without a password", (world) => refusesPassword(world, {})),
  row(2, "with another user", (world) => refusesPassword(world, basic("wrong", "user"))),
  row(3, "says which realm", (world) => refusesPassword(world, {})),
  row(4, "with a wrong password", (world) => refusesPassword(world, basic("admin", "spindocket"))),
  row(5, "with a bearer token", (world) => refusesPassword(world, { authorization: "Bearer x" })),
  row(6, "an unknown container without a password", (world) => refusesPassword(world, {}, "/v1/containers/1337")),
  row(7, "GET images lists tags", async (world) => {
    const { status, json } = await world.admin("GET", "/v1/images");
    expect(status).toBe(200);
    expect(json.map(bare)).toContain("sd/app:latest");
  }),
  row(8, "GET images leaves out what has no tag", async (world) => {
    await world.test.image({ name: "sd/moved:1", files: { a: "1" } });
    await world.test.image({ name: "sd/moved:1", files: { a: "2" } });
    const { text } = await world.admin("GET", "/v1/images");
    expect(text).not.toContain("<none>");
  }),
  row(9, "GET images shows both tags of an image", async (world) => {
    const id = await world.test.image({ name: "sd/two:a" });
    await world.engine.tag(id, "sd/two:b");
    const { json } = await world.admin("GET", "/v1/images");
    const tags = json.map(bare);
    expect(tags).toEqual(expect.arrayContaining(["sd/two:a", "sd/two:b"]));
  }),
  row(10, "POST images", async (world) => {
    const { status, text } = await world.admin("POST", "/v1/images");
    expect([status, JSON.parse(text)]).toEqual([405, METHOD_REFUSED]);
    expect(text).toBe('{"status":405,"message":"Method Not Allowed"}');
  }),
  row(11, "GET images with a slash at the end", async (world) => {
    const { status, headers } = await world.admin("GET", "/v1/images/");
    expect([status, headers["location"], headers["content-type"]]).toEqual([
      404,
      undefined,
      "text/html; charset=utf-8",
    ]);
    for (const path of ["/v1/containers/", "/v1/check-in/", "/v1/containers/1337/", "/v1/nothing"])
      expect((await world.ask("GET", path)).status).toBe(404);
  }),
  row(12, "GET containers when there are none", async (world) => {
    const { status, text, headers } = await world.admin("GET", "/v1/containers");
    expect([status, text, headers["content-type"]]).toEqual([200, "[]", "application/json"]);
  }),
  row(13, "POST containers with a form", async (world) => {
    const { status, json } = await world.admin("POST", "/v1/containers", IMAGE);
    expect(status).toBe(201);
    const fields = ["active", "app_port", "container_id", "image", "name", "ssh_port", "status", "uri"];
    expect(Object.keys(json).sort()).toEqual(fields);
    expect(json).toMatchObject(RUNNING);
  }),
  row(14, "POST containers with JSON", async (world) => {
    const { status, json } = await world.admin("POST", "/v1/containers", { json: { image: "sd/app" } });
    expect([status, json.status]).toEqual([201, "running"]);
    // As `curl -d` sends it.
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const curl = await world.admin("POST", "/v1/containers", { text: '{"image": "sd/ssh"}', headers });
    expect([curl.status, curl.json.image]).toEqual([201, "sd/ssh"]);
  }),
  row(15, "POST containers with a query", async (world) => {
    expect((await world.admin("POST", "/v1/containers?image=sd/app")).status).toBe(201);
  }),
  row(16, "the query goes before the form", async (world) => {
    const question = { form: { image: "badimage" } };
    expect((await world.admin("POST", "/v1/containers?image=sd/app", question)).status).toBe(201);
  }),
  row(17, "POST containers with nothing", async (world) => {
    const { status, json } = await world.admin("POST", "/v1/containers");
    expect([status, json]).toEqual([400, { message: "Image cannot be blank" }]);
  }),
  row(18, "POST containers of an image that is not there", async (world) => {
    const { status, json } = await world.admin("POST", "/v1/containers", { form: { image: "badimage" } });
    expect([status, json]).toEqual([500, { message: "Image badimage not found on this server" }]);
    const hostile = await world.admin("POST", "/v1/containers", { form: { image: "../../containers/json?" } });
    expect([hostile.status, hostile.json]).toEqual([500, message(/not found on this server$/)]);
  }),
  row(19, "POST containers of an image without ports", async (world) => {
    const { status, json } = await world.admin("POST", "/v1/containers", { form: { image: "sd/closed" } });
    expect([status, json]).toEqual([500, message(/^This image does not expose any ports\./)]);
  }),
  row(20, "POST containers with broken JSON", async (world) => {
    const headers = { "content-type": "application/json" };
    const { status, json } = await world.admin("POST", "/v1/containers", { text: '{"image":', headers });
    expect([status, json]).toEqual([400, message(/cannot be read/)]);
  }),
  row(21, "an image with 22 and 5432 has two ports", async (world) => {
    const { ssh_port: ssh, app_port: app } = await world.post();
    expect([ssh, app]).toEqual([expect.stringMatching(PORT), expect.stringMatching(PORT)]);
    expect(ssh).not.toBe(app);
  }),
  row(22, "an image with 22 only", async (world) => {
    expect(await world.post("sd/ssh")).toMatchObject({ ssh_port: expect.stringMatching(PORT), app_port: "" });
  }),
  row(23, "an image with 80 only", async (world) => {
    expect(await world.post("sd/web")).toMatchObject({ ssh_port: "", app_port: expect.stringMatching(PORT) });
  }),
  row(24, "of several ports the lowest is the application's", async (world) => {
    const { app_port: app, other_ports: others } = await world.post("sd/many");
    expect(await answers(app)).toContain("busybox");
    expect(others).toEqual({ "8080/tcp": expect.stringMatching(PORT) });
  }),
  row(25, "the application answers on its port", async (world) => {
    const { app_port: app } = await world.post();
    expect(await answers(app)).toContain("busybox");
  }),
  row(26, "uri, name and image", async (world) => {
    const { container_id: id, uri, name, image } = await world.post();
    expect([uri, name, image]).toEqual([`/v1/containers/${id}`, expect.stringMatching(/^\/\w+_\w+$/), "sd/app"]);
  }),
  row(27, "the list has what POST answered", async (world) => {
    const made = await world.post();
    expect(await world.list()).toEqual([made]);
  }),
  row(28, "the list has both, in the order of their making", async (world) => {
    const made = [await world.post(), await world.post("sd/web")];
    expect(await world.list()).toEqual(made);
  }),
  row(29, "GET one", async (world) => {
    const made = await world.post();
    expect(await world.get(made["container_id"])).toEqual(made);
  }),
  row(30, "GET one that is not there", async (world) => {
    const { status, json } = await world.admin("GET", "/v1/containers/1337");
    expect([status, json]).toEqual([404, { message: "Container 1337 doesn't exist" }]);
  }),
  row(31, "GET one by the beginning of its id", async (world) => {
    const { container_id: id, name } = await world.post();
    for (const other of [id?.slice(0, 12), name?.slice(1)])
      expect((await world.admin("GET", `/v1/containers/${other}`)).status).toBe(404);
  }),
  row(32, "stopping answers with the ports of before", async (world) => {
    const made = await world.post();
    const { status, json } = await patch(world, made, "stopped");
    expect([status, json]).toEqual([200, { ...made, status: "stopping" }]);
  }),
  row(33, "what was stopped has no ports", async (world) => {
    const made = await world.post();
    await patch(world, made, "stopped");
    expect(await world.until(made["container_id"], "stopped")).toEqual({ ...made, ...STOPPED });
  }),
  row(34, "stopping with JSON", async (world) => {
    const { uri = "" } = await world.post();
    const { status, json } = await world.admin("PATCH", uri, { json: { status: "stopped" } });
    expect([status, json.status]).toEqual([200, "stopping"]);
  }),
  row(35, "a container that ignores SIGTERM keeps nobody waiting", async (world) => {
    const made = await world.post("sd/stubborn");
    const begin = performance.now();
    expect((await patch(world, made, "stopped")).json.status).toBe("stopping");
    expect(performance.now() - begin).toBeLessThan(5000);
    await world.until(made["container_id"], "stopped", 25_000);
    expect(performance.now() - begin).toBeGreaterThan(9000);
  }),
  row(36, "starting again", async (world) => {
    const made = await world.post();
    await patch(world, made, "stopped");
    await world.until(made["container_id"], "stopped");
    const { status, json } = await patch(world, made, "running");
    expect([status, json]).toEqual([200, { ...made, ssh_port: json.ssh_port, app_port: json.app_port }]);
    expect(await answers(json.app_port)).toContain("busybox");
  }),
  row(37, "starting what runs", async (world) => {
    const made = await world.post();
    const { status, json } = await patch(world, made, "running");
    expect([status, json]).toEqual([500, message(`^Cannot start container ${made["container_id"]}`)]);
  }),
  row(38, "a status that does not exist", async (world) => {
    const made = await world.post();
    const { status, json } = await patch(world, made, "banana");
    expect([status, json]).toEqual([200, made]);
  }),
  row(39, "PATCH with nothing", async (world) => {
    const made = await world.post();
    const { status, json } = await world.admin("PATCH", made["uri"] ?? "");
    expect([status, json]).toEqual([200, made]);
  }),
  row(40, "PATCH of what is not there", async (world) => {
    const { status, json } = await world.admin("PATCH", "/v1/containers/1337", { form: { status: "stopped" } });
    expect([status, json]).toEqual([404, { message: "Container 1337 doesn't exist" }]);
    expect(await world.list()).toEqual([]);
  }),
  row(41, "DELETE of what runs", async (world) => {
    const { uri = "", container_id: id = "" } = await world.post();
    const { status, text } = await world.admin("DELETE", uri);
    expect([status, text]).toEqual([204, ""]);
    expect(await world.list()).toEqual([]);
    await world.spin.settled();
    expect(await world.engine.container(id)).toBeUndefined();
  }),
  row(42, "DELETE of what is stopped", async (world) => {
    const made = await world.post();
    await patch(world, made, "stopped");
    await world.until(made["container_id"], "stopped");
    expect((await world.admin("DELETE", made["uri"] ?? "")).status).toBe(204);
    expect((await world.admin("GET", made["uri"] ?? "")).status).toBe(404);
  }),
  row(43, "DELETE of what is not there", async (world) => {
    const { status, json } = await world.admin("DELETE", "/v1/containers/1337");
    expect([status, json]).toEqual([404, { message: "Container 1337 doesn't exist" }]);
  }),
  row(44, "DELETE of all", async (world) => {
    const { status, json } = await world.admin("DELETE", "/v1/containers");
    expect([status, json]).toEqual([405, METHOD_REFUSED]);
  }),
  row(45, "PUT of one", async (world) => {
    const { status, json } = await world.ask("PUT", "/v1/containers/1337");
    expect([status, json]).toEqual([405, METHOD_REFUSED]);
  }),
  row(46, "an audit forgets what was removed", async (world) => {
    const { container_id: id = "" } = await world.post();
    await world.engine.remove(id, { force: true });
    expect(await audited(world)).toEqual([]);
  }),
  row(47, "an audit sees what was stopped", async (world) => {
    const made = await world.post();
    await world.engine.stop(made["container_id"] ?? "", 2000);
    expect(await audited(world)).toEqual([{ ...made, ...STOPPED }]);
  }),
  row(48, "an audit sees what was started", async (world) => {
    const made = await world.post();
    await patch(world, made, "stopped");
    await world.until(made["container_id"], "stopped");
    await world.engine.start(made["container_id"] ?? "");
    const [shown] = await audited(world);
    expect(shown).toMatchObject({ ...RUNNING, app_port: expect.stringMatching(PORT) });
  }),
  row(
    49,
    "without an audit the list shows what was known, where the site wants it so",
    async (world) => {
      const made = await world.post();
      await world.engine.stop(made["container_id"] ?? "", 2000);
      await wait(300);
      expect(await world.list()).toEqual([made]);
    },
    { state: "audit" },
  ),
  row(50, "audit=maybe", async (world) => {
    expect((await world.admin("GET", "/v1/containers?audit=maybe")).status).toBe(400);
  }),
  row(51, "audit=TRUE", async (world) => {
    for (const word of ["TRUE", "False"])
      expect((await world.admin("GET", `/v1/containers?audit=${word}`)).status).toBe(200);
  }),
  row(
    52,
    "an audit goes on behind the first that is gone",
    async (world) => {
      const [one, two, three] = [await world.post(), await world.post("sd/web"), await world.post("sd/ssh")];
      for (const { container_id: id = "" } of [one, two]) await world.engine.remove(id, { force: true });
      expect(await audited(world)).toEqual([three]);
    },
    { state: "audit" },
  ),
  row(53, "a check-in is found by its address", async (world) => {
    const { container_id: id } = await world.post();
    expect(await world.checkInFrom(id, "active=1")).toBe("");
    expect((await world.get(id))["active"]).toBe("1");
  }),
  row(54, "a check-in with the field of the documents", async (world) => {
    const { container_id: id } = await world.post();
    await world.checkInFrom(id, "active-connections=3");
    expect((await world.get(id))["active"]).toBe("3");
  }),
  row(55, "a check-in from elsewhere", async (world) => {
    const made = await world.post();
    const { status, text } = await world.ask("POST", "/v1/check-in", { form: { active: "1" } });
    expect([status, text]).toEqual([200, ""]);
    expect(await world.list()).toEqual([made]);
  }),
  row(56, "a check-in without its field", async (world) => {
    const { status, headers } = await world.ask("POST", "/v1/check-in", { form: { other: "1" } });
    expect([status, headers["content-type"]]).toEqual([400, "text/html; charset=utf-8"]);
  }),
  row(57, "GET check-in", async (world) => {
    const { status, headers } = await world.ask("GET", "/v1/check-in");
    expect([status, headers["allow"], headers["content-type"]]).toEqual([
      405,
      "POST, OPTIONS",
      "text/html; charset=utf-8",
    ]);
  }),
  row(58, "a check-in needs no password", async (world) => {
    for (const headers of [{}, basic("no", "body")])
      expect((await world.ask("POST", "/v1/check-in", { form: { active: "1" }, headers })).status).toBe(200);
  }),
  row(59, "a check-in with a forged address", async (world) => {
    const [victim, liar] = [await world.post(), await world.post("sd/web")];
    const address =
      Object.values((await world.engine.container(victim["container_id"] ?? ""))?.addresses ?? {})[0] ?? "";
    const headers = { "x-forwarded-for": address };
    await world.ask("POST", "/v1/check-in", { form: { active: "7" }, headers });
    expect(await world.get(victim["container_id"])).toEqual(victim);
    await world.checkInFrom(liar["container_id"], "active=7", `--header 'X-Forwarded-For: ${address}'`);
    expect(await world.get(victim["container_id"])).toEqual(victim);
  }),
  row(60, "a check-in of what is being stopped", async (world) => {
    const made = await world.post("sd/stubborn");
    await patch(world, made, "stopped");
    const headers = { "x-berth-check-in": world.tokens.of({ id: made["container_id"] ?? "" }) };
    await world.ask("POST", "/v1/check-in", { form: { active: "1" }, headers });
    expect(await world.get(made["container_id"])).toMatchObject({ status: "stopping", active: "0" });
    await world.engine.kill(made["container_id"] ?? "", "SIGKILL");
  }),
  row(61, "a look at a container that is not there", async (world) => {
    expect(await world.spin.look({ container: "1337", run: 0, due: 0, final: true })).toBe("none");
  }),
  row(62, "a look at a stopped container", async (world) => {
    const made = await world.post();
    const timer = await timerOf(world, made, true);
    await patch(world, made, "stopped");
    await world.until(made["container_id"], "stopped");
    expect(await world.spin.look(timer)).toBe("none");
  }),
  row(63, "a look at a container in use", async (world) => {
    const made = await world.post();
    await world.checkInFrom(made["container_id"], "active=1");
    const before = await timerOf(world, made, true);
    expect(await world.spin.look(before)).toBe("container active");
    const after = await world.store.db.selectFrom("spin_timers").selectAll().executeTakeFirst();
    expect(after).toMatchObject({ final: 0, run: before.run });
    expect((after?.due ?? 0) - Date.now() / 1000).toBeCloseTo(1800, -1);
    expect((await world.get(made["container_id"]))["status"]).toBe("running");
  }),
  row(64, "the first look at an idle container", async (world) => {
    const made = await world.post();
    expect(await world.spin.look(await timerOf(world, made, false))).toBe("container inactive");
    expect(await world.store.db.selectFrom("spin_timers").selectAll().executeTakeFirst()).toMatchObject({ final: 1 });
    expect((await world.get(made["container_id"]))["status"]).toBe("running");
  }),
  row(65, "the second look at an idle container", async (world) => {
    const made = await world.post();
    expect(await world.spin.look(await timerOf(world, made, true))).toBe("stopping container");
    expect((await world.get(made["container_id"]))["status"]).toMatch(/^stop/);
    await world.until(made["container_id"], "stopped");
  }),
  row(
    66,
    "a container that never checks in",
    async (world) => {
      const begin = performance.now();
      const made = await world.post();
      expect(await world.until(made["container_id"], "stopped")).toEqual({ ...made, ...STOPPED });
      expect(performance.now() - begin).toBeGreaterThan(3000);
    },
    FAST,
  ),
  row(
    67,
    "a container that checks in, and later says that it is idle",
    async (world) => {
      const { container_id: id } = await world.post();
      await world.pass(2);
      await world.pass(0.5);
      await world.checkInFrom(id, "active=1");
      await world.pass(0.5);
      await world.pass(1);
      expect((await world.get(id))["status"]).toBe("running");
      await world.checkInFrom(id, "active=0");
      await world.pass(1);
      expect((await world.get(id))["status"]).toBe("running");
      await world.pass(1);
      await world.until(id, "stopped");
    },
    () => ({ ...FAST, clock: new HandClock(Date.now() / 1000) }),
  ),
  row(
    68,
    "nothing is stopped when the site does not want it",
    async (world) => {
      const { container_id: id } = await world.post();
      for (let round = 0; round < 5; round++) await world.pass(1800);
      expect((await world.get(id))["status"]).toBe("running");
      expect(await world.spin.nextLook()).toBeUndefined();
    },
    () => ({ timeouts: false, clock: new HandClock(Date.now() / 1000) }),
  ),
  row(
    69,
    "the timer of an earlier run has no effect",
    async (world) => {
      const made = await world.post();
      const old = await timerOf(world, made, true);
      await world.pass(1);
      await patch(world, made, "stopped");
      await world.until(made["container_id"], "stopped");
      await patch(world, made, "running");
      expect(await world.spin.look(old)).toBe("none");
      // The first run's looks would have been at 2 s and 3 s, this one's are at 3 s and 4 s.
      await world.pass(1.5);
      await world.pass(1);
      expect((await world.get(made["container_id"]))["status"]).toBe("running");
    },
    () => ({ ...FAST, clock: new HandClock(Date.now() / 1000) }),
  ),
  row(
    70,
    "looks that wait go on after a restart",
    async (world) => {
      const { container_id: id } = await world.post();
      await world.halt();
      await world.start();
      expect((await world.get(id))["status"]).toBe("running");
      await world.pass(2);
      expect((await world.get(id))["status"]).toBe("running");
      await world.pass(1);
      await world.until(id, "stopped");
    },
    () => ({ ...FAST, clock: new HandClock(Date.now() / 1000) }),
  ),
  row(71, "OPTIONS without a password", async (world) => {
    const { status, headers, text } = await world.ask("OPTIONS", "/v1/containers");
    expect([status, headers["allow"], text]).toEqual([200, "GET, HEAD, OPTIONS, POST", ""]);
  }),
  row(72, "HEAD of one", async (world) => {
    const { container_id: id } = await world.post();
    const { status, text } = await world.admin("HEAD", `/v1/containers/${id}`);
    expect([status, text]).toEqual([200, ""]);
    expect((await world.ask("HEAD", "/v1/containers", { headers: ADMIN })).status).toBe(200);
  }),
];
