// What every refusal looks like (RFC 9457), with our code and hint.

import { Type } from "typebox";
import { named, text } from "./shared.ts";

export const Problem = named("Problem", "Why a request was not fulfilled.", {
  type: text("Always `about:blank`: the code says which kind it is."),
  title: text("The status in words."),
  status: Type.Integer({ description: "The status code." }),
  code: text("The kind of failure: `E_GATEWAY_…`."),
  detail: text("What happened, to which thing and why."),
  hint: Type.Optional(text("What to do next.")),
});
