// The routes of services as programs and browsers use them: a whole server whose engine comes later, live streams, a webhook,
// what is refused before anybody is asked.

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { signCall } from "../../src/services/webhooks/webhooks.ts";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { PEOPLE, type Running, startServices, until } from "./running.ts";

const TEXT = `services:
  web:
    image: site/web:1
    user: "33:33"
    cap_drop: [ALL]
    stop_signal: SIGKILL
    command: [sh, -c, "echo one; echo two >&2; exec sleep 1000"]
`;
const wish = (name: string, text = TEXT) => {
  return { name, compose: ["compose.yaml"], files: [{ name: "compose.yaml", text }], tags: { owner: "www-data" } };
};

describe.skipIf(!hasDockerd)("the routes of services (skipped without root and Debian's docker.io)", () => {
  let engine: TestEngine;
  let run: Running;
  let deployment: string;

  beforeAll(async () => {
    engine = await startDockerd();
    await engine.image({ name: "site/web:1", cmd: ["sleep", "1000"] });
    // The server begins without its engine.
    await engine.crash();
    run = await startServices(engine.address);
  }, 60_000);
  afterAll(async () => {
    await run?.stop();
    await engine?.stop();
  }, 60_000);

  test("without an engine it serves lists and says what it lacks, and begins when the engine comes", async () => {
    const before = await run.ask(undefined, "GET", "/readyz");
    expect(before).toMatchObject({ status: 503, body: { checks: { database: "ok", engine: "failed" } } });
    expect((await run.ask("owner", "GET", "/v2/stacks")).body).toEqual({ items: [] });
    await engine.again();
    await until("it is ready", async () => (await run.ask(undefined, "GET", "/readyz")).status === 200);
  });

  test("nobody in particular gets 401, a strange field 400, too much 413", async () => {
    expect(await run.ask(undefined, "GET", "/v2/stacks")).toMatchObject({
      status: 401,
      body: { code: "E_SERVICES_LOGIN" },
    });
    const strange = await run.ask("owner", "POST", "/v2/stacks/propose", { ...wish("a"), owner: "root" });
    expect(strange).toMatchObject({ status: 400, body: { detail: expect.stringContaining("owner") } });
    const long = await run.ask("owner", "POST", "/v2/stacks/propose", wish("a", "#".repeat(5 * 1024 * 1024)));
    expect(long.status).toBe(413);
    const { body } = await run.ask(undefined, "GET", "/v2/session");
    expect(body).toMatchObject({ ways: { token: true }, version: "test" });
  });

  test("a stack of somebody else is not made, and the refusal is in the audit log", async () => {
    const refused = await run.ask("stranger", "POST", "/v2/stacks", wish("rover"));
    expect(refused.status).toBeGreaterThanOrEqual(403);
    const { body } = await run.ask("admin", "GET", "/v2/service-audit?who=backup");
    expect(body.items).toMatchObject([{ action: "stack.up", object: "stack/rover", who: "backup" }]);
  });

  test("a deployment is followed step by step to its end", async () => {
    const begun = await run.ask("owner", "POST", "/v2/stacks", wish("rover"));
    expect(begun, JSON.stringify(begun.body)).toMatchObject({ status: 200, body: { number: 1, by: "www-data" } });
    deployment = begun.body.id;
    const events = await follow(
      "owner",
      `/v2/stacks/rover/operations/${deployment}/follow`,
      ({ event }) => event === "end",
    );
    expect(events.map(({ event }) => event)).toContain("step");
    expect(events.at(-1)?.data).toMatchObject({ kind: "end", operation: { state: "done" } });
    expect((await run.ask("stranger", "GET", `/v2/stacks/rover/operations/${deployment}`)).status).toBe(403);
  });

  test("a recipe that rules forbid is answered with all findings and their places", async () => {
    const bad = wish("rover", TEXT.replace("cap_drop: [ALL]", "privileged: true"));
    const { status, headers, body } = await run.ask("owner", "POST", "/v2/stacks", bad);
    expect(status).toBe(422);
    expect(headers.get("content-type")).toBe("application/problem+json");
    const finding = body.proposal.findings.find((one: { rule: string }) => one.rule === "SVC-08");
    expect(finding).toMatchObject({ severity: "error", place: { file: "compose.yaml", line: 5 } });
  });

  test("two who upgrade at once: the second hears of the first", async () => {
    const both = await Promise.all([1, 2].map(() => run.ask("owner", "POST", "/v2/stacks/rover/restart")));
    const statuses = both.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)?.body.detail).toContain("www-data");
    const { id } = both.find(({ status }) => status === 200)?.body ?? {};
    await follow("owner", `/v2/stacks/rover/operations/${id}/follow`, ({ event }) => event === "end");
  });

  test("logs come with both streams apart, and go on when they are followed", async () => {
    await until("both lines are there", async () => {
      const { body } = await run.ask("owner", "GET", "/v2/stacks/rover/logs");
      const lines = body.items.map(({ stream, line }: { stream: string; line: string }) => `${stream} ${line}`);
      return lines.includes("stdout one") && lines.includes("stderr two");
    });
    const lines = await follow("owner", "/v2/stacks/rover/logs/follow?stream=stderr", ({ event }) => event === "line");
    expect(lines.at(-1)?.data).toMatchObject({ stack: "rover", service: "web", stream: "stderr", line: "two" });
    const search = await run.ask("owner", "GET", "/v2/logs?text=TWO");
    expect(search.body.items[0]).toMatchObject({ stack: "rover", line: "two" });
    expect((await run.ask("stranger", "GET", "/v2/logs?text=two")).body.items).toEqual([]);
    expect((await run.ask("stranger", "GET", "/v2/stacks/rover/logs")).status).toBe(403);
  });

  test("who lost the stream of events goes on behind the last one", async () => {
    const { body } = await run.ask("owner", "GET", "/v2/stacks/rover/events");
    const known = body.items.at(-3).id;
    const events = await follow("owner", "/v2/service-events", (_event, all) => all.length >= 2, {
      "last-event-id": String(known),
    });
    expect(events.map(({ id }) => id)).toEqual(
      body.items
        .slice(-5, -3)
        .toReversed()
        .map(({ id }: { id: number }) => id),
    );
  });

  test("a shell is refused to pages of strangers and to strangers, and opened for others", async () => {
    const path = "/v2/stacks/rover/services/web/exec?arg=sh&arg=-c&arg=echo%20hi%3B%20exit%205";
    expect(await shell(path, "stranger")).toBe("refused: 403");
    expect(await shell(path, "owner", { origin: "https://evil.example" })).toBe("refused: 403");
    expect((await run.ask("owner", "GET", path)).status).toBe(426);
    expect(await shell(path, "owner")).toBe('1hi\n3{"exit":5}');
  });

  test("a signed call of a webhook upgrades, once, and a false one does nothing", async () => {
    const made = await run.ask("owner", "POST", "/v2/stacks/rover/webhooks", { description: "ci" });
    const { url, key } = made.body;
    const body = Buffer.from(`{"run":"${randomUUID()}"}`);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = signCall(key, timestamp, body);
    const call = (signed: string) => {
      const headers = { "x-berth-timestamp": timestamp, "x-berth-signature": signed };
      return fetch(run.url + url, { method: "POST", headers, body });
    };
    expect((await call(signature.replace(/.$/, (last) => (last === "0" ? "1" : "0")))).status).toBeGreaterThanOrEqual(
      400,
    );
    const answer = await call(signature);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ kind: "upgrade", by: "www-data" });
    expect((await call(signature)).status).toBeGreaterThanOrEqual(400);
  });

  test("with a session's cookie a change needs its proof, in the gateway's routes as well", async () => {
    const token = await run.ask("owner", "POST", "/v2/tokens", { name: "web", scopes: ["manage"] });
    const signedIn = await fetch(`${run.url}/v2/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: token.body.secret }),
    });
    const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const { csrf, me } = (await signedIn.json()) as { readonly csrf: string; readonly me: { readonly user: string } };
    expect(me.user).toBe("www-data");
    const ask = async (method: string, path: string, headers = {}) =>
      (await fetch(run.url + path, { method, headers: { cookie, ...headers } })).status;
    expect(await ask("GET", "/v2/stacks/rover")).toBe(200);
    expect(await ask("GET", "/v2/whoami")).toBe(200);
    expect(await ask("POST", "/v2/stacks/rover/confirm")).toBe(403);
    expect(await ask("DELETE", "/v2/tokens/0123456789abcdef")).toBe(403);
    expect(await ask("DELETE", "/v2/tokens/0123456789abcdef", { "x-berth-csrf": csrf })).toBe(404);
    expect(await ask("DELETE", "/v2/session", { "x-berth-csrf": csrf })).toBe(204);
    expect(await ask("GET", "/v2/stacks/rover")).toBe(401);
  });

  test("Rancher's routes answer in Spin's words to those who may not", async () => {
    const path = "/v2-beta/projects/1a5/stacks/rover";
    expect(await run.ask("owner", "GET", path)).toMatchObject({ status: 200, body: { type: "stack", name: "rover" } });
    expect(await run.ask("stranger", "POST", `${path}?action=deactivateservices`)).toMatchObject({
      status: 401,
      body: { message: "you don't own stack rover" },
    });
    expect((await run.ask("owner", "POST", `${path}?action=explode`)).status).toBe(404);
  });

  test("the figures are there for Prometheus", async () => {
    const { body } = await run.ask(undefined, "GET", "/metrics");
    expect(body).toMatch(/^berth_stacks\{state="\w+"\} 1$/m);
    expect(body).toMatch(/^berth_engine_up 1$/m);
  });

  test("the document describes itself, and the rules are told with examples", async () => {
    const { body } = await run.ask(undefined, "GET", "/v2/services/openapi.json");
    expect(Object.keys(body.paths)).toContain("/v2/stacks/{stack}/upgrade");
    const rules = await run.ask("owner", "GET", "/v2/policy/rules");
    expect(rules.body.items.length).toBeGreaterThan(50);
  });

  interface Told {
    readonly event: string;
    readonly id: number | undefined;
    readonly data: unknown;
  }

  async function follow(
    who: keyof typeof PEOPLE,
    path: string,
    enough: (last: Told, all: readonly Told[]) => boolean,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<readonly Told[]> {
    const gone = new AbortController();
    const timer = setTimeout(() => gone.abort(new Error(`nothing more came of ${path}`)), 20_000);
    const answer = await fetch(run.url + path, {
      headers: { authentication: PEOPLE[who], ...headers },
      signal: gone.signal,
    });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const told: Told[] = [];
    let text = "";
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString();
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const fields = new Map(
          text
            .slice(0, end)
            .split("\n")
            .map((line) => line.split(/: (.*)/s) as [string, string]),
        );
        text = text.slice(end + 2);
        if (!fields.has("data")) continue;
        const id = fields.get("id");
        const one = {
          event: fields.get("event") ?? "",
          id: id === undefined ? undefined : Number(id),
          data: JSON.parse(fields.get("data") ?? "null"),
        };
        told.push(one);
        if (!enough(one, told)) continue;
        clearTimeout(timer);
        return told;
      }
    }
    clearTimeout(timer);
    return told;
  }

  function shell(
    path: string,
    who: keyof typeof PEOPLE,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    return new Promise((resolve) => {
      const socket = new WebSocket(run.url.replace("http", "ws") + path, {
        headers: { authentication: PEOPLE[who], ...headers },
      });
      let said = "";
      socket.on("unexpected-response", (_request, answer) => {
        answer.resume();
        resolve(`refused: ${answer.statusCode}`);
      });
      socket.on("error", () => {});
      socket.on("message", (message: Buffer) => {
        said += `${message[0]}${message.subarray(1).toString()}`;
      });
      socket.on("close", () => resolve(said));
    });
  }
});
