// What has to be looked up for a stack.

import { expect, test } from "vitest";
import { bind, port, route } from "./example-parts.ts";
import { realizeExample } from "./example-stack.ts";
import { neededFacts } from "./needed-facts.ts";

const SOURCE = "/global/project/../project/a/b/c";

test("names everything that rules ask for, once and as it is written", () => {
  const { spec, policy } = realizeExample({
    shows: "a service with everything",
    service: {
      user: "501:124",
      mounts: [bind(SOURCE), bind(SOURCE)],
      ports: [port(60007, 80), port(undefined, 81)],
      routes: [route(), route({ protocol: "tcp", listen: 60009 })],
    },
    stack: {
      volumes: [
        { name: "v", external: "mars_db", options: {}, labels: {} },
        { name: "w", options: { type: "none", o: "bind", device: "/etc" }, labels: {} },
      ],
      secrets: [{ name: "s", store: "web.rover.s" }],
    },
  });
  expect(neededFacts(spec, policy)).toEqual({
    people: ["fred", "wilma"],
    uids: [501],
    groups: ["csg", "isg"],
    stacks: ["rover", "web"],
    images: ["registry.spin.nersc.gov/csg/rover-web:v1.4.2"],
    paths: [SOURCE],
    ports: ["60007/tcp", "60009/tcp"],
    hosts: ["rover.example.org"],
    volumes: ["mars_db"],
    networks: [],
    secrets: ["web.rover.s"],
  });
});

test("knows the numbers of images' own users once the images are known", () => {
  const { spec, policy } = realizeExample({ shows: "", service: { user: undefined, mounts: [bind(SOURCE)] } });
  const images = new Map([[spec.services[0]?.image ?? "", { user: "4711" }]]);
  expect(neededFacts(spec, policy).uids).toEqual([]);
  expect(neededFacts(spec, policy, { images }).uids).toEqual([4711]);
});
