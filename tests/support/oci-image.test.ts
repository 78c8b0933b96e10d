import { execFileSync } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { opaque, whiteout, writeLayout } from "./oci-image.ts";
import { installed } from "./ordinary-user.ts";

test.skipIf(!installed("umoci"))(
  "umoci unpacks what was written, whiteouts and links included [needs umoci]",
  async () => {
    const work = mkdtempSync(join(tmpdir(), "berth-oci-image-"));
    try {
      const entries = [
        { path: "d" },
        { path: "d/file", content: "abc", mode: 0o4755 },
        { path: "d/hard", type: "link", target: "d/file" },
        { path: "soft", target: "d/file" },
        { path: "o" },
        { path: "o/below", content: "" },
        { path: "gone", content: "" },
      ] as const;
      const above = [opaque("o"), { path: "o/above", content: "" }, whiteout("gone")];
      await writeLayout(join(work, "layout"), {
        t: { layers: [{ entries }, { entries: above, compression: "none" }] },
      });
      execFileSync("umoci", ["unpack", "--rootless", "--image", `${work}/layout:t`, `${work}/bundle`], {
        stdio: "ignore",
      });
      const root = join(work, "bundle", "rootfs");
      expect(readdirSync(root).sort()).toEqual(["d", "o", "soft"]);
      expect(readdirSync(join(root, "o"))).toEqual(["above"]);
      expect(lstatSync(join(root, "d/hard")).ino).toBe(lstatSync(join(root, "d/file")).ino);
      expect(lstatSync(join(root, "d/file")).mode & 0o7777).toBe(0o4755);
    } finally {
      rmSync(work, { recursive: true });
    }
  },
);
