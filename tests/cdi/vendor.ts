// A vendor of devices who does not exist: images with the host's C library, libraries made on the spot, and CDI specifications that
// bring them. The devices are /dev/null and /dev/zero by other names.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeTree } from "../run/images.ts";

const PROGRAM = `
#include <dlfcn.h>
#include <stdio.h>
int fake_answer(void);
int main(void) {
  int (*plug)(void) = 0;
  void *lib = dlopen("libplug.so", RTLD_NOW);
  if (lib) plug = (int (*)(void))dlsym(lib, "plug_answer");
  printf("linked %d, opened %d\\n", fake_answer(), plug ? plug() : -1);
  return 0;
}
`;

/** Files of the host that programs made here need: the linker and the C library. */
function neededFiles(program: string): string[] {
  const text = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...text.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? "").filter(existsSync);
}

/** Makes `libfake.so.1.0`, `libplug.so.2.0` and a program that links the one and opens the other, in `dir`. */
export function makeLibraries(dir: string): void {
  mkdirSync(dir, { recursive: true });
  const at = (name: string) => join(dir, name);
  const sources = {
    "fake.c": "int fake_answer(void) { return 41; }\n",
    "plug.c": "int plug_answer(void) { return 42; }\n",
  };
  for (const [name, text] of Object.entries({ ...sources, "main.c": PROGRAM })) writeFileSync(at(name), text);
  const library = (file: string, soname: string, source: string) =>
    execFileSync("gcc", ["-shared", "-fPIC", "-o", at(file), at(source), `-Wl,-soname,${soname}`]);
  library("libfake.so.1.0", "libfake.so.1", "fake.c");
  library("libplug.so.2.0", "libplug.so.2", "plug.c");
  execFileSync("gcc", ["-o", at("ask"), at("main.c"), at("libfake.so.1.0"), "-ldl"]);
}

/** A tree with the host's C library and `/bin/ask`; its linker's cache is made by ldconfig. */
export function makeGlibcTree(dir: string, libraries: string): void {
  makeTree(dir);
  const ask = join(libraries, "ask");
  copyFileSync(ask, join(dir, "bin/ask"));
  for (const file of neededFiles(ask)) {
    const target = join(dir, file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(realpathSync(file), target);
  }
  mkdirSync(join(dir, "opt/own"), { recursive: true });
  copyFileSync(join(libraries, "libplug.so.2.0"), join(dir, "opt/own/libown.so.1"));
  writeFileSync(join(dir, "etc/ld.so.conf"), "/opt/own\n");
  execFileSync("/sbin/ldconfig", ["-r", dir]);
  copyFileSync(realpathSync("/sbin/ldconfig"), join(dir, "bin", basename("/sbin/ldconfig")));
}

const hook = (...args: string[]) => ({ hookName: "createContainer", path: "/usr/bin/nvidia-ctk", args });

/** What all devices of this vendor bring: libraries in a folder that no linker knows by itself. */
export function vendorEdits(libraries: string): object {
  return {
    env: ["VENDOR=here"],
    mounts: ["libfake.so.1.0", "libplug.so.2.0"].map((name) => ({
      hostPath: join(libraries, name),
      containerPath: `/usr/lib/vendor/${name}`,
      options: ["ro", "nosuid", "nodev", "bind"],
    })),
    hooks: [
      hook("nvidia-ctk", "hook", "create-symlinks", "--link", "libplug.so.2::/usr/lib/vendor/libplug.so"),
      hook("nvidia-ctk", "hook", "update-ldcache", "--folder", "/usr/lib/vendor"),
      hook("nvidia-ctk", "hook", "chmod", "--mode", "755", "--path", "/dev/vendor"),
    ],
  };
}

/** A specification of the form that vendors' tools write. */
export function specification(kind: string, devices: Readonly<Record<string, object>>, common: object): object {
  const list = Object.entries(devices).map(([name, containerEdits]) => ({ name, containerEdits }));
  return { cdiVersion: "0.6.0", kind, devices: list, containerEdits: common };
}
