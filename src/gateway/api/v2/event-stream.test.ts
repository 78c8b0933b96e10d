import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type StreamEvent, sendEvents } from "./event-stream.ts";

/** Serves one stream; answers its text so far, and how to leave. */
async function streamOf(events: (response: ServerResponse) => AsyncIterable<StreamEvent>, signal: AbortSignal) {
  const sending = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    sendEvents(response, events(response), signal, 5).then(sending.resolve, sending.reject);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  socket.write("GET / HTTP/1.0\r\n\r\n");
  return { text: () => text, socket, sent: sending.promise };
}

test("events are messages with a name and JSON", async () => {
  const { text, socket, sent } = await streamOf(async function* () {
    yield { event: "progress", data: { text: "two\nlines" } };
    yield { event: "end", data: null };
  }, new AbortController().signal);
  await Promise.all([sent, once(socket, "end")]);
  expect(text()).toMatch(/^content-type: text\/event-stream\r$/m);
  expect(text().split("\r\n\r\n")[1]).toBe(
    'event: progress\ndata: {"text":"two\\nlines"}\n\nevent: end\ndata: null\n\n',
  );
});

test("comments keep a silent stream alive, until it is told to end", async () => {
  const stop = new AbortController();
  const { text, socket, sent } = await streamOf(async function* () {
    yield { event: "progress", data: 1 };
    await once(stop.signal, "abort");
  }, stop.signal);
  await expect.poll(text).toContain(": still here\n\n: still here\n\n");
  stop.abort();
  await Promise.all([sent, once(socket, "end")]);
});

test("who does not read gets nothing more, and the rest is not made", async () => {
  const stop = new AbortController();
  let made = 0;
  const { socket, sent } = await streamOf(async function* () {
    for (;;) {
      made++;
      yield { event: "progress", data: "x".repeat(100_000) };
    }
  }, stop.signal);
  socket.pause();
  let before = -1;
  await expect
    .poll(() => {
      const same = made === before;
      before = made;
      return same;
    })
    .toBe(true);
  stop.abort();
  await sent;
  expect(made).toBeLessThan(1000);
});
