// Loaded into a gateway of a test before everything else: its clock is ahead of the machine's by as many seconds as the
// file BERTH_TEST_CLOCK says now, so that "after 300 seconds" needs no waiting. Its jobs get the same clock.

import { readFileSync } from "node:fs";

const file = process.env.BERTH_TEST_CLOCK;
const real = Date.now;
let ahead = 0;
let readAt = -Infinity;

Date.now = () => {
  const now = real();
  if (file && now - readAt > 5) {
    readAt = now;
    ahead = Number(readFileSync(file, "utf8")) * 1000;
  }
  return now + ahead;
};
