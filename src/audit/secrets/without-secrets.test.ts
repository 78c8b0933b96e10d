import { expect, test } from "vitest";
import { withoutSecrets } from "./without-secrets.ts";

test.each([
  ["ENV DB_PASSWORD=hunter2 X=1", "ENV DB_PASSWORD=… X=1"],
  ["|1 API_TOKEN='a b' /bin/sh -c make", "|1 API_TOKEN=… /bin/sh -c make"],
  ['ENV SECRET_KEY="unfinished', "ENV SECRET_KEY=…"],
  ["RUN get --password hunter2 -o x", "RUN get --password … -o x"],
  ["RUN git clone https://ann:hunter2@git.example.org/x", "RUN git clone https://…@git.example.org/x"],
  ["ENV TOKEN_TTL=3600 PASSWORD_FILE=/run/x", "ENV TOKEN_TTL=3600 PASSWORD_FILE=/run/x"],
  ["RUN apt-get install -y passwd token-tools", "RUN apt-get install -y passwd token-tools"],
  [`RUN x glpat-${"aB3dE5gH7jK9mN1pQ3sT"}`, "RUN x …"],
])("%s is shown as %s", (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

test("a line of megabytes is cut before it is looked at", () => {
  expect(withoutSecrets("a=".repeat(4_000_000)).length).toBeLessThanOrEqual(4096);
});
