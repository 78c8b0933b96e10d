// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
// Apps inside images (SCIF) at run time, and the help texts (spec/apptainer.md sections 1.6 and 3).

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { makeImages } from "./images.ts";
import { makePlace, obstacle, type Place } from "./place.ts";

const reason = obstacle();

describe.skipIf(reason)(`apps${reason ? ` [${reason}]` : ""}`, { timeout: 30_000 }, () => {
  let place: Place;
  beforeAll(async () => {
    place = makePlace("an ordinary user");
    await makeImages(place.dir);
  });
  afterAll(() => place.close());

  describe.each(["full", "full.sif"])("of %s", (name) => {
    const image = (): string => `${place.dir}/${name}`;

    test("run by --app, or by the variable", () => {
      expect(place.berth("run", "--app", "tool", image(), "a  b").out).toBe("app runs: a  b\nthe tool of tool");
    });

    test("bring their variables, scripts and programs", () => {
      const show = "echo $SCIF_APPNAME,$SCIF_APPROOT,$APP_SETTING,$FROM_SCRIPT; tool; echo ${PATH%%:*}";
      expect(place.berth("exec", "--app", "tool", image(), "sh", "-c", show).out).toBe(
        "tool,/scif/apps/tool,set for tool,set by a script\nthe tool of tool\n/scif/apps/tool/bin",
      );
      expect(place.berth("exec", image(), "sh", "-c", "echo ${SCIF_APPNAME-none}").out).toBe("none");
    });

    test("have tests of their own", () => {
      expect(place.berth("test", "--app", "tool", image()).status).toBe(4);
    });

    test("that are not there end with 1", () => {
      for (const command of ["run", "test", "shell"])
        expect(place.berth(command, "--app", "nope", image())).toMatchObject({
          status: 1,
          err: expect.stringContaining("Could not locate the container application: nope"),
        });
      expect(place.berth("run-help", "--app", "nope", image()).status).toBe(1);
    });

    test("have help, as the image has", () => {
      expect(place.berth("run-help", image()).out).toBe("The help of the image");
      expect(place.berth("run-help", "--app", "tool", image()).out).toBe("The help of the app");
      expect(place.berth("inspect", "--list-apps", image()).out).toBe("tool");
    });

    test("start instances, and run in them", async () => {
      expect(place.berth("instance", "start", "--app", "tool", image(), "app", "x").status).toBe(0);
      expect(place.berth("exec", "--app", "tool", "instance://app", "tool").out).toBe("the tool of tool");
      const started = () => expect(place.log("app", "out")).toMatch(/app starts: \/scif\/apps\/tool x\n$/);
      await vi.waitFor(started, { timeout: 20_000, interval: 5 });
      expect(place.berth("instance", "stop", "app").status).toBe(0);
    });
  });

  test("an image without help says so", () => {
    expect(place.berth("run-help", `${place.dir}/plain.sif`)).toMatchObject({
      status: 0,
      out: "",
      err: expect.stringContaining("No help sections were defined"),
    });
  });
});
