import { describe, expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import { exchange } from "./exchange.ts";
import { type Clock, DEFAULT_RETRY } from "./retry.ts";

const REQUEST = { method: "GET", url: new URL("https://r.example/v2/"), headers: {} } as const;

/** A transport that fails in this way after so many milliseconds, and how often it was asked. */
function failing(error: Error, takes: number) {
  const state = { now: 0, asked: 0 };
  const clock: Clock = {
    now: () => state.now,
    sleep: async (milliseconds) => {
      state.now += milliseconds;
    },
  };
  const send = async () => {
    state.asked += 1;
    state.now += takes;
    throw error;
  };
  const transport = { send, close: async () => {} };
  return { state, wire: { transport, clock, retry: DEFAULT_RETRY, log: silent, userAgent: "test" } };
}

const coded = (code: string) => Object.assign(new Error(code), { code });

describe("a connection that keeps failing", () => {
  test("is given up when a minute has gone by, whatever tries are left", async () => {
    const { state, wire } = failing(coded("UND_ERR_HEADERS_TIMEOUT"), 60_000);
    await expect(exchange(wire, REQUEST)).rejects.toMatchObject({ code: "E_TIMEOUT" });
    expect(state.asked).toBe(1);
  });

  test("is tried five times when it fails at once", async () => {
    const { state, wire } = failing(coded("ECONNRESET"), 1);
    await expect(exchange(wire, REQUEST)).rejects.toMatchObject({ code: "E_CONNECT" });
    expect(state.asked).toBe(5);
  });
});

test("a fault of berth itself is not blamed on the registry, nor tried again", async () => {
  const fault = new TypeError("agent.request is not a function");
  const { state, wire } = failing(fault, 1);
  await expect(exchange(wire, REQUEST)).rejects.toBe(fault);
  expect(state.asked).toBe(1);
});
