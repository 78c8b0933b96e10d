import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReplyHead } from "./reply-head.ts";
import { ReplyReader } from "./reply-reader.ts";

interface Read {
  readonly interim: number[];
  head: ReplyHead | undefined;
  body: string;
  trailers: readonly string[] | undefined;
  wrong: string | undefined;
}

// Feeds the text in pieces of these sizes, then closes.
function read(text: string, sizes: readonly number[] = [], method = "GET"): Read {
  const seen: Read = { interim: [], head: undefined, body: "", trailers: undefined, wrong: undefined };
  const reader = new ReplyReader(method, {
    onInterim: ({ status }) => void seen.interim.push(status),
    onHead: (head) => {
      seen.head = head;
    },
    onData: (piece) => {
      seen.body += piece.toString("latin1");
    },
    onEnd: (trailers) => {
      seen.trailers = trailers;
    },
  });
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0, turn = 0; at < bytes.length && seen.wrong === undefined; turn++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[turn % sizes.length] ?? 1);
    seen.wrong = reader.feed(bytes.subarray(at, at + size));
    at += size;
  }
  seen.wrong ??= reader.end();
  return seen;
}

const REPLIES = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.0 200\r\nServer: x\r\n\r\nuntil the end",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX-Sum: 6\r\n\r\n",
];

describe("a reply", () => {
  test("is the same however it is cut", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...REPLIES),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (text, sizes) => {
          expect(read(text, sizes)).toEqual(read(text));
        },
      ),
      { numRuns: 300, seed: 6 },
    );
  });

  test("has its parts", () => {
    expect(read(REPLIES[4] ?? "")).toMatchObject({ body: "hello!", trailers: ["X-Sum", "6"], wrong: undefined });
    expect(read(REPLIES[3] ?? "")).toMatchObject({ interim: [100, 103], body: "", trailers: [] });
    expect(read(REPLIES[2] ?? "")).toMatchObject({ body: "until the end", head: { keepAlive: false } });
    expect(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", [], "HEAD")).toMatchObject({ body: "", trailers: [] });
  });

  test.each([
    ["ends early", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "it ended in the middle"],
    ["never comes", "", "it closed without a reply"],
    ["says more than it has", `${REPLIES[0]}!`, "it goes on after its end"],
    ["has two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "it has two lengths"],
    [
      "has a size that is none",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
      "the size of a chunk is malformed",
    ],
    [
      "ends its chunks by LF",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n",
      "a line of a chunk does not end in CRLF",
    ],
    [
      "lies about a chunk",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
      "a chunk is longer than it says",
    ],
  ])("that %s is refused", (_, text, why) => {
    expect(read(text).wrong).toBe(why);
    expect(read(text, [1]).wrong).toBe(why);
  });

  test("never makes the reader throw, whatever it is", () => {
    const noise = fc.array(
      fc.constantFrom(
        "HTTP/1.1 ",
        "200 OK",
        "\r\n",
        "\n",
        "Content-Length: ",
        "3",
        "abc",
        "Transfer-Encoding: chunked",
        "0",
        ":",
        "\0",
        " ",
      ),
    );
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 7 }), (parts, size) => {
        expect(read(parts.join(""), [size]).wrong).toEqual(read(parts.join("")).wrong);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});
