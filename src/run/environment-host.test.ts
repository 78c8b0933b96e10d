import { describe, expect, test } from "vitest";
import { filterHost } from "./environment-host.ts";

const ALL = { clean: false, drop: [] };

describe("of the host's variables", () => {
  test.each([
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "APPTAINER_BIND",
    "SINGULARITYENV_X",
    "BERTH_DOCKER",
    "APPTAINERENV_Y",
    "BASH_FUNC_x%%",
    "1A",
  ])("%s stays outside", (name) => {
    expect(filterHost({ [name]: "x" }, ALL).size).toBe(0);
  });

  test.each(["USER", "LANG", "SLURM_JOB_ID", "OMP_NUM_THREADS"])("%s passes", (name) => {
    expect(filterHost({ [name]: "x" }, ALL).get(name)).toBe("x");
  });

  test("an empty one counts as unset", () => {
    expect(filterHost({ FOO: "" }, ALL).size).toBe(0);
  });

  test("those named by --no-env stay outside", () => {
    expect(filterHost({ FOO: "1", BAR: "2" }, { clean: false, drop: ["FOO"] })).toEqual(new Map([["BAR", "2"]]));
  });

  test("only the terminal and the proxies pass --cleanenv, and LANG becomes C", () => {
    const host = { TERM: "xterm", http_proxy: "a", NO_PROXY: "b", FOO: "1", LANG: "de_DE" };
    expect(Object.fromEntries(filterHost(host, { clean: true, drop: [] }))).toEqual({
      TERM: "xterm",
      http_proxy: "a",
      NO_PROXY: "b",
      LANG: "C",
    });
  });
});
