// Reads server-sent events from pieces of text (the HTML standard, section "Server-sent events"). Pure: what is read so far
// is a value.

/** One message. */
export interface Message {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** What was read and is not a whole message yet. */
export interface Unfinished {
  readonly rest: string;
  readonly event: string | undefined;
  readonly data: readonly string[];
  readonly id: string | undefined;
}

export const NOTHING_YET: Unfinished = { rest: "", event: undefined, data: [], id: undefined };

/** Takes the next piece; answers the messages that are whole now. */
export function readPiece(before: Unfinished, piece: string): { messages: Message[]; after: Unfinished } {
  const lines = (before.rest + piece).split(/\r\n|\n|\r(?!$)/);
  const rest = lines.pop() ?? "";
  const messages: Message[] = [];
  let { event, id } = before;
  let data = [...before.data];
  for (const line of lines) {
    if (line === "") {
      if (data.length > 0) messages.push({ event: event ?? "message", data: data.join("\n"), id });
      event = undefined;
      data = [];
      continue;
    }
    const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === "event") event = value;
    if (field === "data") data.push(value);
    if (field === "id") id = value;
  }
  return { messages, after: { rest, event, data, id } };
}
