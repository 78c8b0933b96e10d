import { connect } from "node:net";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { SAMPLE_PULL } from "../../../../tests/gateway/sample-desk.ts";
import { sampleServer } from "../../../../tests/gateway/sample-server.ts";

const STREAMS_EACH = 16;

test("whoever leaves before his stream begins holds none of those that he may have", async () => {
  const { app, sample } = await sampleServer();
  onTestFinished(() => app.close());
  const url = new URL(await app.listen({ port: 0, host: "127.0.0.1" }));
  const { findPull } = sample.desk;
  const answer = Promise.withResolvers<void>();
  let asked = 0;
  const slowly: typeof findPull = async (...pull) => {
    asked++;
    await answer.promise;
    return findPull(...pull);
  };
  Object.assign(sample.desk, { findPull: slowly });
  const path = `/v2/pulls/${SAMPLE_PULL.id}/events`;
  const sockets = Array.from({ length: STREAMS_EACH }, () => connect(Number(url.port), "127.0.0.1"));
  for (const socket of sockets) socket.write(`GET ${path} HTTP/1.1\r\nhost: g\r\nauthentication: alice\r\n\r\n`);
  await expect.poll(() => asked).toBe(STREAMS_EACH);
  for (const socket of sockets) socket.destroy();
  const connections = promisify(app.server.getConnections.bind(app.server));
  await expect.poll(() => connections()).toBe(0);
  answer.resolve();

  const stay = new AbortController();
  const open = async () => (await fetch(new URL(path, url), { headers: { authentication: "alice" }, ...stay })).status;
  await expect.poll(open).toBe(200);
  stay.abort();
});
