import { expect, test } from "vitest";
import { Authorizer } from "./authorizer.ts";
import { makeWire } from "./client.ts";

test("a program that keeps logins is not waited for when the caller has had enough", async () => {
  const wire = makeWire({ env: {}, certDirs: [] });
  const credentials = () => new Promise<undefined>(() => undefined);
  const authorizer = new Authorizer(wire, credentials, { host: "r.example", named: true, insecure: false });
  authorizer.learn("Basic realm=x", new URL("https://r.example/v2/"), undefined);
  const stop = new AbortController();
  const header = authorizer.header({ repository: "a", scope: "", what: "a", signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(header).rejects.toThrow("enough");
  await wire.transport.close();
});
