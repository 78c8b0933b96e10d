// What goes over the wire, as the servers' OpenAPI documents have it. Types only: nothing of the server is bundled.

export type {
  Image,
  ImageFinding,
  ImagePage,
  ImageVerdict,
  Person,
  Pull,
  PullAnswer,
  PullList,
  System,
  SystemList,
} from "../../../src/gateway/client/api-types.ts";
export type * from "../../../src/services/client/api-types.ts";
