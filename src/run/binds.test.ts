import { describe, expect, test } from "vitest";
import { type BindRequest, parseBindFlag, parseMountFlag, sortBinds } from "./binds.ts";

function short({ source, target, readonly }: BindRequest): string {
  return `${source}>${target}${readonly ? " ro" : ""}`;
}

describe("-B", () => {
  test.each([
    ["/a", ["/a>/a"]],
    ["/a:/b", ["/a>/b"]],
    ["/a:/b:ro", ["/a>/b ro"]],
    ["/a:/b:rw", ["/a>/b"]],
    ["/a,/b:/c", ["/a>/a", "/b>/c"]],
    ["/a:/b:ro,/c:/d", ["/a>/b ro", "/c>/d"]],
    ["rel:/x", ["/cwd/rel>/x"]],
    ["rel", ["/cwd/rel>/cwd/rel"]],
    ["/a\\,b:/x", ["/a,b>/x"]],
    ["/a\\:b:/x", ["/a:b>/x"]],
    ["/a/:/b/", ["/a>/b"]],
    ["/a:/b//c/../d", ["/a>/b/d"]],
    ["/a:/..", ["/a>/"]],
    ["", []],
  ])("%j means %j", (text, wanted) => {
    expect(parseBindFlag(text, "/cwd").map(short)).toEqual(wanted);
  });

  test.each([
    ["/a:rel", "E_BIND_RELATIVE"],
    ["/a:/b:bogus", "E_BIND_OPTION"],
    ["/a:/b:ro:x", "E_BIND_OPTION"],
    [":/b", "E_BIND_EMPTY"],
    ["/i.sqfs:/d:id=0", "E_BIND_OPTION"],
  ])("%j is refused with %s", (text, code) => {
    expect(() => parseBindFlag(text, "/")).toThrow(expect.objectContaining({ code }));
  });

  test("options of images are understood", () => {
    expect(parseBindFlag("/i.sif:/d:image-src=/x,id=4,ro", "/")[0]).toMatchObject({
      imageSource: "/x",
      imageId: 4,
      readonly: true,
    });
  });
});

describe("--mount", () => {
  test.each([
    ["type=bind,src=/etc,dst=/mnt,ro", "/etc>/mnt ro"],
    ["type=bind,source=/etc,destination=/mnt", "/etc>/mnt"],
    ["type=bind,src=rel,target=/mnt", "/cwd/rel>/mnt"],
    ['type=bind,"src=/with,comma",dst=/mnt', "/with,comma>/mnt"],
  ])("%j means %j", (text, wanted) => {
    expect(short(parseMountFlag(text, "/cwd"))).toBe(wanted);
  });

  test.each([
    ["type=bogus,src=/a,dst=/b", "E_MOUNT_TYPE"],
    ["src=/a,dst=/b", "E_MOUNT_TYPE"],
    ["type=bind,dst=/b", "E_MOUNT_FIELD"],
    ["type=bind,src=/a", "E_MOUNT_FIELD"],
    ["type=bind,src=/a,dst=/b,nope=1", "E_MOUNT_FIELD"],
    ["type=bind,src=/a,dst=b", "E_BIND_RELATIVE"],
  ])("%j is refused with %s", (text, code) => {
    expect(() => parseMountFlag(text, "/")).toThrow(expect.objectContaining({ code }));
  });
});

test("binds are made from the outside in, whatever their order", () => {
  const binds = ["/x:/a/b/c", "/x:/a", "/x:/ab", "/x:/a/b"].flatMap((text) => parseBindFlag(text, "/"));
  expect(sortBinds(binds).map(({ target }) => target)).toEqual(["/a", "/a/b", "/a/b/c", "/ab"]);
});
