// Failures of waking what sleeps.

import { defineErrors } from "../../base/errors.ts";

/** What those hear who wait for a service. */
export const fail = defineErrors({
  E_WAKE_ROUTE: { text: "there is no route {route}", http: 404 },
  E_WAKE_FAILED: {
    text: "{service} of {stack} could not be woken: {reason}",
    hint: "its logs and events say more; it is tried again in {seconds} s at the earliest",
    http: 503,
  },
  E_WAKE_SLOW: {
    text: "{service} of {stack} did not wake within {seconds} s",
    hint: "it is still being started; come again in a moment",
    http: 503,
  },
});
