// The steady clock, and what containers say who they are.

import { describe, expect, test } from "vitest";
import type { EngineContainer } from "../engine/types.ts";
import { checkInArchive, checkInTokens } from "./check-in-token.ts";
import { CheckInDesk } from "./check-ins.ts";
import { makeSteadyClock } from "./steady-clock.ts";

describe("the steady clock", () => {
  test("goes on evenly when the machine's clock is set, until it is told to follow", () => {
    let [wall, monotonic] = [1_800_000_000, 50];
    const clock = makeSteadyClock({ wall: () => wall, monotonic: () => monotonic });
    [wall, monotonic] = [wall + 10, monotonic + 10];
    expect([clock.now(), clock.settle()]).toEqual([1_800_000_010, 0]);
    [wall, monotonic] = [wall + 86_401, monotonic + 1];
    expect(clock.now()).toBe(1_800_000_011);
    expect(clock.settle()).toBe(86_400);
    expect([clock.now(), clock.settle()]).toEqual([wall, 0]);
  });

  test("takes small steps for what they are", () => {
    let wall = 1_800_000_000;
    const clock = makeSteadyClock({ wall: () => wall, monotonic: () => 0 });
    wall += 2;
    expect([clock.settle(), clock.now()]).toEqual([0, wall]);
  });
});

describe("a check-in", () => {
  const tokens = checkInTokens(Buffer.alloc(32, 1));
  const ids = ["a".repeat(64), "b".repeat(64)] as const;
  const at = (id: string, status: EngineContainer["status"]) =>
    ({ id, status, name: `rover-web-${id[0]}` }) as EngineContainer;
  const known = new Map([
    ["172.17.0.2", at(ids[0], "running")],
    ["172.17.0.3", at(ids[1], "exited")],
  ]);
  const desk = (by: "either" | "address" | "token") => {
    const taken: string[] = [];
    const containers = {
      byAddress: (address: string) => known.get(address),
      byStack: (stack: string) => (stack === "rover" ? [...known.values()] : []),
    };
    const takers = [(id: string, value: string) => taken.push(`${id[0]} ${value}`) > 0];
    const made = new CheckInDesk({ containers, tokens, by: () => by, takers });
    return {
      taken,
      take: (given: object) =>
        made.take({ peer: undefined, address: undefined, token: undefined, value: "1", ...given }),
    };
  };

  test("is found by its address in either form, while the container runs", () => {
    const { take, taken } = desk("either");
    expect(take({ peer: "::ffff:172.17.0.2" })).toBe(true);
    expect(take({ peer: "172.17.0.3" })).toBe(false);
    expect(take({ peer: "127.0.0.1", address: "172.17.0.2" })).toBe(true);
    expect(taken).toEqual(["a 1", "a 1"]);
  });

  test("speaks for the connection's own container, whatever a header says", () => {
    known.set("172.17.0.4", at(ids[1], "running"));
    const { take, taken } = desk("either");
    take({ peer: "172.17.0.4", address: "172.17.0.2" });
    expect(taken).toEqual(["b 1"]);
    known.delete("172.17.0.4");
  });

  test("by token goes before the address, and one that does not hold is nobody's", () => {
    const { take, taken } = desk("either");
    expect(take({ peer: "172.17.0.2", token: tokens.of({ id: ids[1] }) })).toBe(true);
    expect(take({ peer: "172.17.0.2", token: "bci_wrong" })).toBe(false);
    expect(take({ token: checkInTokens(Buffer.alloc(32, 2)).of({ id: ids[0] }) })).toBe(false);
    expect(taken).toEqual(["b 1"]);
    expect(desk("address").take({ token: tokens.of({ id: ids[0] }) })).toBe(false);
    expect(desk("token").take({ peer: "172.17.0.2" })).toBe(false);
  });

  test("by the token of a stack's container is that container's, of no other stack", () => {
    const { take, taken } = desk("token");
    expect(take({ token: tokens.of({ stack: "rover", name: "rover-web-a" }) })).toBe(true);
    expect(take({ token: tokens.of({ stack: "other", name: "rover-web-a" }) })).toBe(false);
    const token = tokens.of({ stack: "rover", name: "rover-web-a" });
    expect(take({ token: token.replace("-a.", "-b.") })).toBe(false);
    expect(take({ token: token.replace("~", ".") })).toBe(false);
    expect(taken).toEqual(["a 1"]);
  });

  test("finds its token in a file that a shell reads", () => {
    const tar = checkInArchive(tokens.of({ id: ids[0] }), { port: 5000, url: "http://x/?a='b'" });
    expect(tar.length % 512).toBe(0);
    expect(tar.toString("latin1")).toContain(`BERTH_CHECK_IN_PORT=5000\nBERTH_CHECK_IN_URL='http://x/?a=%27b%27'\n`);
  });
});
