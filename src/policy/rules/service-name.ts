// What services are called: SVC-01, SVC-02.

import { nearest } from "../../base/nearest.ts";
import { listed } from "../message.ts";
import { isLabel, labelOf, typeOfService } from "../names.ts";
import { rule } from "../rule.ts";

export const SERVICE_NAME = rule({
  id: "SVC-01",
  title: "A service's name says what it is, in the site's words",
  on: "service",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "Service {service} must be one of {types}, with an optional -suffix",
  hint: "rename it, for example to {suggestion}",
  why: "Everybody who meets the service, staff as well as colleagues, knows at once what it is for.",
  source: "Spin: Naming Convention for Services",
  cases: {
    label: {
      message: "Service {service} cannot be part of a DNS name",
      hint: "use small letters, digits and dashes, at most 63: {suggestion}",
    },
  },
  check: ({ service: { name }, policy: { serviceTypes } }) => {
    if (!isLabel(name)) return { case: "label", fields: { suggestion: labelOf(name) } };
    if (serviceTypes.size === 0 || typeOfService(name, serviceTypes) !== undefined) return undefined;
    const types = [...serviceTypes.keys()];
    const type = nearest(name.split("-")[0] ?? "", types) ?? types.at(-1);
    return { fields: { types: listed(types), suggestion: `${type}-${labelOf(name)}`.slice(0, 63) } };
  },
  passes: [
    { shows: "db-mysql", service: { name: "db-mysql" } },
    { shows: "web", service: { name: "web" } },
    {
      shows: "a type of the site's own",
      service: { name: "ml-gpt" },
      policy: { serviceTypes: new Map([["ml", ML()]]) },
    },
    { shows: "any label where no types are listed", service: { name: "mysql" }, policy: { serviceTypes: new Map() } },
  ],
  fails: [
    {
      shows: "mysql",
      service: { name: "mysql" },
      expect: { pointer: "/services/mysql", says: "must be one of api, app, db" },
    },
    { shows: "web_nginx", service: { name: "web_nginx" }, expect: { case: "label", says: "web_nginx" } },
    { shows: "Web", service: { name: "Web" }, expect: { case: "label" } },
    { shows: "website", service: { name: "website" } },
    { shows: "web-", service: { name: "web-" }, expect: { case: "label" } },
    { shows: "web--x", service: { name: "web--x" } },
    { shows: "64 letters", service: { name: `web-${"x".repeat(60)}` }, expect: { case: "label" } },
    { shows: "constructor", service: { name: "constructor" } },
  ],
});

export const SERVICE_SUFFIX = rule({
  id: "SVC-02",
  title: "The suffix of a service's name says something",
  on: "service",
  severity: "info",
  class: "optional",
  certainty: "likely",
  message: "The suffix {suffix} of {service} adds nothing",
  hint: "leave it out, or name the program or what it is for: db-mysql, app-images",
  why: "A name that says the same twice is longer, not clearer.",
  source: "Spin: Naming Convention for Services",
  check: ({ service: { name }, policy: { serviceTypes } }) => {
    const type = typeOfService(name, serviceTypes);
    const suffix = type === undefined ? "" : name.slice(type.length + 1);
    const empty = suffix === type || EMPTY_WORDS.has(suffix) || SAME[type ?? ""]?.includes(suffix) === true;
    return suffix !== "" && empty ? { fields: { suffix } } : undefined;
  },
  passes: [
    { shows: "app-images", service: { name: "app-images" } },
    { shows: "db", service: { name: "db" } },
  ],
  fails: [
    { shows: "web-web", service: { name: "web-web" }, expect: { says: "suffix web" } },
    { shows: "db-database", service: { name: "db-database" } },
    { shows: "api-service", service: { name: "api-service" } },
  ],
});

const EMPTY_WORDS = new Set(["service", "svc", "server", "container", "docker", "main", "1", "2"]);
const SAME: Readonly<Record<string, readonly string[]>> = {
  api: ["rest"],
  app: ["application", "backend"],
  db: ["database", "data"],
  kv: ["store", "keyvalue"],
  lb: ["balancer", "loadbalancer"],
  util: ["utility", "utils", "misc"],
  web: ["www", "http", "frontend", "website"],
};

function ML() {
  return { description: "model server", reach: "site", keepsData: false } as const;
}
