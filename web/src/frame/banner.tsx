// Says that the server is away, and that nothing is lost by it.

import { now } from "../parts/clock.ts";
import { awaySince } from "../state/connection.ts";
import { span } from "../words/amounts.ts";

export function Banner() {
  const since = awaySince.value;
  const seconds = since === undefined ? 0 : Math.max(0, now.value - since / 1000);
  return (
    <div class="banner-place" role="status">
      {since !== undefined && (
        <p class="banner">
          <strong>The server is away{seconds >= 10 ? ` for ${span(seconds)}` : ""}.</strong> What you see is as it was;
          what you typed stays. The page goes on by itself.
        </p>
      )}
    </div>
  );
}
