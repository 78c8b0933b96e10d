import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseChallenges } from "./challenge.ts";

describe("reading WWW-Authenticate", () => {
  test("one Bearer challenge, as registries send it", () => {
    const header = 'Bearer realm="https://auth.example/token",service="reg.example",scope="repository:a/b:pull,push"';
    expect(parseChallenges(header)).toEqual([
      {
        scheme: "bearer",
        parameters: { realm: "https://auth.example/token", service: "reg.example", scope: "repository:a/b:pull,push" },
      },
    ]);
  });

  test("several challenges in one header, with parameters in odd forms", () => {
    const header = 'Negotiate, Basic REALM = "a \\"b\\", c" , charset=UTF-8, ,Bearer realm=x,realm=y';
    expect(parseChallenges(header)).toEqual([
      { scheme: "negotiate", parameters: {} },
      { scheme: "basic", parameters: { realm: 'a "b", c', charset: "UTF-8" } },
      { scheme: "bearer", parameters: { realm: "x" } },
    ]);
  });

  test("a token68 after its scheme does not hide the next challenge", () => {
    expect(parseChallenges('Negotiate YII+/aa==, Basic realm="r"').map((c) => c.scheme)).toEqual([
      "negotiate",
      "basic",
    ]);
  });

  test.each(["", ",", '"', "=", "Basic realm", 'Basic realm="unclosed', "\x00", "Bearer ,,,"])(
    "%j does no harm",
    (header) => {
      expect(() => parseChallenges(header)).not.toThrow();
    },
  );

  test("a parameter named __proto__ stays a parameter", () => {
    const [challenge] = parseChallenges("Bearer __proto__=x, realm=y");
    expect(Object.keys(challenge?.parameters ?? {})).toEqual(["__proto__", "realm"]);
  });

  test("what is written is read back", () => {
    const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const challenge = fc.record({
      scheme: token,
      parameters: fc.dictionary(token, fc.string(), { minKeys: 1, maxKeys: 4 }),
    });
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 4 }), (challenges) => {
        const quote = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
        const header = challenges
          .map(({ scheme, parameters }) => {
            return `${scheme} ${Object.entries(parameters)
              .map(([name, value]) => `${name}=${quote(value)}`)
              .join(", ")}`;
          })
          .join(", ");
        expect(parseChallenges(header)).toEqual(challenges.map((c) => ({ ...c, parameters: { ...c.parameters } })));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test("any text is read in time that grows with its length only", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => void parseChallenges(text)),
      { seed: 5, numRuns: 500 },
    );
    for (const unit of ["a ", 'a="', "\\", "a=,", "=", " ,"]) parseChallenges(unit.repeat(16_384));
  });
});
