// A folder in which berth signs and verifies: its own configuration, one image, and the commands as an ordinary user.

import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { BINARY } from "../catalogue/world.ts";
import { writeLayout } from "../support/oci-image.ts";
import { asUser, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";

/** Where a test works. */
export interface Place {
  readonly folder: string;
  readonly user: OrdinaryUser;
  /** A path in the folder. */
  at(name: string): string;
  /** Runs berth with these words. */
  berth(...words: string[]): SpawnSyncReturns<string>;
  /** The same without stopping this process meanwhile, for servers that live in it. */
  started(...words: string[]): Promise<{ readonly status: number | null; readonly stdout: string }>;
  /** Runs berth, which must succeed; answers what it printed. */
  done(...words: string[]): string;
  /** Runs another program as the user, which must succeed. */
  tool(program: string, ...words: string[]): string;
  /** A fresh copy of the unsigned image. */
  image(name: string): string;
  /** Makes a key pair in PEM: `NAME.pem` and `NAME.pub`. */
  pemPair(name: string, ...genpkey: string[]): void;
  close(): void;
}

/** Makes the folder and the image `plain.sif`. */
export async function makePlace(env: Readonly<Record<string, string>> = {}): Promise<Place> {
  const user = ordinaryUser();
  const folder = mkdtempSync(join(tmpdir(), "berth-sign-"));
  chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o755);
  const at = (name: string) => join(folder, name);
  const variables = {
    BERTH_CONFIGDIR: at("config"),
    BERTH_CACHEDIR: at("cache"),
    BERTH_RUNTIMEDIR: at("run"),
    GNUPGHOME: at("gnupg"),
    XDG_RUNTIME_DIR: folder,
    ...env,
  };
  const berth = (...words: string[]) => runAs(user, [BINARY, ...words], { cwd: folder, env: variables });
  const must = (result: SpawnSyncReturns<string>) => {
    if (result.status !== 0) throw new Error(`${result.stderr}${result.stdout}`);
    return result.stdout;
  };
  const tool = (program: string, ...words: string[]) =>
    must(runAs(user, [program, ...words], { cwd: folder, env: variables }));
  const entries = [{ path: "etc" }, { path: "etc/hostname", content: "signed\n" }];
  await writeLayout(at("layout"), { image: { layers: [{ entries }], config: { Cmd: ["/bin/true"] } } });
  writeFileSync(at("word"), "a long passphrase\n");
  must(berth("pull", "plain.sif", "oci:layout:image"));
  return {
    ...{ folder, user, at, berth, tool },
    started: async (...words) => {
      const [command = "false", ...args] = asUser(user, [BINARY, ...words]);
      const env = { PATH: "/usr/bin:/bin", HOME: user.home, ...variables };
      const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "pipe", "ignore"] });
      const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
      return { stdout: await text(child.stdout), status: await exited };
    },
    done: (...words) => must(berth(...words)),
    image(name) {
      copyFileSync(at("plain.sif"), at(name));
      chownSync(at(name), user.uid, user.gid);
      return name;
    },
    pemPair(name, ...genpkey) {
      tool("openssl", "genpkey", ...genpkey, "-out", `${name}.pem`);
      tool("openssl", "pkey", "-in", `${name}.pem`, "-pubout", "-out", `${name}.pub`);
    },
    close() {
      // Its agent outlives the commands that started it.
      spawnSync("gpgconf", ["--homedir", at("gnupg"), "--kill", "all"]);
      removeAll(folder);
    },
  };
}

/** Makes an OpenPGP key and answers its fingerprint; locked with the passphrase in the file `word`. */
export function newKey({ done }: Place, name: string, ...flags: string[]): string {
  const who = ["--name", name, "--email", `${name}@example.org`, "--passphrase-file", "word"];
  return done("key", "newpair", ...who, "--bit-length", "2048", ...flags).trim();
}
