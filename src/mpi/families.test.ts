import { describe, expect, test } from "vitest";
import { familyOf, mpiName, namesOf, whyDifferent } from "./families.ts";
import { newest } from "./image-mpi.ts";

describe("names of MPI libraries", () => {
  test.each([
    ["libmpi.so.12", { family: "mpich", role: "core", number: "12" }],
    ["libmpich.so.12.2.2", { family: "mpich", role: "core", number: "12" }],
    ["libmpichfort.so.12", { family: "mpich", role: "fortran", number: "12" }],
    ["libmpi.so.40", { family: "openmpi", role: "core", number: "40" }],
    ["libmpi_usempif08.so.40", { family: "openmpi", role: "fortran-2008", number: "40" }],
    ["libmpi_abi.so.0", { family: "standard", role: "core", number: "0" }],
    ["libmpi.so", undefined],
    ["libmpifoo.so.12", undefined],
    ["libopen-pal.so.40", undefined],
    ["libc.so.6", undefined],
  ])("%s is %o", (name, expected) => {
    expect(mpiName(name)).toEqual(expected);
  });

  test("are several for one library of MPICH", () => {
    expect(namesOf({ family: "mpich", role: "core", number: "12" })).toEqual(["libmpi.so.12", "libmpich.so.12"]);
    expect(namesOf({ family: "openmpi", role: "core", number: "40" })).toEqual(["libmpi.so.40"]);
  });

  test("count less than symbols: Open MPI 1.10 had the number of MPICH", () => {
    expect(familyOf([{ name: "ompi_mpi_comm_world" }], "mpich")).toBe("openmpi");
    expect(familyOf([{ name: "MPI_Init" }], "mpich")).toBe("mpich");
  });

  test("of one family and number differ in nothing, of others in a sentence", () => {
    const [mpich, open] = [
      { family: "mpich", role: "core", number: "12" },
      { family: "openmpi", role: "core", number: "40" },
    ] as const;
    expect(whyDifferent(mpich, mpich)).toBeUndefined();
    expect(whyDifferent(mpich, open)).toContain("different binary interfaces");
    expect(whyDifferent({ ...open, number: "20" }, open)).toContain("not compatible");
  });
});

test("the newest glibc is found by numbers, not by letters", () => {
  expect(newest(["GLIBC_2.9", "GLIBC_2.36", "GLIBC_2.4", "GLIBC_PRIVATE", "GLIBC_2.2.5"])).toBe("2.36");
  expect(newest(["GLIBC_PRIVATE"])).toBeUndefined();
});
