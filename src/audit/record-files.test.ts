import { expect, test } from "vitest";
import { FileRecorder } from "./record-files.ts";

function record(files: Readonly<Record<string, string>>) {
  const recorder = new FileRecorder();
  for (const [path, text] of Object.entries(files)) {
    const bytes = Buffer.from(text);
    const plain = { uid: 0, gid: 0, mode: 0o644, target: undefined, program: false };
    recorder.entry({ path, type: "file", size: bytes.length, ...plain });
    recorder.bytes(bytes);
  }
  return recorder.finish();
}

test("what is kept of small files has no secrets in it, and says all the same where they are", () => {
  const token = `npm_${"q7XvZ9kLm2Pq8RsT4uVwq7XvZ9kLm2Pq8R"}`;
  const { texts, secrets } = record({
    "etc/shadow": "root:$6$salt$abcdefgh:1::::::\nlocked:!:1::::::\nstar:*:1::::::\nopen::1::::::\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nold:abJnggxhB/yWI:1:1::/:\n",
    "etc/pip.conf": "[global]\nindex-url = https://fred:hunter2secret@pypi.site.example/simple\n",
    "root/.npmrc": `//registry.example/:_authToken=${token}\nloglevel=warn\n`,
    "usr/local/bin/entrypoint.sh": "#!/bin/sh\nexport DB_PASSWORD=hunter2secret\nexec app\n",
  });
  expect(Object.fromEntries(texts)).toEqual({
    "etc/shadow": "root:$:1::::::\nlocked:!:1::::::\nstar:*:1::::::\nopen::1::::::\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nold:$:1:1::/:\n",
    "etc/pip.conf": `[global]\nindex-url = https://fred:${"*".repeat(13)}@pypi.site.example/simple\n`,
    "root/.npmrc": `//registry.example/:_authToken=${"*".repeat(token.length)}\nloglevel=warn\n`,
    "usr/local/bin/entrypoint.sh": `#!/bin/sh\nexport DB_PASSWORD=${"*".repeat(13)}\nexec app\n`,
  });
  expect(secrets.map(({ path }) => path)).toContain("root/.npmrc");
});
