// Output as a real rsyslogd and a real journald receive it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HeardLine } from "../../src/services/logs/collector.ts";
import { toFile } from "../../src/services/logs/forward/file.ts";
import { toJournald } from "../../src/services/logs/forward/journald.ts";
import { streamTo } from "../../src/services/logs/forward/stream.ts";
import { toSyslog } from "../../src/services/logs/forward/syslog.ts";
import { freePort } from "../support/registry.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-forward-"));
const running: ChildProcess[] = [];
afterAll(async () => {
  for (const child of running) await ended(child);
  rmSync(folder, { recursive: true });
});

const heard = (text: string, stream: "stdout" | "stderr" = "stdout"): HeardLine => ({
  stack: "rover",
  service: "web",
  line: { stamp: "2026-11-22T10:00:00.123456789Z", stream, slot: 2, container: "0123456789ab", text },
});

async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    await new Promise((again) => setTimeout(again, 20));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill();
  await gone;
}

describe("rsyslogd", () => {
  const output = join(folder, "syslog.out");
  let port = 0;
  function start(): ChildProcess {
    const config = join(folder, "rsyslog.conf");
    const lines = [
      'global(workDirectory="/tmp")',
      'module(load="imtcp")',
      'module(load="imudp")',
      `input(type="imtcp" port="${port}" address="127.0.0.1")`,
      `input(type="imudp" port="${port}" address="127.0.0.1")`,
      'template(name="all" type="string" string="%app-name%|%procid%|%msgid%|%syslogseverity-text%|%timereported:::date-rfc3339%|%msg%\\n")',
      `*.* action(type="omfile" file="${output}" template="all")`,
    ];
    writeFileSync(config, `${lines.join("\n")}\n`);
    const child = spawn("/usr/sbin/rsyslogd", ["-n", "-f", config, "-i", join(folder, "rsyslog.pid")], {
      stdio: "ignore",
    });
    running.push(child);
    return child;
  }
  let rsyslogd: ChildProcess;
  beforeAll(async () => {
    port = await freePort();
    rsyslogd = start();
  });
  const received = () => (existsSync(output) ? readFileSync(output, "utf8") : "");

  test.each(["tcp", "udp"] as const)("takes lines over %s apart as they are meant", async (protocol) => {
    const way = toSyslog({ protocol, host: "127.0.0.1", port });
    // A datagram that nobody waits for yet is lost, as is its nature.
    if (protocol === "tcp") way.send(heard("over tcp ümlaut", "stderr"));
    await until(() => {
      if (protocol === "udp") way.send(heard("over udp ümlaut", "stderr"));
      return received().includes(`over ${protocol}`);
    });
    await way.close();
    expect(received()).toContain(
      `rover/web|0123456789ab|2|warning|2026-11-22T10:00:00.123456Z|over ${protocol} ümlaut\n`,
    );
  });

  test("that restarts gets what was said meanwhile", async () => {
    const way = toSyslog({ protocol: "tcp", host: "127.0.0.1", port });
    way.send(heard("before"));
    await until(() => received().includes("|before"));
    await ended(rsyslogd);
    await until(() => {
      way.send(heard("meanwhile"));
      return true;
    });
    rsyslogd = start();
    await until(() => {
      way.send(heard("after"));
      return received().includes("|after");
    });
    await way.close();
  });
});

const isRoot = process.getuid?.() === 0;
const hasJournald = existsSync("/lib/systemd/systemd-journald");

describe.skipIf(!isRoot || !hasJournald)(
  "journald (skipped, because it needs root and systemd's package, where it says so)",
  () => {
    let root = "";
    beforeAll(async () => {
      const script =
        "mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && exec /lib/systemd/systemd-journald";
      const child = spawn("unshare", ["-m", "sh", "-c", script], { stdio: "ignore" });
      running.push(child);
      root = `/proc/${child.pid}/root`;
      await until(
        () =>
          existsSync(`${root}/run/systemd/journal/stdout`) &&
          /journald/.test(
            readFileSync(`/proc/${child.pid}/comm`, "utf8") + readFileSync(`/proc/${child.pid}/cmdline`, "utf8"),
          ),
      );
    });

    test("files lines under the service's name, by stream", async () => {
      const way = toJournald(`${root}/run/systemd/journal/stdout`);
      way.send(heard("all is well"));
      way.send(heard("trouble", "stderr"));
      const entries = await until(() => {
        const text = execFileSync(
          "journalctl",
          ["-D", `${root}/run/log/journal`, "-t", "rover/web", "-o", "json", "--no-pager"],
          {
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
          },
        );
        const lines = text.split("\n").filter((line) => line.startsWith("{"));
        return lines.length === 2 && lines.map((line) => JSON.parse(line) as Record<string, string>);
      });
      const told = entries.map(({ MESSAGE, PRIORITY }) => `${PRIORITY} ${MESSAGE}`).sort();
      expect(told).toEqual(["4 trouble", "6 all is well"]);
      await way.close();
    });
  },
);

describe("a file", () => {
  test("gets every line as JSON, and a new one begins when it was renamed", async () => {
    const path = join(folder, "lines.json");
    const way = toFile(path);
    way.send(heard("one"));
    await until(() => existsSync(path) && readFileSync(path, "utf8").includes("one"));
    renameSync(path, `${path}.1`);
    way.send(heard("two\u2028"));
    await way.close();
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      stack: "rover",
      service: "web",
      stream: "stdout",
      line: "two\u2028",
    });
    expect(way.lost).toBe(0);
  });

  test("that cannot be written loses lines, and says how many", async () => {
    mkdirSync(join(folder, "a folder"));
    const way = toFile(join(folder, "a folder"));
    way.send(heard("one"));
    await way.close();
    expect(way.lost).toBe(1);
  });
});

describe("a connection", () => {
  async function listen(): Promise<{ readonly server: Server; readonly got: () => string; readonly port: number }> {
    let text = "";
    const server = createServer((socket) => socket.on("data", (data) => (text += data.toString())));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { server, got: () => text, port: (server.address() as AddressInfo).port };
  }

  test("that is closed at once still says what it was given", async () => {
    const { server, got, port } = await listen();
    const stream = streamTo({ host: "127.0.0.1", port }, Buffer.from("hello\n"));
    stream.write(Buffer.from("last words\n"));
    await stream.close();
    await until(() => got() === "hello\nlast words\n");
    expect(stream.lost).toBe(0);
    server.close();
  });

  test("says a great many small things as quickly as a few large ones", async () => {
    const { server, got, port } = await listen();
    const stream = streamTo({ host: "127.0.0.1", port });
    const piece = Buffer.from("0123456789\n");
    const count = 300_000;
    for (let n = 0; n < count; n++) stream.write(piece);
    await stream.close();
    await until(() => got().length === count * piece.length);
    expect(stream.lost).toBe(0);
    server.close();
  });
});

test("datagrams whose server cannot be looked up do not pile up", async () => {
  const way = toSyslog({ protocol: "udp", host: "loghost.invalid", port: 514 });
  for (let n = 0; n < 5000; n++) way.send(heard("x"));
  expect(way.lost).toBe(4000);
  await way.close();
});
