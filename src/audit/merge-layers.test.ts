import { expect, test } from "vitest";
import type { LayerRecord, RecordedEntry } from "./layer-record.ts";
import { mergeLayers } from "./merge-layers.ts";

const entry = (path: string, target?: string): RecordedEntry => ({
  ...{ path, type: target === undefined ? "file" : "symlink", size: 1, mode: 0o644, uid: 0, gid: 0 },
  ...{ target, program: false },
});

test("of millions of links to texts only so many are followed as somebody may have meant", () => {
  const links = Array.from({ length: 5000 }, (_, at) => entry(`etc/profile.d/l${at}.sh`, "x.sh"));
  const layer: LayerRecord = {
    ...{ diffId: undefined, whiteouts: [], opaque: [], secrets: [], packages: { files: [] } },
    entries: [entry("etc/profile.d/x.sh"), ...links],
    texts: new Map([["etc/profile.d/x.sh", "true"]]),
  };
  const { texts } = mergeLayers([layer]).files;
  expect(texts.get("etc/profile.d/l0.sh")).toBe("true");
  expect(texts.size).toBeLessThan(2100);
});
