// Publishing to another machine: a real sshd on loopback, real ssh and scp, and what goes wrong between them.

import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { silent } from "../../src/base/log.ts";
import { parseDocument } from "../../src/gateway/publish/image-document.ts";
import { readMeta } from "../../src/gateway/publish/meta-reader.ts";
import { makePublisher } from "../../src/gateway/publish/publisher.ts";
import type { Patience } from "../../src/gateway/publish/ssh.ts";
import type { MadeImage, Publisher } from "../../src/gateway/types.ts";
import type { RemoteTransfer } from "../../src/site/gateway-config.ts";
import { AS_ROOT } from "../support/ordinary-user.ts";
import { hasSshd, type LinkSetup, startLink, startSshd, type TestSshd } from "../support/sshd.ts";

const PATIENCE: Patience = { attempts: 3, pauseMs: 10, commandMs: 20_000, slowest: 1, connectSeconds: 5 };
const ID = "ab".repeat(32);
const ACL = { private: true, users: [1000], groups: [] };
const signal = new AbortController().signal;

describe.skipIf(!hasSshd)("over ssh (needs openssh-server and openssh-client)", () => {
  let sshd: TestSshd;
  let dir: string;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "berth-remote-"));
  });
  afterEach(async () => {
    await chmod(sshd.folder, 0o755);
    for (const name of await readdir(sshd.folder)) await rm(join(sshd.folder, name), { force: true });
    await rm(dir, { recursive: true, force: true });
  });

  const transferTo = (change: Partial<RemoteTransfer> = {}): RemoteTransfer => ({
    ...{ kind: "remote", imageDir: sshd.folder, host: "127.0.0.1", user: sshd.user.name, key: sshd.key },
    ...{ sshOptions: sshd.options, scpOptions: sshd.options },
    ...change,
  });

  async function made(bytes = 300_000): Promise<MadeImage> {
    const content = randomBytes(bytes);
    const path = join(dir, "made.squashfs");
    await writeFile(path, content);
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    return {
      ...{ id: ID, digest: `sha256:${ID}`, private: true, source: "docker://x/it's:1", arch: "amd64", os: "linux" },
      ...{ env: ["A=it's $HOME `id`"], entry: ["/bin/it"], cmd: null, workdir: "/data", labels: {}, user: null },
      file: { path, format: "squashfs", bytes, digest },
    };
  }

  test("an image arrives whole, for the account there alone, and is found, listed and removed", async () => {
    const publisher = publisherTo(transferTo());
    const image = await made();
    await publisher.publish("far", image, ACL, signal);
    await publisher.publish("far", image, ACL, signal);
    expect((await readdir(sshd.folder)).sort()).toEqual([`${ID}.json`, `${ID}.meta`, `${ID}.squashfs`]);
    for (const name of await readdir(sshd.folder))
      expect(await stat(join(sshd.folder, name)), name).toMatchObject({ mode: 0o100600, uid: sshd.user.uid });
    const arrived = await readFile(join(sshd.folder, `${ID}.squashfs`));
    expect(arrived.equals(await readFile(image.file?.path ?? ""))).toBe(true);
    expect(readMeta(await readFile(join(sshd.folder, `${ID}.meta`), "utf8"))).toMatchObject({
      env: image.env,
      users: [1000],
    });
    expect(parseDocument(await readFile(join(sshd.folder, `${ID}.json`), "utf8"))?.source).toBe(image.source);
    expect(await publisher.exists("far", ID, "squashfs", signal)).toBe(true);
    const files = await publisher.files("far", signal);
    expect(files.find(({ name }) => name === `${ID}.squashfs`)?.bytes).toBe(300_000);
    for (const { age } of files) expect(age).toBeLessThan(60);
    await publisher.remove("far", ID, "squashfs", signal);
    await publisher.remove("far", ID, "squashfs", signal);
    expect(await publisher.exists("far", ID, "squashfs", signal)).toBe(false);
    expect(await readdir(sshd.folder)).toEqual([]);
  });

  test("an image of another digest is not replaced", async () => {
    const publisher = publisherTo(transferTo());
    await publisher.publish("far", await made(), ACL, signal);
    const other = { ...(await made()), digest: `sha256:${"cd".repeat(32)}` };
    await expect(publisher.publish("far", other, ACL, signal)).rejects.toMatchObject({ code: "E_PUBLISH_ID_TAKEN" });
  });

  test("a folder that cannot be written is one clear error, and nothing is left", async () => {
    await chmod(sshd.folder, 0o555);
    await expect(publisherTo(transferTo()).publish("far", await made(), ACL, signal)).rejects.toMatchObject({
      code: "E_PUBLISH_UNWRITABLE",
      message: expect.stringMatching(/images cannot be written: .*Permission denied/),
    });
    expect(await readdir(sshd.folder)).toEqual([]);
  });

  test("a file that is not what it is said to be is not shown", async () => {
    const image = await made();
    await writeFile(image.file?.path ?? "", "something else");
    await expect(publisherTo(transferTo()).publish("far", image, ACL, signal)).rejects.toMatchObject({
      code: "E_PUBLISH_DAMAGED",
      message: expect.stringContaining("its digest is"),
    });
    expect(await readdir(sshd.folder)).toEqual([]);
  });

  test("an image that does not fit is told before it is sent", async () => {
    const image = await made();
    const file = { path: "", format: "squashfs", digest: "", ...image.file, bytes: 2 ** 60 };
    await expect(publisherTo(transferTo()).publish("far", { ...image, file }, ACL, signal)).rejects.toMatchObject({
      code: "E_PUBLISH_FULL",
    });
    expect(await readdir(sshd.folder)).toEqual([]);
  });

  test.skipIf(!AS_ROOT)(
    "a disk that fills while the image is copied is told as such (needs root for a tmpfs)",
    async () => {
      const small = await startSshd({ diskBytes: 8_000_000 });
      const link = await startLink(small.port, { rate: 4_000_000 });
      const options = throughLink(small, link.port);
      const transfer = transferTo({ imageDir: small.folder, key: small.key, sshOptions: options, scpOptions: options });
      const publishing = publisherTo(transfer).publish("far", await made(6_000_000), ACL, signal);
      const ended = publishing.catch((error: unknown) => error);
      await until(() => link.sent() > 1_000_000);
      const fill = `dd if=/dev/zero of=${small.folder}/fill bs=1M count=7 2>/dev/null; sync`;
      const ssh = promisify(execFile)("ssh", ["-i", small.key, ...small.options, `${small.user.name}@127.0.0.1`, fill]);
      await ssh.catch(() => undefined);
      expect(await ended).toMatchObject({ code: "E_PUBLISH_FULL" });
      expect(await publisherTo(transfer).files("far", signal)).toEqual([]);
      await link.stop();
      await small.stop();
    },
  );

  test("an account whose start-up files greet is understood all the same", async () => {
    const chatty = await startSshd({ config: ['ForceCommand echo "Welcome!"; eval "$SSH_ORIGINAL_COMMAND"'] });
    const options = { imageDir: chatty.folder, key: chatty.key, sshOptions: chatty.options };
    const publisher = publisherTo(transferTo(options));
    await writeFile(join(chatty.folder, `${ID}.squashfs`), "image");
    await chown(chatty.folder, chatty.user.uid, chatty.user.gid);
    await publisher.publish("far", { ...(await made()), file: undefined }, ACL, signal);
    const names = (await publisher.files("far", signal)).map(({ name }) => name);
    expect(names.sort()).toEqual([`${ID}.json`, `${ID}.meta`, `${ID}.squashfs`]);
    await chatty.stop();
  });

  test("a machine that is down is tried again, then told in one sentence", async () => {
    const down = await startSshd();
    await down.die();
    const publisher = publisherTo(transferTo({ sshOptions: down.options, scpOptions: down.options }));
    await expect(publisher.publish("far", await made(), ACL, signal)).rejects.toMatchObject({
      code: "E_PUBLISH_UNREACHABLE",
      message: expect.stringMatching(/\(3 attempts\): .*Connection refused$/),
    });
    await down.stop();
  });

  test("a machine with another host key is refused at once", async () => {
    const other = await startSshd();
    const options = [...sshd.options.filter((option) => !option.startsWith("Port="))];
    const confused = [
      "-p",
      String(other.port),
      ...options
        .join("\n")
        .replace(/^-o\n(?=-o)/gm, "")
        .split("\n"),
    ];
    await writeFile(
      sshd.knownHosts,
      (await readFile(sshd.knownHosts, "utf8")) +
        (await readFile(sshd.knownHosts, "utf8")).replace(`:${sshd.port} `, `:${other.port} `),
    );
    const publisher = publisherTo(transferTo({ sshOptions: confused }));
    await expect(publisher.exists("far", ID, "squashfs", signal)).rejects.toMatchObject({
      code: "E_PUBLISH_REFUSED",
      message: expect.stringContaining("Host key verification failed."),
    });
    await other.stop();
  });

  test("a key that is not let in is refused at once", async () => {
    const publisher = publisherTo(transferTo({ key: join(sshd.dir, "host_key") }));
    await expect(publisher.exists("far", ID, "squashfs", signal)).rejects.toMatchObject({
      code: "E_PUBLISH_REFUSED",
      message: expect.stringContaining("Permission denied (publickey)"),
    });
  });

  test("a connection that breaks in mid-copy is made again", async () => {
    const link = await linkTo({ cutAfter: 1_000_000, cuts: 1 });
    const image = await made(4_000_000);
    await publisherTo(transferTo(link.transfer)).publish("far", image, ACL, signal);
    expect(await readdir(sshd.folder)).toHaveLength(3);
    expect(link.sent()).toBeGreaterThan(5_000_000);
    await link.stop();
  });

  test("a link that breaks each time leaves nothing that looks finished, and is given up", async () => {
    const link = await linkTo({ cutAfter: 1_000_000 });
    await expect(
      publisherTo(transferTo(link.transfer)).publish("far", await made(4_000_000), ACL, signal),
    ).rejects.toMatchObject({ code: "E_PUBLISH_UNREACHABLE" });
    expect(await readdir(sshd.folder)).toEqual([]);
    await link.stop();
  });

  test("a server that dies in mid-copy leaves a partial file that is known as such", async () => {
    const dying = await startSshd();
    const link = await startLink(dying.port, { rate: 1_000_000 });
    const known = throughLink(dying, link.port);
    const transfer = transferTo({ imageDir: dying.folder, key: dying.key, sshOptions: known, scpOptions: known });
    const publishing = publisherTo(transfer).publish("far", await made(8_000_000), ACL, signal);
    const ended = publishing.catch((error: unknown) => error);
    await until(() => link.sent() > 500_000);
    await dying.die();
    expect(await ended).toMatchObject({ code: "E_PUBLISH_UNREACHABLE" });
    const left = await readdir(dying.folder);
    expect(left).toEqual([expect.stringMatching(new RegExp(`^${ID}\\.squashfs\\.partial\\.`))]);
    await link.stop();
    await dying.stop();
  });

  test("a cancelled publication ends at once and leaves nothing", async () => {
    const link = await linkTo({ rate: 1_000_000 });
    const abort = new AbortController();
    const image = await made(20_000_000);
    const publishing = publisherTo(transferTo(link.transfer)).publish("far", image, ACL, abort.signal);
    const ended = publishing.catch((error: unknown) => error);
    await until(() => link.sent() > 500_000);
    abort.abort(new Error("cancelled"));
    expect(await ended).toMatchObject({ message: "cancelled" });
    expect(await readdir(sshd.folder)).toEqual([]);
    await link.stop();
  });

  test("a link that is too slow is given up", async () => {
    const link = await linkTo({ rate: 100_000 });
    const patience = { ...PATIENCE, commandMs: 1500, slowest: 20_000_000, attempts: 1 };
    const publisher = publisherTo(transferTo(link.transfer), patience);
    await expect(publisher.publish("far", await made(20_000_000), ACL, signal)).rejects.toMatchObject({
      code: "E_PUBLISH_SLOW",
    });
    await link.stop();
    expect(existsSync(join(sshd.folder, `${ID}.squashfs`))).toBe(false);
  });

  async function linkTo(setup: LinkSetup) {
    const link = await startLink(sshd.port, setup);
    const known = throughLink(sshd, link.port);
    return { ...link, transfer: { sshOptions: known, scpOptions: known } };
  }
});

// The host key is known under the server's own port.
function throughLink(server: TestSshd, port: number): readonly string[] {
  const options = server.options.map((option) => (option.startsWith("Port=") ? `Port=${port}` : option));
  return [...options, "-o", `HostKeyAlias=[127.0.0.1]:${server.port}`];
}

function publisherTo(transfer: RemoteTransfer, patience = PATIENCE): Publisher {
  const system = {
    ...{ name: "far", mungeSocket: undefined, admins: [], operators: [], format: "squashfs" as const },
    ...{ converterOptions: {}, platform: "linux/amd64", transfer },
  };
  return makePublisher({ systems: new Map([["far", system]]), aclInMeta: true }, { log: silent, patience });
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !condition() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 5));
}
