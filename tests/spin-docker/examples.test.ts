// The example images: their Dockerfiles and scripts are read as the programs that use them read them, and the reporter
// reports from a real container.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../src/recipe/dockerfile/parse.ts";
import { hasDockerd, startDockerd } from "../support/engine.ts";
import { World, wait } from "./world.ts";

const EXAMPLES = join(import.meta.dirname, "..", "..", "examples", "spin-docker");
const FILES = (readdirSync(EXAMPLES, { recursive: true }) as string[]).sort();
const SHELLCHECK = "/usr/bin/shellcheck";
const hasShellcheck = existsSync(SHELLCHECK);

describe("the example images", () => {
  test.each(FILES.filter((file) => file.endsWith("Dockerfile")))("have a Dockerfile without mistakes: %s", (file) => {
    const text = readFileSync(join(EXAMPLES, file), "utf8");
    const { problems } = parseDockerfile({ name: file, text });
    expect(problems).toEqual([]);
    expect(text).toMatch(/^EXPOSE 22 \d+$/m);
    for (const [, names = ""] of text.matchAll(/^COPY (?:--\S+ )*(.+) \S+$/gm))
      for (const name of names.split(" ")) expect(FILES).toContain(name);
  });

  test.skipIf(!hasShellcheck)(
    `have scripts without mistakes${hasShellcheck ? "" : " (skipped: no shellcheck)"}`,
    () => {
      const scripts = FILES.filter((file) => file.endsWith(".sh")).map((file) => join(EXAMPLES, file));
      expect(scripts.length).toBeGreaterThan(2);
      execFileSync(SHELLCHECK, scripts);
    },
  );

  test.skipIf(!hasDockerd)(
    `report their open connections${hasDockerd ? "" : " (skipped: no dockerd, or not root)"}`,
    async () => {
      const engine = await startDockerd();
      const script = (name: string) => readFileSync(join(EXAMPLES, name), "utf8");
      await engine.image({
        name: "sd/reporting:latest",
        entrypoint: ["/usr/local/bin/start.sh"],
        cmd: ["httpd", "-f", "-p", "5432", "-h", "/www"],
        expose: ["22/tcp", "5432/tcp"],
        env: ["PATH=/bin:/usr/local/bin", "REPORT_PORT=5432", "REPORT_EVERY=0.2"],
        files: { "usr/local/bin/start.sh": script("start.sh"), "usr/local/bin/report.sh": script("report.sh") },
      });
      const world = await World.open(engine);
      try {
        const { container_id: id, app_port: port } = await world.post("sd/reporting");
        const active = async (wanted: string) => {
          const end = Date.now() + 15_000;
          while ((await world.get(id))["active"] !== wanted && Date.now() < end) await wait(50);
          expect(await world.get(id)).toMatchObject({ status: "running", active: wanted });
        };
        const visitor = connect(Number(port), "127.0.0.1");
        await active("1");
        visitor.destroy();
        await active("0");
        await world.admin("PATCH", `/v1/containers/${id}`, { form: { status: "stopped" } });
        await world.until(id, "stopped", 9000);
      } finally {
        await world.close();
        await engine.stop();
      }
    },
  );
});
