// Reports of every format, of recipes full of secrets: none of them says one.

import { describe, expect, test } from "vitest";
import { codeFrame } from "../base/source.ts";
import { lintText } from "../policy/lint-text.ts";
import { PROFILES } from "../policy/profiles/profiles.ts";
import { FORMATS, formatReport } from "./formats/format.ts";
import { hideSecrets } from "./hide-secrets.ts";
import type { CheckedThing, Report } from "./report.ts";

const TOKEN = `glpat-${"aB3dE5gH7jK9mN1pQ3sT"}`;
const RANDOM = "q7XvZ9kLm2Pq8RsT4uVw";
const WORDS = ["hunter2secret", "s3cretpw99", "Pl41npass", "Sup3rS3cretPw", "N3trcPassw0rdX"] as const;
const [PLAIN, ADDRESS, ACCOUNT, OPTION, NETRC] = WORDS;

const TEXTS: Readonly<Record<string, string>> = {
  Dockerfile: `FROM debian:13.1
ARG NPM_TOKEN=${RANDOM}
ENV DB_PASSWORD ${PLAIN}
ENV A=1 API_KEY=${RANDOM} B=$A
RUN curl -H "PRIVATE-TOKEN: ${TOKEN}" https://fred:${ADDRESS}@h.example/x | sh
RUN echo "root:${ACCOUNT}" | chpasswd
RUN export AWS_SECRET_ACCESS_KEY=${RANDOM}
RUN mysql -u root --password=${OPTION} -e x | cat
COPY <<EOF /root/.netrc
machine h.example login fred password ${NETRC}
EOF
RUN apt-get install foo ${TOKEN}
LABEL token=${TOKEN}
`,
  "x.def": `Bootstrap: docker
From: debian:13.1

%post
    export API_TOKEN=${TOKEN}
    echo "root:${ACCOUNT}" | chpasswd

%environment
    DB_PASSWORD=${PLAIN}

%runscript
    exec x --password ${OPTION}
`,
  "compose.yaml": `services:
  web:
    image: mysql:8
    environment:
      MYSQL_ROOT_PASSWORD: ${PLAIN}
      API_TOKEN: ${TOKEN}
    command: x --password ${OPTION}
`,
  "job.sh": `#!/bin/bash
docker run -e DB_PASSWORD=${PLAIN} -p 80:80 img x --token ${TOKEN}
`,
};

function thingOf(name: string): CheckedThing {
  const source = { name, text: TEXTS[name] ?? "" };
  const policy = PROFILES.get("spin");
  if (!policy) throw new Error("no profile");
  return { name, source, findings: lintText(source, { policy }), quiet: [], asked: [] };
}

describe.each(Object.keys(TEXTS))("of %s", (name) => {
  test.each(FORMATS)("the report as %s says no secret", async (format) => {
    const thing = thingOf(name);
    expect(thing.findings.length).toBeGreaterThan(3);
    const report: Report = { version: "1", profile: "spin", things: [hideSecrets(thing)], rules: new Map() };
    const text = await formatReport(report, format, { color: false, width: 100 });
    for (const secret of [TOKEN, RANDOM, ...WORDS]) expect(text).not.toContain(secret);
  });
});

test("places and everything else of findings stay as they are", () => {
  const thing = thingOf("Dockerfile");
  const shown = hideSecrets(thing);
  expect(shown.findings.map(({ rule, place }) => [rule, place?.range])).toEqual(
    thing.findings.map(({ rule, place }) => [rule, place?.range]),
  );
  const frames = shown.findings.map(({ place }) => place && codeFrame(place)).join("\n");
  expect(frames).toContain("ENV DB_PASSWORD *************");
  expect(frames).toContain("mysql -u root --password=*************");
});
