import { beforeEach, expect, test } from "vitest";
import { draft, EMPTY, edit, forgetDrafts, isUnsaved, openDraft } from "./draft.ts";

const FILES = [{ name: "compose.yaml", text: "services: {}" }];

beforeEach(() => {
  openDraft("");
  forgetDrafts();
});

test("a recipe that is being written is laid aside while another is edited, and is there again", () => {
  edit({ name: "rover", files: FILES });
  openDraft("apollo");
  expect(draft.value).toEqual(EMPTY);
  expect(isUnsaved()).toBe(true);
  edit({ tags: "owner:fred" });
  openDraft("");
  expect(draft.value).toMatchObject({ name: "rover", files: FILES });
  openDraft("apollo");
  expect(draft.value.tags).toBe("owner:fred");
});

test("what was not changed is loaded anew", () => {
  openDraft("apollo");
  draft.value = { ...EMPTY, name: "apollo", files: FILES };
  openDraft("");
  openDraft("apollo");
  expect(draft.value).toEqual(EMPTY);
  expect(isUnsaved()).toBe(false);
});

test("whoever signs in next finds nothing", () => {
  edit({ name: "rover" });
  openDraft("apollo");
  edit({ name: "apollo" });
  forgetDrafts();
  expect(isUnsaved()).toBe(false);
  openDraft("");
  expect(draft.value).toEqual(EMPTY);
});
