// An engine of the services' demo: a dockerd of its own with its own folders, socket and addresses, and images made of this
// machine's busybox. Nothing is pulled, and nothing of it stays.

import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "./errors.ts";
import { run } from "./process.ts";
import { exists } from "./stage.ts";
import { until } from "./until.ts";

/** What has to be on this machine, with the package that has it. */
const PROGRAMS = [
  ["/usr/sbin/dockerd", "docker.io"],
  ["/usr/bin/docker", "docker.io"],
  ["/usr/bin/busybox", "busybox-static"],
  ["/usr/bin/tar", "tar"],
] as const;

export interface DemoEngine {
  readonly address: string;
  /** Makes an image whose web server says something, under a name that may have meant another one before. */
  image(name: string, says: string): Promise<void>;
  /** Containers and networks that are left of stacks. */
  left(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** @throws E_DEMO_SHELL when a program is missing, E_DEMO_ENGINE when it does not start */
export async function startEngine(folder: string, signal: AbortSignal): Promise<DemoEngine> {
  for (const [program, name] of PROGRAMS)
    if (!(await exists(program))) throw fail("E_DEMO_SHELL", { program, package: name });
  const dir = join(folder, "engine");
  await mkdir(dir);
  const address = `unix://${join(dir, "sock")}`;
  const end = new AbortController();
  const dockerd = run(engineWords(dir, address), { signal: end.signal, env: { PATH: process.env["PATH"] } });
  // It ends because it is told to; whoever asks it hears of anything else.
  const ended = dockerd.then(
    ({ stderr }) => stderr,
    () => "",
  );
  const docker = (words: readonly string[], cwd = folder) =>
    run(["/usr/bin/docker", "--host", address, ...words], {
      signal,
      cwd,
      env: { PATH: process.env["PATH"], HOME: dir },
    });
  const alive = async () => (await docker(["version", "--format", "{{.Server.Version}}"])).status === 0;
  const answers = await Promise.race([until(alive, (is) => is, { signal, patience: 30_000 }), ended.then(() => false)]);
  const stop = async () => {
    end.abort();
    await ended;
  };
  if (!answers) {
    await stop();
    throw fail("E_DEMO_ENGINE", { reason: (await ended).trim().split("\n").at(-1) ?? "" });
  }
  return {
    address,
    async image(name, says) {
      const tree = await makeTree(folder, says);
      await run(["/usr/bin/tar", "-cf", `${tree}.tar`, "-C", tree, "."], { signal, env: {} });
      const made = await docker(["import", "-c", 'CMD ["httpd","-f","-p","8080","-h","/www"]', `${tree}.tar`, name]);
      if (made.status !== 0) throw fail("E_DEMO_ENGINE", { reason: made.stderr.trim() });
    },
    async left() {
      const [containers, networks] = [
        await docker(["ps", "--all", "--format", "container {{.Names}}"]),
        await docker(["network", "ls", "--filter", "label=berth.site", "--format", "network {{.Name}}"]),
      ];
      return `${containers.stdout}${networks.stdout}`.split("\n").filter((line) => line !== "");
    },
    async stop() {
      // What a demo that broke off left: an engine that ends leaves its networks' bridges.
      const all = (await docker(["ps", "--all", "--quiet"]).catch(() => undefined))?.stdout.split("\n").filter(Boolean);
      if (all?.length) await docker(["rm", "--force", ...all]).catch(() => undefined);
      await docker(["network", "prune", "--force"]).catch(() => undefined);
      await stop();
    },
  };
}

function engineWords(dir: string, address: string): readonly string[] {
  // An own part of the addresses that nobody routes, by chance, so that two demos do not meet.
  const third = Math.floor(Math.random() * 256);
  return [
    "/usr/sbin/dockerd",
    ...["--data-root", join(dir, "data"), "--exec-root", join(dir, "exec"), "--pidfile", join(dir, "pid")],
    ...["--host", address, "--group", "root", "--bridge", "none", "--iptables=false", "--ip-masq=false"],
    ...["--default-address-pool", `base=10.231.${third}.0/24,size=28`, "--shutdown-timeout", "1"],
  ];
}

let trees = 0;

async function makeTree(folder: string, says: string): Promise<string> {
  trees += 1;
  const tree = join(folder, `tree-${trees}`);
  for (const name of ["bin", "www", "etc", "tmp", "run", "proc", "sys", "dev"])
    await mkdir(join(tree, name), { recursive: true });
  await copyFile("/usr/bin/busybox", join(tree, "bin/busybox"));
  for (const name of ["sh", "httpd", "cat", "sleep", "wget", "id"]) await symlink("busybox", join(tree, "bin", name));
  await writeFile(join(tree, "www/index.html"), says);
  await writeFile(join(tree, "etc/passwd"), "root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/:/bin/sh\n");
  await writeFile(join(tree, "etc/group"), "root:x:0:\nwww-data:x:33:\n");
  return tree;
}
