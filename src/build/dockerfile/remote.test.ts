import { describe, expect, test } from "vitest";
import { parseRemote, withoutLogin } from "./remote.ts";

describe("a source of ADD", () => {
  test.each(["a", "./a", "a:b", "github.com/a/b", "a@b", "./git@h:x", "C:/x"])("%s is a path", (text) => {
    expect(parseRemote(text)).toBeUndefined();
  });

  test.each([
    ["https://h/a/b.tar.gz?x=1#y", "b.tar.gz"],
    ["http://h/", "__unnamed__"],
    ["http://h/a%20b", "a b"],
    ["http://h/a%2F..", "__unnamed__"],
    ["http://h/%zz", "%zz"],
  ])("%s is a file of the name %s", (text, name) => {
    expect(parseRemote(text)).toMatchObject({ kind: "url", name });
  });

  test.each([
    ["https://h/r.git", "https://h/r.git", undefined, ""],
    ["https://h/r.git#v1", "https://h/r.git", "v1", ""],
    ["https://h/r.git#:sub", "https://h/r.git", undefined, "sub"],
    ["https://h/r.git#v1:../../sub/../x", "https://h/r.git", "v1", "x"],
    ["git@h:o/r.git#v1:s", "git@h:o/r.git", "v1", "s"],
    ["ssh://git@h:22/r", "ssh://git@h:22/r", undefined, ""],
    ["git://h/r", "git://h/r", undefined, ""],
    ["https://h/r.git?tag=v1&subdir=s", "https://h/r.git", "refs/tags/v1", "s"],
  ])("%s is a repository", (text, remote, ref, folder) => {
    expect(parseRemote(text)).toMatchObject({ kind: "git", remote, ref, folder });
  });

  test.each(["https://h/r.git#-x", "https://h/r.git?nope=1", "https://h/r.git?tag=a&tag=b"])(
    "%s is refused",
    (text) => {
      expect(() => parseRemote(text)).toThrow(expect.objectContaining({ code: "E_ADD_GIT" }));
    },
  );

  test.each(["https://me:pa@word@h:x/f", "https://me:pa@word@h/r.git?nope=1", "https://me:pa@word@h/r.git#-x"])(
    "%s is refused without its login",
    (text) => {
      const refusal = () => parseRemote(text);
      expect(refusal).toThrow(expect.objectContaining({ code: expect.stringMatching(/^E_ADD_/) }));
      expect(refusal).not.toThrow(/word/);
    },
  );

  test("is shown without logins, whatever signs they hold", () => {
    expect(withoutLogin("cannot fetch https://me:pa@word@h/a?to=b@c now")).toBe("cannot fetch https://h/a?to=b@c now");
    expect(withoutLogin("git@h:o/r a@b")).toBe("git@h:o/r a@b");
  });
});
