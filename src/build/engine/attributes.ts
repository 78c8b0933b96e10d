// Extended attributes of copied files, file capabilities above all: gathered while files are written, and set by berth-pack
// at the end, because a JavaScript runtime has no call for them. Paths are byte strings.

import { spawn } from "node:child_process";

/** One thing to be done to a file. */
interface Wish {
  readonly path: string;
  readonly words: readonly string[];
}

export class Attributes {
  readonly #wishes: Wish[] = [];

  /** `to` gets what travels of `from`'s attributes. */
  copy(from: string, to: string): void {
    this.#wishes.push({ path: to, words: ["copy", from, to] });
  }

  /** A file gets attributes by name, as an archive has them. */
  set(path: string, attributes: ReadonlyMap<string, Buffer>): void {
    for (const [name, value] of attributes)
      this.#wishes.push({ path, words: ["set", path, name, value.toString("hex")] });
  }

  /** Sets what was gathered, on the files that `isStill` says are there yet. `packer` is the path of berth-pack. */
  async apply(packer: string, isStill: (path: string) => boolean): Promise<void> {
    const wishes = this.#wishes.splice(0).filter(({ path }) => isStill(path));
    if (wishes.length === 0) return;
    const words = wishes.flatMap((wish) => wish.words);
    const list = Buffer.from(words.map((word) => `${word}\0`).join(""), "latin1");
    await new Promise<void>((resolve, reject) => {
      const child = spawn(packer, ["--attributes"], { stdio: ["pipe", "ignore", "pipe"], env: {}, cwd: "/" });
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-2000);
      });
      child.stdin.on("error", () => {});
      child.stdin.end(list);
      child.once("error", reject);
      child.once("close", (code) =>
        code === 0 ? resolve() : reject(new Error(said.trim() || `berth-pack ended with ${code}`)),
      );
    });
  }
}
