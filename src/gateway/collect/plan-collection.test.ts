import { describe, expect, test } from "vitest";
import type { PublishedFile } from "../types.ts";
import { type FilesState, planBlobs, planFiles } from "./plan-collection.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)];
const OLD = 7200;
const file = (name: string, age = OLD): PublishedFile => ({ name, age, bytes: 1 });
const imageFiles = (id: string, age = OLD) =>
  ["json", "squashfs", "meta"].map((ending) => file(`${id}.${ending}`, age));

function planned(change: Partial<FilesState>): readonly string[] {
  const state = { files: [], wanted: new Map(), pulls: [], now: 1e9, retention: { orphans: 3600 }, ...change };
  return planFiles(state).map(({ name }) => name);
}

describe("files of a system", () => {
  test("without a record go, .meta first and the sign that they are ours last", () => {
    expect(planned({ files: imageFiles(A) })).toEqual([`${A}.meta`, `${A}.squashfs`, `${A}.json`]);
  });

  test("of a wanted image stay, but not what is left of another format", () => {
    const files = [...imageFiles(A), file(`${A}.ext4`)];
    expect(planned({ files, wanted: new Map([[A, "squashfs"]]) })).toEqual([`${A}.ext4`]);
  });

  test("that may be another program's stay", () => {
    expect(planned({ files: [file(`${A}.squashfs`), file(`${A}.meta`), file("README"), file(`${A}.tar.gz`)] })).toEqual(
      [],
    );
  });

  test("stay while any of them is young", () => {
    expect(planned({ files: [...imageFiles(A).slice(1), file(`${A}.json`, 10)] })).toEqual([]);
    expect(planned({ files: imageFiles(A, -1e6) })).toEqual([]);
  });

  test("that came since a pull under way began stay, however long ago that was", () => {
    const pulls = [{ startedAt: 1e9 - 10_000 }, { startedAt: null }];
    expect(planned({ files: imageFiles(A), pulls })).toEqual([]);
    expect(planned({ files: imageFiles(A, 20_000), pulls })).toHaveLength(3);
  });

  test("that never arrived go when nobody can be writing them any more", () => {
    const files = [file(`${A}.squashfs.partial.abcdEF`), file(`${B}.squashfs.partial.abcdEF`, 100)];
    expect(planned({ files, wanted: new Map([[A, "squashfs"]]) })).toEqual([`${A}.squashfs.partial.abcdEF`]);
  });
});

describe("blobs", () => {
  const blobs = [
    { digest: "sha256:needed", size: 1, lastUsed: 0 },
    { digest: "sha256:old", size: 1, lastUsed: 0 },
    { digest: "sha256:young", size: 1, lastUsed: 950_000 },
    { digest: "sha256:between", size: 1, lastUsed: 500_000 },
  ];
  const plan = (pulls: readonly { readonly startedAt: number | null }[]) =>
    planBlobs({ blobs, needed: new Set(["sha256:needed"]), pulls, now: 1000, retention: { blobs: 100 } }).map(
      ({ digest }) => digest,
    );

  test("go when no image needs them and nobody used them lately", () => {
    expect(plan([])).toEqual(["sha256:old", "sha256:between"]);
  });

  test("stay when they came since a pull under way began", () => {
    expect(plan([{ startedAt: 400 }])).toEqual(["sha256:old"]);
  });
});
