import { describe, expect, test } from "vitest";
import { maskSecrets } from "./mask-secrets.ts";

const TOKEN = `glpat-${"aB3dE5gH7jK9mN1pQ3sT"}`;

test.each([
  ["ENV DB_PASSWORD hunter2 and more", "ENV DB_PASSWORD ****************"],
  ["ENV A=1 DB_PASSWORD=hunter2 B=2", "ENV A=1 DB_PASSWORD=******* B=2"],
  ["    MYSQL_ROOT_PASSWORD: hunter2", "    MYSQL_ROOT_PASSWORD: *******"],
  ['environment: {API_KEY: "a b", X: y}', 'environment: {API_KEY: "***", X: y}'],
  [`RUN x ${TOKEN} y`, `RUN x ${"*".repeat(TOKEN.length)} y`],
  ["git clone https://fred:hunter2@h.example/a.git", "git clone https://fred:*******@h.example/a.git"],
  ["git clone ssh://git@h.example/a.git", "git clone ssh://git@h.example/a.git"],
  ['CMD ["x", "--password", "hunter2"]', 'CMD ["x", "--password", "*******"]'],
  ["RUN x --password=hunter2 --token 'a b'", "RUN x --password=******* --token '***'"],
  ['RUN echo "root:hunter2" | chpasswd', 'RUN echo "root:*******" | chpasswd'],
  ["RUN chpasswd <<EOF\nroot:hunter2\nEOF", "RUN chpasswd <<EOF\n************\nEOF"],
  ["RUN echo hunter2 | passwd --stdin root", "RUN echo ******* | passwd --stdin root"],
  ["RUN useradd -m -p hunter2 fred", "RUN useradd -m -p ******* fred"],
  ["RUN mysql -u root -phunter2 x", "RUN mysql -u root -p******* x"],
  ["password = hunter2", "password = *******"],
  ["//registry.example/:_authToken=hunter2", "//registry.example/:_authToken=*******"],
  ["RUN sshpass -p hunter2 ssh h", "RUN sshpass -p ******* ssh h"],
  ["RUN curl -u fred:hunter2 https://x", "RUN curl -u fred:******* https://x"],
  ["machine h login fred password hunter2", "machine h login fred password *******"],
])("%s is shown as %s", (text, shown) => {
  expect(maskSecrets(text)).toBe(shown);
});

describe("what is no secret stays", () => {
  test.each([
    "ENV DB_PASSWORD_FILE=/run/secrets/db MAX_TOKENS=4096",
    `export DB_PASSWORD=$DB_PASSWORD TOKEN=\${TOKEN:-}`,
    "RUN apt-get install -y passwd && useradd -m fred",
    "RUN mysql -u root -e 'select 1'",
    "# the password is asked for",
    "fred ALL=(ALL) NOPASSWD: ALL",
    "ports: ['8080:80']",
  ])("%s", (text) => {
    expect(maskSecrets(text)).toBe(text);
  });
});

test("every line of a private key is hidden, and the lines stay where they are", () => {
  const body = "MIIEowIBAAKCAQEAq7XvZ9kLm2Pq8RsT4uVwq7XvZ9kLm2Pq8RsT4uVwabCDefGH";
  const text = `a\n-----BEGIN RSA PRIVATE KEY-----\n${body}\n${body}\n-----END RSA PRIVATE KEY-----\nb\n`;
  const shown = maskSecrets(text);
  expect(shown).not.toContain(body);
  expect(shown.length).toBe(text.length);
  expect(shown.split("\n")).toHaveLength(text.split("\n").length);
});

test("a text of thousands of secrets, and one that nearly has some, take no time", () => {
  const start = performance.now();
  const many = maskSecrets(`${`x ${TOKEN} API_TOKEN=q7XvZ9kLm2Pq8RsT4uVw\n`.repeat(5000)}`);
  expect(many).not.toContain(TOKEN);
  for (const near of ["PASSWORD", "a://", "curl -u ", "echo a|", "login x password ", "chpasswd <<E\n"])
    maskSecrets(near.repeat(20_000));
  expect(performance.now() - start).toBeLessThan(5000);
});
