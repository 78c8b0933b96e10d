// Extended attributes of copied files, file capabilities above all: gathered while files are written, and set by berth-pack
// at the end, because a JavaScript runtime has no call for them. Paths are byte strings.

import { spawn } from "node:child_process";

export class Attributes {
  readonly #words: string[] = [];

  /** `to` gets what travels of `from`'s attributes. */
  copy(from: string, to: string): void {
    this.#words.push("copy", from, to);
  }

  /** A file gets attributes by name, as an archive has them. */
  set(path: string, attributes: ReadonlyMap<string, Buffer>): void {
    for (const [name, value] of attributes) this.#words.push("set", path, name, value.toString("hex"));
  }

  /** Sets what was gathered. `packer` is the path of berth-pack. */
  async apply(packer: string): Promise<void> {
    if (this.#words.length === 0) return;
    const list = Buffer.from(
      this.#words
        .splice(0)
        .map((word) => `${word}\0`)
        .join(""),
      "latin1",
    );
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
