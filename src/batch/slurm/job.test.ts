import { describe, expect, test } from "vitest";
import { BerthError } from "../../base/errors.ts";
import { isOfTheJob } from "./blame.ts";
import { commentOptions, jobKey, jobWishes, setupRequest } from "./job.ts";

const key = { uid: 1001, job: "7" };
const wishes = { SHIFTER_IMAGE: "abc", SHIFTER_IMAGETYPE: "id", SHIFTER_IMAGEREQUEST: "docker:a:1" };

describe("what Slurm tells a prolog of a job", () => {
  test("the plugin's words count more than variables", () => {
    expect(jobKey({ uid: "5", job: "6" }, { SLURM_JOB_UID: "8", SLURM_JOB_ID: "9" })).toEqual({ uid: 5, job: "6" });
    expect(jobKey({}, { SLURM_JOB_UID: "8", SLURM_JOB_ID: "9" })).toEqual({ uid: 8, job: "9" });
  });

  test("without a user or a number there is no job, and root has none", () => {
    expect(() => jobKey({ uid: "5" }, {})).toThrow(expect.objectContaining({ code: "E_SLURM_JOB" }));
    expect(() => jobKey({ job: "5" }, {})).toThrow(expect.objectContaining({ code: "E_SLURM_JOB" }));
    expect(() => jobKey({ uid: "0", job: "5" }, {})).toThrow(expect.objectContaining({ code: "E_NODE_KEY" }));
  });

  test("only variables with Slurm's mark are wishes", () => {
    expect(jobWishes({ SHIFTER_IMAGE: "x", SLURM_SPANK_SHIFTER_IMAGE: "y" })).toBeUndefined();
    expect(jobWishes({ SPANK_SHIFTER_IMAGE: "x", SPANK_SHIFTER_VOLUME: "/a:/b", SPANK_OTHER: "z", PATH: "/" })).toEqual(
      {
        SHIFTER_IMAGE: "x",
        SHIFTER_VOLUME: "/a:/b",
      },
    );
  });

  test("they become the request of a set-up, with the job's hosts", () => {
    const env = {
      SLURM_NODELIST: "n[1-2]",
      SLURM_JOB_CPUS_PER_NODE: "4(x2)",
      SLURM_JOB_GID: "100",
      SLURM_JOB_USER: "ann",
    };
    expect(setupRequest(key, { ...wishes, SHIFTER_VOLUME: "/a:/b;/c:/d", SHIFTER_MODULE: "mpi" }, env)).toEqual({
      ...key,
      gid: 100,
      user: "ann",
      image: { type: "id", name: "abc", asked: "docker:a:1" },
      volumes: ["/a:/b;/c:/d"],
      modules: "mpi",
      hosts: "n1/4 n2/4",
      sshKey: undefined,
    });
  });

  test.each(["docker", "custom", "", "root"])(
    "an image of the type %j was looked up by nobody",
    (SHIFTER_IMAGETYPE) => {
      const asked = () => setupRequest(key, { ...wishes, SHIFTER_IMAGETYPE }, {});
      expect(asked).toThrow(expect.objectContaining({ code: "E_SLURM_NOT_FROZEN" }));
    },
  );

  test.each(["docker:a\x1b[2J", "docker:a\nb", "docker:"])(
    "what was asked for is a name: %j",
    (SHIFTER_IMAGEREQUEST) => {
      const asked = () => setupRequest(key, { ...wishes, SHIFTER_IMAGEREQUEST }, {});
      expect(asked).toThrow(expect.objectContaining({ code: "E_SHIFTER_IMAGE_NAME" }));
    },
  );

  test.each(["../x", "a/b", "", "a b"])("an id is no path: %j", (SHIFTER_IMAGE) => {
    const asked = () => setupRequest(key, { ...wishes, SHIFTER_IMAGE }, {});
    expect(asked).toThrow(expect.objectContaining({ code: "E_SHIFTER_IMAGE_NAME" }));
  });
});

describe("comments of jobs", () => {
  test.each([
    ["shifter --image=a", ["--image=a"]],
    ["x; shifter --image=a --volume=/b:/c  --module=m ; y", ["--image=a", "--volume=/b:/c", "--module=m"]],
    ["about shifter", undefined],
    ["reshifter --image=a", undefined],
    ["", undefined],
  ])("%j asks for %j", (comment, options) => {
    expect(commentOptions(comment)).toEqual(options);
  });

  test.each(["shifter --image=a --config=/x", "shifter --image=a b", "shifter --image=", "shifter -- x"])(
    "%j is refused",
    (comment) => {
      expect(() => commentOptions(comment)).toThrow(expect.objectContaining({ code: "E_SLURM_COMMENT" }));
    },
  );
});

describe("whose fault it is", () => {
  test.each([
    "E_SHIFTER_DENIED",
    "E_VOLUME_FLAG",
    "E_MODULE_UNKNOWN",
    "E_NODE_CACHE",
    "E_SLURM_WISHES",
    "E_NODE_UNFIT",
    "E_SSHD_KEY",
    "E_SSHD_START",
  ])("%s is the job's", (code) => {
    expect(isOfTheJob(new BerthError(code, { text: "" }, {}, undefined))).toBe(true);
  });

  test.each(["E_NODE_SETUP", "E_NODE_DIR", "E_SHIFTER_ROOT", "E_SHIFTER_IMAGE_CLOSED", "E_NODE_CONFIG", "E_PROGRAM"])(
    "%s is the node's",
    (code) => {
      expect(isOfTheJob(new BerthError(code, { text: "" }, {}, undefined))).toBe(false);
    },
  );

  test("an unexpected failure is the node's", () => {
    expect(isOfTheJob(new TypeError("oops"))).toBe(false);
  });
});
