// A backend that is not Node: nginx, with large bodies both ways by curl; and the access log with its rotation.

import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { openAccessLog } from "../../src/proxy/access-log.ts";
import { backend, openSite, route, until } from "./proxy-site.ts";
import { ask } from "./talk.ts";

const run = promisify(execFile);
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const hasNginx = ["nginx", "/usr/sbin/nginx"].some((program) => {
  try {
    execFileSync(program, ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "berth-nginx-"));
  await chmod(dir, 0o755);
  open.push({ close: () => rm(dir, { recursive: true, force: true }) });
  return dir;
}

describe.skipIf(!hasNginx)("nginx as a backend (skipped without nginx)", () => {
  test("gets and gives large bodies unchanged, over HTTP/1.1, and ranges of them", async () => {
    const dir = await folder();
    const port = await startNginx(dir);
    const body = randomBytes(24 * 1024 * 1024);
    const file = join(dir, "body");
    await writeFile(file, body);
    const site = await openSite();
    open.push(site);
    await site.publish([route({ backends: [{ id: "nginx", host: "127.0.0.1", port, draining: false }] })]);
    const url = `http://127.0.0.1:${site.port}`;
    // By length, and in chunks.
    for (const way of [[], ["-H", "Transfer-Encoding: chunked"]]) {
      const { stdout } = await run("curl", [
        "-sS",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "-T",
        file,
        ...way,
        `${url}/put/a`,
      ]);
      expect(stdout).toMatch(/^20[14]$/);
      await run("curl", ["-sS", "-o", join(dir, "back"), `${url}/put/a`]);
      expect(digestOf(await readFile(join(dir, "back")))).toBe(digestOf(body));
    }
    const { stdout } = await run("curl", ["-sS", "-r", "5-14", `${url}/put/a`], { encoding: "buffer" });
    expect(stdout.equals(body.subarray(5, 15))).toBe(true);
  });
});

test("the access log has a line for each request, no query, and goes on in a new file after a rotation", async () => {
  const dir = await folder();
  const path = join(dir, "access.log");
  const log = openAccessLog(path);
  const site = await openSite({ accessLog: log });
  open.push(site);
  const web = await backend((_, response) => response.end("hello"));
  open.push(web);
  await site.publish([route({ backends: [web.spec] })]);
  await ask(site.port, { path: "/a?token=secret", headers: { Cookie: "secret", Authorization: "secret" } });
  const linesOf = async (file: string) => (await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
  await eventually(async () => (await linesOf(path)).length === 1);
  expect(await readFile(path, "utf8")).not.toContain("secret");
  expect(JSON.parse((await linesOf(path))[0] ?? "")).toMatchObject({
    ...{ client: "127.0.0.1", method: "GET", path: "/a", status: 200, sent: 5, route: "rover/web/0", backend: "b1" },
  });
  await rename(path, `${path}.1`);
  log.reopen();
  await ask(site.port, { path: "/b" });
  await eventually(async () => (await linesOf(path)).length === 1);
  expect(await linesOf(`${path}.1`)).toHaveLength(1);
});

async function startNginx(dir: string): Promise<number> {
  const port = await freePort();
  await mkdir(join(dir, "put"));
  await chmod(join(dir, "put"), 0o777);
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${dir}/${kind};`);
  const place = `root ${dir}; client_max_body_size 1g; location /put { dav_methods PUT; }`;
  const main = `daemon off; pid ${dir}/pid; error_log ${dir}/error.log; events {}`;
  const user = process.getuid?.() === 0 ? "user root;" : "";
  await writeFile(
    join(dir, "conf"),
    `${user} ${main} http { access_log off; ${temp.join(" ")} server { listen 127.0.0.1:${port}; ${place} } }`,
  );
  const child = spawn("nginx", ["-p", dir, "-c", join(dir, "conf")], { stdio: "ignore" });
  open.push({
    close: () =>
      new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  });
  let up = false;
  await until(() => {
    fetch(`http://127.0.0.1:${port}/`).then(
      () => {
        up = true;
      },
      () => undefined,
    );
    return up;
  });
  return port;
}

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("it never came true");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
