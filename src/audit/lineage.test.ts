import { expect, test } from "vitest";
import { findBase, isSystem } from "./lineage.ts";
import type { HistoryEntry } from "./types.ts";

const line = (createdBy: string, empty = false, comment = ""): HistoryEntry => ({
  created: undefined,
  createdBy,
  comment,
  empty,
});
const ids = (count: number) => Array.from({ length: count }, (_, index) => `sha256:${index}`);

const DEBIAN = line("# debian.sh --arch 'amd64' out/ 'trixie' '@1762202650'", false, "debuerreotype 0.16");
const UBUNTU = [line("/bin/sh -c #(nop) ADD file:1 in / "), line('/bin/sh -c #(nop)  CMD ["/bin/bash"]', true)];
const RUN = line("RUN /bin/sh -c make install # buildkit");
const COPY = line("COPY app /opt/app # buildkit");
const START = line('CMD ["app"]', true);

test.each([
  { name: "the last start that layers follow", history: [...UBUNTU, RUN, COPY, START], layers: 1 },
  { name: "a base on a base", history: [...UBUNTU, RUN, line('CMD ["python3"]', true), COPY, START], layers: 2 },
  { name: "a whole system without a start", history: [DEBIAN, RUN, COPY, START], layers: 1 },
  { name: "an image that is a base itself", history: UBUNTU, layers: 0 },
  { name: "a whole system alone", history: [DEBIAN], layers: 0 },
  { name: "steps that tell nothing", history: [RUN, COPY], layers: 0 },
  { name: "no history", history: [], layers: 0, of: 3 },
  { name: "a history of other layers", history: [...UBUNTU, RUN], layers: 0, of: 5 },
])("guesses the base by the history: $name", ({ history, layers, of }) => {
  const count = of ?? history.filter(({ empty }) => !empty).length;
  const want = layers === 0 ? undefined : { name: undefined, layers, by: "history" };
  expect(findBase({ diffIds: ids(count), history, firstIsSystem: false }, [])).toEqual(want);
});

test("where the history tells nothing, a lowest layer with a whole distribution is the base", () => {
  const facts = { history: [RUN, RUN], firstIsSystem: true };
  expect(findBase({ ...facts, diffIds: ids(2) }, [])).toEqual({ name: undefined, layers: 1, by: "content" });
  expect(findBase({ ...facts, history: [RUN], diffIds: ids(1) }, [])).toBeUndefined();
  const entries = (...paths: readonly string[]) => ({
    entries: paths.map((path) => ({
      ...{ path, type: "file" as const, size: 1, mode: 0o644, uid: 0, gid: 0, target: undefined, program: false },
    })),
  });
  expect(isSystem(entries("etc/os-release", "var/lib/dpkg/status"))).toBe(true);
  expect(isSystem(entries("usr/lib/os-release", "usr/lib/sysimage/rpm/rpmdb.sqlite"))).toBe(true);
  expect(isSystem(entries("etc/os-release", "opt/x"))).toBe(false);
});

test("of known bases the one that reaches furthest counts, and none that only begins alike", () => {
  const known = [
    { name: "short", diffIds: ids(1) },
    { name: "long", diffIds: ids(3) },
    { name: "longer than the image", diffIds: ids(9) },
    { name: "another", diffIds: [...ids(3), "sha256:x"] },
    { name: "empty", diffIds: [] },
  ];
  const found = (diffIds: readonly (string | undefined)[]) =>
    findBase({ diffIds, history: [...UBUNTU, RUN, COPY, RUN, RUN], firstIsSystem: true }, known);
  expect(found(ids(5))).toEqual({ name: "long", layers: 3, by: "layers" });
  expect(found(["sha256:y"])).toBeUndefined();
  expect(found([undefined, undefined])).toMatchObject({ by: "content" });
});
