import fc from "fast-check";
import { expect, test } from "vitest";
import { type Message, NOTHING_YET, readPiece } from "./event-text.ts";

const TEXT = ': hello\n\nid: 7\nevent: event\ndata: {"a":1}\n\ndata: one\r\ndata: two\r\n\r\nevent: end\ndata:x\n\n';
const MESSAGES: Message[] = [
  { event: "event", data: '{"a":1}', id: "7" },
  { event: "message", data: "one\ntwo", id: "7" },
  { event: "end", data: "x", id: "7" },
];

test("messages come out as they went in, wherever the text is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(TEXT.length), { maxLength: 12 }), (cuts) => {
      expect(readAll(TEXT, cuts)).toEqual(MESSAGES);
    }),
    { seed: 7, numRuns: 200 },
  );
});

test("a message that is not ended is none yet", () => {
  const { messages, after } = readPiece(NOTHING_YET, "data: almost\n");
  expect(messages).toEqual([]);
  expect(readPiece(after, "\n").messages).toEqual([{ event: "message", data: "almost", id: undefined }]);
});

function readAll(text: string, cuts: readonly number[]): Message[] {
  const places = [0, ...[...cuts].sort((a, b) => a - b), text.length];
  const all: Message[] = [];
  let state = NOTHING_YET;
  for (const [index, from] of places.entries()) {
    const { messages, after } = readPiece(state, text.slice(from, places[index + 1] ?? text.length));
    all.push(...messages);
    state = after;
  }
  return all;
}
