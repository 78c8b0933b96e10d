import { describe, expect, test } from "vitest";
import { parseMountFlag } from "./mount-flag.ts";

describe("a mount of RUN", () => {
  test("is a read-only bind unless it says otherwise", () => {
    expect(parseMountFlag("target=/x")).toMatchObject({ type: "bind", target: "/x", readOnly: true, required: false });
    expect(parseMountFlag("dst=/x,rw")).toMatchObject({ readOnly: false });
    expect(parseMountFlag("dst=/x,rw,ro=true")).toMatchObject({ readOnly: true });
  });

  test("has defaults of its kind", () => {
    expect(parseMountFlag("type=cache,target=/c")).toMatchObject({
      readOnly: false,
      sharing: "shared",
      mode: undefined,
    });
    expect(parseMountFlag("type=tmpfs,target=/t,size=64m")).toMatchObject({ readOnly: false, size: 64 * 1024 ** 2 });
    expect(parseMountFlag("type=secret,id=key,required,mode=0440,uid=1,gid=2")).toMatchObject({
      id: "key",
      required: true,
      mode: 0o440,
      uid: 1,
      gid: 2,
    });
    expect(parseMountFlag("type=ssh")).toMatchObject({ type: "ssh", target: undefined });
    expect(parseMountFlag("type=secret,id=key,env=KEY")).toMatchObject({ env: "KEY" });
    expect(parseMountFlag("TYPE=Cache,Sharing=LOCKED,dst=/x")).toMatchObject({ type: "cache", sharing: "locked" });
  });

  test("may have commas in quotes, and variables in values", () => {
    expect(parseMountFlag('type=bind,"source=a,b",target=/x')).toMatchObject({ source: "a,b" });
    const expand = (value: string) => value.replace("$V", "/v,w");
    expect(parseMountFlag("type=cache,target=$V", expand)).toMatchObject({ target: "/v,w" });
  });

  test.each([
    ["type=cach,target=/x", "type cannot be cach"],
    ["targt=/x", "it has no option targt"],
    ["target", "target needs a value"],
    ["target=/x,size=1", "size has no meaning for type bind"],
    ["type=cache,target=/x,mode=9", "mode cannot be 9"],
    ["type=tmpfs,target=/x,size=much", "size cannot be much"],
    ["type=secret", "it does not say which secret"],
    ["type=secret,id=a,src=b", "source and id say the same"],
    ["type=secret,id=a,from=b", "from has no meaning for type secret"],
    ["type=cache", "it has no target"],
    ["target=/x,ro=maybe", "readonly is true or false, not maybe"],
    ['target=/x,"a', "a quote is not closed"],
    ["", "it has no option"],
  ])("%s is refused: %s", (text, reason) => {
    expect(() => parseMountFlag(text)).toThrow(reason);
  });
});
