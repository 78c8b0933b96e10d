// Every operation of Engine against real engines: Docker and Podman must look the same from above.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectEngine } from "../../src/services/engine/index.ts";
import type { Engine } from "../../src/services/engine/types.ts";
import { hasDockerd, hasPodman, startDockerd, startPodman, type TestEngine } from "../support/engine.ts";
import { dockerArchive } from "../support/engine-image.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { collected, planOf } from "./shared.ts";

const ENGINES = [
  { kind: "docker", there: hasDockerd, start: (_: string) => startDockerd() },
  { kind: "podman", there: hasPodman, start: (host: string) => startPodman({ registries: [host] }) },
] as const;

describe.each(ENGINES)("$kind", ({ kind, there, start }) => {
  describe.skipIf(!there || !hasRegistry)(`${kind} (needs root, the engine and docker-registry)`, () => {
    let real: TestEngine;
    let engine: Engine;
    let registry: TestRegistry;

    beforeAll(async () => {
      registry = await startRegistry();
      real = await start(registry.host);
      engine = connectEngine({ address: real.address, timeoutMs: 20_000 });
      const { archive } = await dockerArchive({ name: "test/tiny:1", expose: ["8080/tcp"], labels: { site: "here" } });
      const halves = [archive.subarray(0, 1000), archive.subarray(1000)];
      const [loaded = ""] = await engine.load(
        (async function* () {
          yield* halves;
        })(),
      );
      expect(loaded).toContain("test/tiny:1");
    });
    afterAll(async () => {
      await real?.stop();
      await registry?.stop();
    });

    const started = async (name: string, changes: Parameters<typeof planOf>[1] = {}) => {
      const id = await engine.create(planOf(name, changes));
      expect(await engine.start(id)).toBe(true);
      return id;
    };
    const gone = (id: string) => engine.remove(id, { force: true });

    test("says what kind of engine it is", async () => {
      expect(await engine.alive()).toBe(true);
      const info = await engine.info();
      expect(info).toMatchObject({ kind, rootless: false, nameService: true, canPause: true, limits: true });
      expect(info.healthChecks).toBe(kind === "docker");
      expect(info.root).toContain(real.dir);
    });

    test("starts, pauses, renames, stops and removes, and does nothing the second time", async () => {
      const id = await started("life");
      expect(await engine.start(id)).toBe(false);
      await engine.pause(id);
      await engine.pause(id);
      expect((await engine.container(id))?.status).toBe("paused");
      await engine.unpause(id);
      await engine.unpause(id);
      await engine.rename(id, "life2");
      await engine.rename(id, "life2");
      const found = await engine.container("life2");
      expect(found).toMatchObject({ id, name: "life2", status: "running", health: "none", exitCode: undefined });
      expect(found?.pid).toBeGreaterThan(1);
      await expect(engine.remove(id)).rejects.toMatchObject({ code: "E_ENGINE_RUNNING" });
      await engine.stop(id, 0);
      await engine.stop(id, 0);
      await engine.kill(id, "SIGKILL");
      expect(await engine.container(id)).toMatchObject({ status: "exited", exitCode: 137, pid: undefined, ports: [] });
      await engine.remove(id);
      await engine.remove(id);
      await engine.stop(id, 0);
      expect(await engine.container(id)).toBeUndefined();
    });

    test("lists by label, with all that inspection knows", async () => {
      const id = await engine.create(planOf("listed", { labels: { "berth.site": "other", "berth.stack": "s" } }));
      const found = await engine.containers({ labels: ["berth.site=other"] });
      expect(found.map((one) => [one.id, one.name, one.status, one.labels["berth.stack"]])).toEqual([
        [id, "listed", "created", "s"],
      ]);
      expect(await engine.containers({ labels: ["berth.site=nobody"] })).toEqual([]);
      await gone(id);
    });

    test("answers the exit code of what has ended", async () => {
      const id = await started("ends", { command: ["sh", "-c", "exit 3"] });
      expect(await engine.wait(id)).toBe(3);
      expect(await engine.container(id)).toMatchObject({ status: "exited", exitCode: 3, oomKilled: false });
      await gone(id);
    });

    test("stops waiting when told to", async () => {
      const id = await started("waits");
      const reason = new Error("enough");
      const stop = new AbortController();
      const waiting = engine.wait(id, { signal: stop.signal });
      stop.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      await gone(id);
    });

    test("reads both outputs apart, with stamps", async () => {
      const id = await started("speaks", { command: ["sh", "-c", "echo one; echo zwei ü >&2; printf three"] });
      await engine.wait(id);
      const chunks = await collected(engine.logs(id, {}));
      const of = (stream: string) =>
        chunks
          .filter((chunk) => chunk.stream === stream)
          .map((chunk) => chunk.text)
          .join("");
      expect(of("stdout").trimEnd()).toBe("one\nthree");
      expect(of("stderr")).toBe("zwei ü\n");
      for (const chunk of chunks) expect(Math.abs(chunk.at - Date.now() / 1000)).toBeLessThan(60);
      expect(await collected(engine.logs(id, { tail: 1 }))).toHaveLength(1);
      expect(await collected(engine.logs(id, { since: Date.now() / 1000 + 100 }))).toEqual([]);
      await gone(id);
    });

    test("follows output of a terminal until it is told to stop", async () => {
      const command = ["sh", "-c", "while true; do echo tick; sleep 0.1; done"];
      const id = await started("ticks", { command, tty: true });
      const stop = new AbortController();
      const seen: string[] = [];
      const follow = async () => {
        for await (const chunk of engine.logs(id, { follow: true }, { signal: stop.signal })) {
          seen.push(chunk.text.trimEnd());
          if (seen.length === 3) stop.abort(new Error("seen enough"));
        }
      };
      await expect(follow()).rejects.toThrow("seen enough");
      expect(seen).toEqual(["tick", "tick", "tick"]);
      await gone(id);
    });

    test("puts files into a container that was never started", async () => {
      const id = await engine.create(planOf("gets", { command: ["cat", "/etc/given"] }));
      const { pack } = await import("tar-stream");
      const tar = pack();
      tar.entry({ name: "given", mode: 0o400 }, "a secret\n");
      tar.finalize();
      await engine.putArchive(id, "/etc", Buffer.concat((await collected(tar)) as Buffer[]));
      await engine.start(id);
      await engine.wait(id);
      expect((await collected(engine.logs(id, {})))[0]?.text).toBe("a secret\n");
      await gone(id);
    });

    test("runs programs in a container: both outputs, input, exit code", async () => {
      const id = await started("host");
      const argv = ["sh", "-c", "read line; echo got $line $X; echo bad >&2; id -u; exit 7"];
      const session = await engine.exec(id, { argv, tty: false, stdin: true, user: "65534", env: ["X=y"] });
      await session.write(Buffer.from("word\n"));
      session.end();
      const pieces = await collected(session.output);
      const of = (stream: string) =>
        Buffer.concat(pieces.filter((p) => p.stream === stream).map((p) => p.data)).toString();
      expect([of("stdout"), of("stderr")]).toEqual(["got word y\n65534\n", "bad\n"]);
      expect(await session.wait()).toBe(7);
      await gone(id);
    });

    test("carries megabytes in and out of a program unharmed, no faster than they are read", async () => {
      const id = await started("pipe");
      const session = await engine.exec(id, { argv: ["cat"], tty: false, stdin: true });
      const sent = Buffer.alloc(3 * 1024 * 1024, "0123456789abcdef");
      const write = (async () => {
        for (let at = 0; at < sent.length; at += 65536) await session.write(sent.subarray(at, at + 65536));
        session.end();
      })();
      const pieces = await collected(session.output);
      await write;
      expect(Buffer.concat(pieces.map((piece) => piece.data)).equals(sent)).toBe(true);
      expect(await session.wait()).toBe(0);
      await gone(id);
    });

    test("gives a program a terminal of the size that is asked for", async () => {
      const id = await started("terminal");
      // An engine that says it is done may still be about to do it.
      const until = (size: string) => `until [ "$(stty size)" = "${size}" ]; do sleep 0.05; done; echo is ${size}`;
      const argv = ["sh", "-c", `${until("40 120")}; read go; ${until("30 100")}`];
      const session = await engine.exec(id, { argv, tty: true, stdin: true, columns: 120, rows: 40 });
      let text = "";
      for await (const { data } of session.output) {
        text += data;
        if (!text.endsWith("is 40 120\r\n")) continue;
        await session.resize(100, 30);
        await session.write(Buffer.from("go\n"));
      }
      expect(text).toContain("is 30 100");
      expect(await session.wait()).toBe(0);
      await gone(id);
    });

    test("measures a running container, and nothing of a stopped one", async () => {
      const id = await started("works", { memoryBytes: 64 * 1024 * 1024, cpus: 0.5 });
      // The runtime's own threads count until it has become the program.
      await expect.poll(async () => (await engine.usage(id))?.pids).toBe(1);
      const usage = await engine.usage(id);
      expect(usage?.memoryLimitBytes).toBe(64 * 1024 * 1024);
      expect(usage?.memoryBytes).toBeGreaterThan(0);
      await engine.stop(id, 0);
      expect(await engine.usage(id)).toBeUndefined();
      await gone(id);
      expect(await engine.usage(id)).toBeUndefined();
    });

    test("lets containers of a network find each other by name, and publishes ports", async () => {
      const network = { name: "t_default", labels: { "berth.site": "test" } };
      const made = await engine.createNetwork(network);
      expect(await engine.createNetwork(network)).toBe(made);
      await expect(engine.createNetwork({ ...network, labels: { "berth.site": "else" } })).rejects.toMatchObject({
        code: "E_ENGINE_NAME_TAKEN",
      });
      const [found] = await engine.networks({ labels: ["berth.site=test"] });
      expect(found).toMatchObject({ name: "t_default", labels: network.labels });
      expect(found?.subnets).toHaveLength(1);
      const second = await engine.createNetwork({ name: "t_second", labels: {} });
      expect(second).not.toBe("");
      const web = await started("t-web-1", {
        command: ["httpd", "-f", "-p", "80", "-h", "/www"],
        capDrop: ["ALL"],
        networks: [
          { name: "t_default", aliases: ["web"] },
          { name: "t_second", aliases: ["web2"] },
        ],
        ports: [{ container: 80, protocol: "tcp", host: 0, address: "127.0.0.1" }],
      });
      const client = await started("t-client-1", { networks: [{ name: "t_default", aliases: [] }] });
      const session = await engine.exec(client, { argv: ["wget", "-qO-", "http://web/"], tty: false, stdin: false });
      const said = Buffer.concat((await collected(session.output)).map((piece) => piece.data)).toString();
      expect(said).toBe("hello from busybox\n");
      const seen = await engine.container(web);
      expect(Object.keys(seen?.addresses ?? {}).sort()).toEqual(["t_default", "t_second"]);
      const [port] = seen?.ports ?? [];
      expect(port).toMatchObject({ container: 80, protocol: "tcp", address: "127.0.0.1" });
      expect(await (await fetch(`http://127.0.0.1:${port?.host}/`)).text()).toBe("hello from busybox\n");
      expect(await (await fetch(`http://${seen?.addresses["t_default"]}/`)).text()).toBe("hello from busybox\n");
      await engine.connect("t_second", client, { aliases: ["c"] });
      await engine.connect("t_second", client, { aliases: ["c"] });
      await engine.disconnect("t_second", client);
      await engine.disconnect("t_second", client);
      await expect(engine.removeNetwork("t_default")).rejects.toMatchObject({ code: "E_ENGINE_IN_USE" });
      const clash = await engine.create(
        planOf("t-clash", { ports: [{ container: 80, protocol: "tcp", host: port?.host ?? 0, address: "127.0.0.1" }] }),
      );
      await expect(engine.start(clash)).rejects.toMatchObject({
        code: "E_ENGINE_PORT_TAKEN",
        message: `${clash.slice(0, 12)} cannot have port ${port?.host}: something on this machine uses it already`,
      });
      for (const id of [web, client, clash]) await gone(id);
      for (const name of ["t_default", "t_second", "t_second"]) await engine.removeNetwork(name);
    });

    test("keeps data in volumes, and does not take another's volume of the same name", async () => {
      const volume = { name: "data", labels: { "berth.site": "test" } };
      await engine.createVolume(volume);
      await engine.createVolume(volume);
      await expect(engine.createVolume({ ...volume, labels: { "berth.site": "b" } })).rejects.toMatchObject({
        code: "E_ENGINE_NAME_TAKEN",
      });
      const mounts = [{ kind: "volume", volume: "data", target: "/data", readOnly: false, noCopy: true }] as const;
      const write = await started("writes", { mounts, command: ["sh", "-c", "echo kept >/data/file"] });
      await engine.wait(write);
      await expect(engine.removeVolume("data")).rejects.toMatchObject({ code: "E_ENGINE_IN_USE" });
      const read = await started("reads", { mounts, command: ["cat", "/data/file"], readOnly: true });
      await engine.wait(read);
      expect((await collected(engine.logs(read, {})))[0]?.text).toBe("kept\n");
      expect((await engine.volumes({ labels: ["berth.site=test"] })).map((one) => one.name)).toEqual(["data"]);
      for (const id of [write, read]) await gone(id);
      await engine.removeVolume("data");
      await engine.removeVolume("data");
    });

    test("pulls by digest, tags, removes, and says why it cannot", async () => {
      const image = { name: "test/other:1", files: { "etc/x": "y" }, user: "65534", health: { test: ["CMD", "true"] } };
      const digest = await real.push(registry.host, image);
      const reference = `${registry.host}/test/other@${digest}`;
      const layers = new Set<string>();
      await engine.pull(reference, { onProgress: ({ layer }) => layers.add(layer) });
      expect(layers.size).toBeGreaterThan(0);
      const pulled = await engine.image(reference);
      expect(pulled).toMatchObject({ user: "65534", os: "linux", command: ["sleep", "1000"], env: ["PATH=/bin"] });
      expect(pulled?.digests).toContain(reference);
      const id = await engine.create(planOf("by-digest", { image: reference }));
      expect(await engine.container(id)).toMatchObject({
        imageId: pulled?.id,
        image: expect.stringContaining("test/other"),
      });
      await expect(engine.removeImage(pulled?.id ?? "")).rejects.toMatchObject({ code: "E_ENGINE_IN_USE" });
      await gone(id);
      await engine.tag(reference, "localhost/kept:v1");
      expect((await engine.image("localhost/kept:v1"))?.id).toBe(pulled?.id);
      expect((await engine.images()).map((one) => one.id)).toContain(pulled?.id);
      await engine.removeImage("localhost/kept:v1");
      await engine.removeImage("localhost/kept:v1");
      expect(await engine.image("localhost/kept:v1")).toBeUndefined();
      await expect(engine.pull(`${registry.host}/test/other:nope`)).rejects.toMatchObject({
        code: "E_ENGINE_PULL",
        hint: "check the name and the tag",
      });
      await expect(engine.pull("127.0.0.1:1/nobody/there:1")).rejects.toMatchObject({ code: "E_ENGINE_PULL" });
      const credentials = { user: "u", password: "very-secret-word" };
      const denied = engine.pull("127.0.0.1:1/nobody/there:1", { credentials });
      await expect(denied).rejects.not.toThrow("very-secret-word");
    });

    test("says what is wrong with a container that cannot be made or started", async () => {
      await expect(engine.create(planOf("a1", { image: "no/such:1" }))).rejects.toMatchObject({
        code: "E_ENGINE_NO_IMAGE",
      });
      await expect(engine.start("nobody")).rejects.toMatchObject({ code: "E_ENGINE_NO_CONTAINER" });
      await expect(engine.start("../images")).rejects.toMatchObject({ code: "E_ENGINE_REFUSED" });
      const id = await engine.create(planOf("taken", { command: ["/no/such/program"] }));
      await expect(engine.create(planOf("taken"))).rejects.toMatchObject({ code: "E_ENGINE_NAME_TAKEN" });
      const failure = await engine.start(id).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: "E_ENGINE_START",
        message: `${id.slice(0, 12)} could not be started: exec: "/no/such/program": stat /no/such/program: no such file or directory`,
        hint: "check the command, the entry point and the paths that are mounted",
      });
      await expect(engine.exec(id, { argv: ["true"], tty: false, stdin: false })).rejects.toMatchObject({
        code: "E_ENGINE_NOT_RUNNING",
      });
      await gone(id);
      const mounts = [{ kind: "bind", source: "/no/such/folder", target: "/x", readOnly: true }] as const;
      await expect(engine.create(planOf("bind", { mounts }))).rejects.toMatchObject({ code: "E_ENGINE_REFUSED" });
      await expect(engine.create(planOf("caps", { capAdd: ["NO_SUCH"] }))).rejects.toMatchObject({
        code: "E_ENGINE_REFUSED",
      });
    });

    test("tells what happens, also what happened since", async () => {
      const since = Date.now() / 1000 - 1;
      const id = await started("events", { command: ["true"] });
      await engine.wait(id);
      const stop = new AbortController();
      const seen: string[] = [];
      for await (const event of engine.events({ since }, { signal: stop.signal })) {
        if (event.id !== id || !["create", "start", "die", "destroy"].includes(event.action)) continue;
        seen.push(event.action);
        expect(event.attributes["berth.site"]).toBe("test");
        if (event.action === "die") await gone(id);
        if (event.action === "destroy") stop.abort();
      }
      expect(seen).toEqual(["create", "start", "die", "destroy"]);
    });
  });
});
