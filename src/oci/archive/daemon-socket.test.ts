import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findDaemon, parseDaemonHost } from "./daemon-socket.ts";

let dir: string;
let servers: Server[];
beforeEach(async () => {
  [dir, servers] = [await mkdtemp(join(tmpdir(), "berth-daemon-")), []];
});
afterEach(async () => {
  for (const server of servers) server.close();
  await rm(dir, { recursive: true, force: true });
});

async function listen(path: string, mode = 0o600): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await chmod(path, mode);
  servers.push(server);
}

test("an engine is named as DOCKER_HOST names it", () => {
  expect(parseDaemonHost("unix:///x/y.sock")).toEqual({ host: "unix:///x/y.sock", socketPath: "/x/y.sock" });
  expect(parseDaemonHost("tcp://host.example:2375")).toMatchObject({ hostname: "host.example", port: 2375 });
  expect(parseDaemonHost("tcp://[::1]:2375")).toMatchObject({ hostname: "::1" });
});

test.each(["", "nonsense", "unix://relative", "tcp://host", "tcp://host:0", "fd://"])("%j names none", (host) => {
  expect(() => parseDaemonHost(host)).toThrow(expect.objectContaining({ code: "E_DAEMON_HOST" }));
});

test("an engine behind ssh is refused with the way to bring its socket here", () => {
  expect(() => parseDaemonHost("ssh://me:secret@far.example")).toThrow(
    expect.objectContaining({ code: "E_DAEMON_SSH", hint: expect.stringContaining("ssh -nNT -L") }),
  );
  expect(() => parseDaemonHost("ssh://me:secret@far.example")).not.toThrow(/secret/);
});

test("the user's own socket is found below the runtime folder", async () => {
  await listen(join(dir, "podman/podman.sock"));
  const found = await findDaemon({ XDG_RUNTIME_DIR: dir }, 1);
  // A machine's own engine may be there too, and open to us.
  expect(["/var/run/docker.sock", join(dir, "podman/podman.sock")]).toContain(
    "socketPath" in found ? found.socketPath : "",
  );
});

test("what is named counts more than what is found", async () => {
  await listen(join(dir, "docker.sock"));
  const env = { XDG_RUNTIME_DIR: dir, DOCKER_HOST: "unix:///other.sock" };
  expect(await findDaemon(env, 1)).toMatchObject({ socketPath: "/other.sock" });
  expect(await findDaemon(env, 1, "unix:///said.sock")).toMatchObject({ socketPath: "/said.sock" });
});
