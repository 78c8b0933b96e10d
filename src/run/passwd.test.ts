import { describe, expect, test } from "vitest";
import { findUser, groupFile, namedGroups, passwdFile } from "./passwd.ts";

const ME = { name: "ada", uid: 1001, gid: 1001, gecos: "Ada", home: "/home/ada", shell: "/bin/bash" };
const IMAGE = "root:x:0:0:root:/root:/bin/sh\napp:x:1001:5::/app:/bin/false\n";

describe("/etc/passwd", () => {
  test("ends with the caller, in the place of the image's user of that number", () => {
    expect(passwdFile(IMAGE, ME)).toBe("root:x:0:0:root:/root:/bin/sh\nada:x:1001:1001:Ada:/home/ada:/bin/bash\n");
  });

  test.each(["", "\n", "root:x:0:0::/:/bin/sh"])("is well formed from %j", (image) => {
    expect(passwdFile(image, ME)).toMatch(/^(?:[^\n]+\n)*ada:x:1001:1001:Ada:\/home\/ada:\/bin\/bash\n$/);
  });

  test("cannot be given another line or field by the caller's own data", () => {
    const file = passwdFile("", { ...ME, gecos: "x:y\nroot::0:0::/:/bin/sh" });
    expect(file.split("\n")).toHaveLength(2);
    expect(file.split(":")).toHaveLength(7);
  });

  test("tells users by name and by number", () => {
    expect(findUser(IMAGE, "app")?.uid).toBe(1001);
    expect(findUser(IMAGE, 0)?.name).toBe("root");
    expect(findUser(IMAGE, "nobody")).toBeUndefined();
  });
});

describe("/etc/group", () => {
  test("gets the caller's groups that the image lacks, each once", () => {
    const groups = [
      { gid: 1001, name: "ada" },
      { gid: 0, name: "root" },
      { gid: 50, name: "staff" },
      { gid: 50, name: "staff" },
    ];
    expect(groupFile("root:x:0:\n", groups, "ada")).toBe("root:x:0:\nada:x:1001:ada\nstaff:x:50:ada\n");
  });

  test("names unknown groups by their number", () => {
    expect(namedGroups([5, 7], "five:x:5:\n")).toEqual({
      groups: [
        { gid: 5, name: "five" },
        { gid: 7, name: "group7" },
      ],
      unknown: [7],
    });
  });
});
