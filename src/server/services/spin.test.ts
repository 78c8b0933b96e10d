// Guessing the password of spin-docker's one user.

import { expect, test } from "vitest";
import { slowed } from "./spin.ts";

test("who guesses waits, with the right password, too; others do not, and asking without a password is no guess", async () => {
  let now = 0;
  const check = slowed(
    (authorization) => authorization === "right",
    () => now,
  );
  const from = (address: string, word: string | undefined) => Promise.resolve(check(word, address));
  for (let asked = 0; asked < 50; asked++) expect(await from("192.0.2.1", undefined)).toBe(false);
  for (let guess = 0; guess < 6; guess++) expect(await from("192.0.2.1", "wrong")).toBe(false);
  await expect(from("192.0.2.1", "right")).rejects.toMatchObject({ code: "E_ACCOUNTS_OFTEN", http: 429 });
  expect(await from("192.0.2.2", "right")).toBe(true);
  now += 3;
  expect(await from("192.0.2.1", "right")).toBe(true);
  for (let request = 0; request < 100; request++) expect(await from("192.0.2.1", "right")).toBe(true);
});
