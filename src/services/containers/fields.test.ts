// What clients send, in all its forms, and which port is which.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFields } from "./fields.ts";
import { spinPorts } from "./ports.ts";

const body = (type: string, text: string) => ({ type, bytes: Buffer.from(text) });
const read = async (query: object, sent?: ReturnType<typeof body>) => Object.fromEntries(await readFields(query, sent));
const FORM = "application/x-www-form-urlencoded";

describe("fields", () => {
  test("come from the query, a form, JSON, or the parts of a form with files", async () => {
    expect(await read({ image: "a" })).toEqual({ image: "a" });
    expect(await read({}, body(`${FORM}; charset=utf-8`, "image=a%2Fb&x=1"))).toEqual({ image: "a/b", x: "1" });
    expect(await read({}, body("application/json", '{"image":"a","active":3,"none":null}'))).toEqual({
      image: "a",
      active: "3",
    });
    const parts = '--q\r\nContent-Disposition: form-data; name="image"\r\n\r\nsd/app\r\n--q--\r\n';
    expect(await read({}, body("multipart/form-data; boundary=q", parts))).toEqual({ image: "sd/app" });
  });

  test("of the query go first, and of equals the first", async () => {
    expect(await read({ image: ["a", "b"] }, body(FORM, "image=c"))).toEqual({ image: "a" });
    expect(await read({}, body(FORM, "image=c&image=d"))).toEqual({ image: "c" });
  });

  test("are JSON also where curl says that it is a form", async () => {
    expect(await read({}, body(FORM, ' {"status": "stopped"}'))).toEqual({ status: "stopped" });
  });

  test("of other kinds of bodies are not read", async () => {
    expect(await read({}, body("text/plain", "image=a"))).toEqual({});
    expect(await read({}, body("application/json", ""))).toEqual({});
  });

  test.each(['{"image":', "[]", '"a"', "7", '{"image":{"a":1}}'])(
    "that make no sense are refused: %s",
    async (text) => {
      await expect(read({}, body("application/json", text))).rejects.toMatchObject({ code: "E_SPIN_BODY", http: 400 });
    },
  );

  test("of any bytes are read or refused, never worse", async () => {
    const kinds = fc.constantFrom(FORM, "application/json", "multipart/form-data; boundary=q", "", "x;;=");
    await fc.assert(
      fc.asyncProperty(kinds, fc.uint8Array({ maxLength: 200 }), async (type, bytes) => {
        const result = await readFields({}, { type, bytes: Buffer.from(bytes) }).catch(
          (error: { code?: string }) => error.code,
        );
        expect(result instanceof Map || result === "E_SPIN_BODY").toBe(true);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe("ports", () => {
  const port = (container: number, host: number, protocol: "tcp" | "udp" = "tcp", address = "0.0.0.0") => ({
    container,
    host,
    protocol,
    address,
  });

  test("are ssh's and the application's, the lowest of several", () => {
    const published = [port(8080, 3), port(22, 1), port(80, 2), port(53, 4, "udp"), port(80, 2)];
    expect(spinPorts(published)).toEqual({ ssh: 1, app: 2, others: { "8080/tcp": 3, "53/udp": 4 } });
    expect(spinPorts([port(53, 4, "udp")])).toEqual({ ssh: undefined, app: 4, others: {} });
    expect(spinPorts([])).toEqual({ ssh: undefined, app: undefined, others: {} });
  });

  // A port that something else has in one family only makes Docker choose two numbers.
  test("are those of IPv4 where each family has numbers of its own", () => {
    const published = [port(22, 1), port(22, 2, "tcp", "::"), port(80, 4, "tcp", "::"), port(80, 3)];
    expect(spinPorts(published)).toEqual({ ssh: 1, app: 3, others: {} });
    expect(spinPorts([port(80, 4, "tcp", "::")])).toEqual({ ssh: undefined, app: 4, others: {} });
  });

  test("are the same in whatever order the engine names them", () => {
    const some = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.nat(9)), {
      selector: ([inside]) => inside,
    });
    fc.assert(
      fc.property(some, (pairs) => {
        const published = pairs.map(([inside, host]) => port(inside, host));
        expect(spinPorts([...published].reverse())).toEqual(spinPorts(published));
      }),
      { seed: 4, numRuns: 100 },
    );
  });
});
