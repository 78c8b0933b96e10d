import { expect, test } from "vitest";
import { isPartOf, networkOf } from "./network.ts";

test("a network is an address and its bits", () => {
  expect(networkOf("10.99.0.0/16")).toEqual({ address: "10.99.0.0", bits: 16 });
  for (const text of ["10.99.0.0", "10.99.0.0/33", "10.99.0/16", "300.1.1.1/8", "fd00::/64", ""])
    expect(networkOf(text)).toBeUndefined();
});

test("a network is part of itself and of larger ones, never of smaller ones", () => {
  expect(isPartOf("10.99.0.0/16", "10.99.0.0/16")).toBe(true);
  expect(isPartOf("10.99.4.0/24", "10.96.0.0/12")).toBe(true);
  expect(isPartOf("10.96.0.0/12", "10.99.4.0/24")).toBe(false);
  expect(isPartOf("172.17.0.0/16", "10.0.0.0/8")).toBe(false);
  expect(isPartOf("fd00::/64", "10.0.0.0/8")).toBe(false);
});
