import { describe, expect, test } from "vitest";
import { systemNames } from "./name-service.ts";

const ANSWERS: Readonly<Record<string, string>> = {
  "getent passwd -- 500": "alice:x:500:50:Alice:/home/alice:/bin/sh\n",
  "getent passwd -- alice": "alice:x:500:50:Alice:/home/alice:/bin/sh\n",
  "getent group -- 50": "staff:*:50:alice\n",
  "getent group -- staff": "staff:*:50:alice\n",
  "id -G -- 500": "50 60 70\n",
};

function names(answers = ANSWERS) {
  const asked: string[] = [];
  let time = 0;
  const ask = async (program: string, args: readonly string[]) => {
    const words = [program, ...args].join(" ");
    asked.push(words);
    return answers[words];
  };
  const later = (ms: number) => {
    time += ms;
  };
  return { names: systemNames(() => time, ask), asked, later };
}

describe("the name service", () => {
  test("says names, numbers and groups", async () => {
    const { names: service } = names();
    expect(await service.account(500)).toEqual({ name: "alice", uid: 500, gid: 50 });
    expect(await service.accountNamed("alice")).toEqual({ name: "alice", uid: 500, gid: 50 });
    expect([await service.groupName(50), await service.groupNumber("staff")]).toEqual(["staff", 50]);
    expect(await service.groups(500, 50)).toEqual([50, 60, 70]);
  });

  test("knows nothing of some, whose own group is all they have", async () => {
    const { names: service } = names();
    expect([await service.account(7), await service.groupName(7)]).toEqual([undefined, undefined]);
    expect(await service.groups(7, 8)).toEqual([8]);
  });

  test("takes no number for a name, and no option", async () => {
    const { names: service, asked } = names();
    for (const name of ["500", "", "a:b", "--help", "a\nb", "x".repeat(300)]) await service.accountNamed(name);
    expect(asked).toEqual([]);
  });

  test("is asked once by many at the same time, and again after five minutes", async () => {
    const { names: service, asked, later } = names();
    await Promise.all(Array.from({ length: 1000 }, () => service.groups(500, 50)));
    expect(asked).toHaveLength(1);
    later(299_999);
    await service.groups(500, 50);
    expect(asked).toHaveLength(1);
    later(1);
    await service.groups(500, 50);
    expect(asked).toHaveLength(2);
  });

  test("is asked again after it failed", async () => {
    let broken = true;
    const service = systemNames(
      () => 0,
      async () => {
        if (broken) throw new Error("down");
        return ANSWERS["getent passwd -- 500"];
      },
    );
    await expect(service.account(500)).rejects.toThrow("down");
    broken = false;
    expect((await service.account(500))?.name).toBe("alice");
  });

  test("of this machine knows root, and that there is no user 4294967000", async () => {
    const service = systemNames();
    expect(await service.account(0)).toMatchObject({ name: "root", uid: 0 });
    expect(await service.groups(0, 0)).toContain(0);
    expect(await service.account(4_294_967_000)).toBeUndefined();
    expect(await service.groups(4_294_967_000, 12)).toEqual([12]);
  });
});
