import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credentialFile, isPublishedExample } from "./credential-files.ts";
import { findSecrets, findSecretsInBytes } from "./find-secrets.ts";
import { isSecretName } from "./secret-names.ts";
import { base62, endsWithChecksum } from "./token-checks.ts";

const RANDOM = "wK7mQ2xVbN4tR9sLpE3zYc6HdJfG0a";
// Put together here, so that nobody's scanner takes this file for a leak.
const TOKEN = `${"gh"}p_${RANDOM}${base62(crc32(RANDOM))}`;
const BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
const KEY = `${"-----BEGIN"} PRIVATE KEY-----\n${BODY}\n-----END PRIVATE KEY-----`;
const JWT = [{ alg: "HS256", typ: "JWT" }, { sub: "1" }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .join(".");

function kinds(text: string): readonly string[] {
  return findSecrets(text).map(({ kind }) => kind);
}

describe("a secret is found", () => {
  test.each([
    ["a private key", KEY],
    ["a private key", `RUN printf '${KEY.replaceAll("\n", "\\n")}' > /root/.ssh/id_rsa`],
    ["a private key", KEY.replaceAll("\n", "\r\n    ")],
    ["a private key", `"private_key": "${KEY.replaceAll("\n", "\\n")}\\n"`],
    ["a token of GitHub", `https://x:${TOKEN}@github.com/a/b`],
    ["a token of GitHub", `\\n${TOKEN}\\n`],
    ["a key id of AWS", "AKIAQ3EGR7HTLVWK5XMP"],
    ["a signed token", `Authorization: Bearer ${JWT}.${"s1gNaTuR3".repeat(4)}`],
    ["a password of a registry", `{"auths":{"r":{"auth":"${Buffer.from("rover:hunter2").toString("base64")}"}}}`],
    ["a random value beside a secret word", "export API_KEY=q7Xv2mZp9LrT4wKc8NbY1sHd6JfG3aQe"],
    ["a random value beside a secret word", "db_password: 'q7Xv2mZp9LrT4wKc8NbY'"],
  ])("%s in %j", (kind, text) => {
    expect(kinds(text)).toEqual([kind]);
  });

  test("with its line and place", () => {
    const [found] = findSecrets(`a\nb ${TOKEN}\n`);
    expect(found).toEqual({
      kind: "a token of GitHub",
      range: { start: 4, end: 4 + TOKEN.length },
      line: 2,
      certainty: "certain",
    });
  });

  test("in the bytes of a binary file", () => {
    expect(findSecretsInBytes(Buffer.from(`\0\xff${TOKEN}\0`, "latin1")).map(({ line }) => line)).toEqual([1]);
  });
});

describe("nothing is found in", () => {
  test.each([
    TOKEN.replace("wK7", "wK8"),
    `${"-----BEGIN"} PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----`,
    `grep -q -- "${"-----BEGIN"} PRIVATE KEY-----" file`,
    `${"-----BEGIN"} PUBLIC KEY-----\n${BODY}`,
    "AKIAIOSFODNN7EXAMPLE",
    "AKIAXXXXXXXXXXXXXXXX",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.aaaaaaaaaaaaaaaaaaaa",
    "API_KEY=your_api_key_goes_here_12345",
    `API_KEY=$${"{API_KEY_FROM_THE_STORE_0123}"}`,
    "TOKEN_URL=https://example.org/oauth2/token/v1",
    "password: kubernetes.io/service-account-token-1",
    "token=9f86d081-884c-4d65-9a2f-eaa0c55ad015",
    'SHA256_TOKENIZER="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
    "TOKENIZERS_PARALLELISM=false",
  ])("%j", (text) => {
    expect(kinds(text)).toEqual([]);
  });
});

describe("the time is linear", () => {
  test.each([
    ["eyJ", "eyJaaaaaaaa."],
    ["keys", "-----BEGIN PRIVATE KEY-----\nM"],
    ["words", 'token_token = "'],
    ["names", "password".repeat(2)],
  ])("for a million %s", (_, part) => {
    const text = part.repeat(1_000_000 / part.length);
    findSecrets(text);
  });

  test("and any text ends in an answer", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        for (const { range } of findSecrets(text)) expect(range.end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

test("the checksum is the one of GitHub's published example", () => {
  expect(endsWithChecksum("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")).toBe(true);
});

test("names of secrets are told from names about them", () => {
  for (const name of [
    "DB_PASSWORD",
    "PGPASSWORD",
    "apiKey",
    "github-token",
    "AWS_SECRET_ACCESS_KEY",
    "MYSQL_ROOT_PASS",
  ])
    expect(isSecretName(name), name).toBe(true);
  for (const name of ["DB_PASSWORD_FILE", "MAX_TOKENS", "KEYBOARD", "PUBLIC_KEY", "TOKENIZERS_PARALLELISM", "COMPASS"])
    expect(isSecretName(name), name).toBe(false);
});

test("files of credentials are known by their names", () => {
  expect(credentialFile("/root/.ssh/id_ed25519")?.sign).toBe("name");
  expect(credentialFile("certs/server.pem")?.sign).toBe("content");
  for (const path of ["id_rsa.pub", ".env.example", "ca-bundle.pem", "fullchain.pem", "key.ts"])
    expect(credentialFile(path), path).toBeUndefined();
  expect(isPublishedExample("usr/lib/python3/dist-packages/twisted/test/server.pem")).toBe(true);
});
