// What people may do with teams and namespaces, and what they may see of the registry: the rules behind the routes.
// Sites' admins make teams and give them namespaces; a team's admins look after both.

import type { Page, Principal } from "../types.ts";
import type { Book, Namespace, Team } from "./book.ts";
import { fail } from "./errors.ts";
import { type PeopleParts, personOf } from "./people.ts";
import type { ImagesOf, RepositoryImage } from "./repository-images.ts";
import { namespaceOf, ownNamespace, type Person, type RegistryRole, roleIn } from "./rights.ts";
import { isRepositoryName } from "./scope.ts";
import type { Shelf, ShelfRepository, ShelfTag } from "./shelf.ts";

/** A repository as somebody sees it. */
export interface SeenRepository extends ShelfRepository {
  /** What he may do there. */
  readonly role: RegistryRole;
  /** What the systems have of it. */
  readonly images: readonly RepositoryImage[];
}

/** A tag as somebody sees it. */
export interface SeenTag extends ShelfTag {
  readonly images: readonly RepositoryImage[];
}

/** The office. Who is asked for: undefined is nobody in particular. */
export interface Office {
  teams(who: Principal | undefined): Promise<readonly Team[]>;
  /** Makes or changes a team. Site's admins; its own admins may change its members. */
  saveTeam(who: Principal | undefined, team: Team): Promise<void>;
  removeTeam(who: Principal | undefined, name: string): Promise<void>;
  namespaces(who: Principal | undefined): Promise<readonly Namespace[]>;
  /** Makes or changes a namespace. Site's admins; its owners may change all but the owner. */
  saveNamespace(who: Principal | undefined, namespace: Namespace): Promise<void>;
  removeNamespace(who: Principal | undefined, name: string): Promise<void>;
  /** Those that he may view. */
  repositories(who: Principal | undefined, after: string | undefined, limit: number): Promise<Page<SeenRepository>>;
  repository(who: Principal | undefined, name: string): Promise<SeenRepository & { readonly tags: readonly SeenTag[] }>;
}

/** What the office works with. */
export interface OfficeParts extends PeopleParts {
  readonly book: Book;
  readonly shelf: Shelf;
  /** What the systems have of these repositories, as far as he may know. Undefined: none of them pulls from here. */
  readonly imagesOf?: ImagesOf | undefined;
}

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
// Names below /v2 that are the gateway's own on a server that both share, and the people's corner.
const TAKEN = new Set(["users", "images", "pulls", "tags", "quota", "events", "audit", "tokens", "systems", "teams"]);
for (const name of ["namespaces", "repositories", "whoami", "pins"]) TAKEN.add(name);

export function registryOffice(parts: OfficeParts): Office {
  const { book } = parts;
  const someone = async (who: Principal | undefined): Promise<Person> => {
    const person = await personOf(who, parts);
    if (person === undefined) throw fail("E_REGISTRY_WHO");
    return person;
  };
  return {
    teams: async (who) => {
      await someone(who);
      return book.teams();
    },
    async saveTeam(who, team) {
      const person = await someone(who);
      if (!NAME.test(team.name)) throw fail("E_REGISTRY_NAME", { name: team.name, kind: "team", why: "of its form" });
      const before = (await book.teams()).find(({ name }) => name === team.name);
      const own = before !== undefined && person.teams.get(team.name) === "admin" && before.group === team.group;
      mayWrite(person, own, `the team ${team.name}`, "admins of the site; its members are looked after by its own");
      await book.saveTeam(team);
    },
    async removeTeam(who, name) {
      mayWrite(await someone(who), false, `the team ${name}`, "admins of the site");
      const namespace = await book.removeTeam(name);
      if (namespace !== undefined) throw fail("E_REGISTRY_TEAM_IN_USE", { name, namespace });
    },
    namespaces: async (who) => {
      const person = await someone(who);
      return (await book.namespaces()).filter((one) => roleIn(`${one.name}/any`, one, person) !== undefined);
    },
    async saveNamespace(who, namespace) {
      const person = await someone(who);
      const before = await book.namespace(namespace.name);
      await checkNamespace(namespace, book);
      const own = before ? before.team === namespace.team : namespace.name === ownNamespace(person.user);
      const owner = own && roleIn(`${namespace.name}/any`, before, person) === "admin";
      mayWrite(person, owner, `the namespace ${namespace.name}`, "its owners and admins of the site");
      await book.saveNamespace(namespace);
    },
    async removeNamespace(who, name) {
      mayWrite(await someone(who), false, `the namespace ${name}`, "admins of the site");
      await book.removeNamespace(name);
    },
    async repositories(who, after, limit) {
      const page = await viewable(await personOf(who, parts), after, limit, parts);
      return { ...page, items: await withImages(page.items, who, parts) };
    },
    async repository(who, name) {
      const person = await personOf(who, parts);
      const [found] = await seen([(await parts.shelf.repository(name)) ?? []].flat(), person, book);
      // The same words for what is not there and what one may not know of.
      if (found === undefined) throw fail("E_REGISTRY_NO_REPOSITORY", { name });
      const [tags, images = []] = [await parts.shelf.tags(name), await parts.imagesOf?.(who, [name])];
      const told = tags.map((tag) => ({ ...tag, images: images.filter((image) => image.tag === tag.tag) }));
      return { ...found, images, tags: told };
    },
  };
}

function mayWrite(person: Person, own: boolean, what: string, whom: string): void {
  if (!person.mayWrite || !(person.admin || own)) throw fail("E_REGISTRY_RIGHT", { what, whom });
}

async function checkNamespace({ name, team }: Namespace, book: Book): Promise<void> {
  const wrong = (why: string) => fail("E_REGISTRY_NAME", { name, kind: "namespace", why });
  if (!isRepositoryName(name) || namespaceOf(`${name}/x`) !== name) throw wrong("it is one word, or users/NAME");
  if (TAKEN.has(name)) throw wrong("it is taken by the gateway");
  const personal = name.startsWith("users/");
  if (personal !== (team === undefined)) throw wrong("users/NAME belongs to that person, any other to a team");
  if (team !== undefined && !(await book.teams()).some((one) => one.name === team))
    throw fail("E_REGISTRY_NO_TEAM", { name: team });
}

// Rights are not in the database's words, so pages are filled by looking further; a bound keeps one request short.
const LOOKS = 20;

async function viewable(
  person: Person | undefined,
  start: string | undefined,
  limit: number,
  { book, shelf }: OfficeParts,
): Promise<Page<Viewable>> {
  const items: Viewable[] = [];
  let after = start;
  for (let looks = 0; looks < LOOKS && items.length < limit; looks += 1) {
    const page = await shelf.repositories(after, limit - items.length);
    items.push(...(await seen(page.items, person, book)));
    after = page.next;
    if (after === undefined) break;
  }
  return { items, next: after };
}

type Viewable = ShelfRepository & Pick<SeenRepository, "role">;

async function withImages(
  repositories: readonly Viewable[],
  who: Principal | undefined,
  { imagesOf }: OfficeParts,
): Promise<readonly SeenRepository[]> {
  const names = repositories.map(({ name }) => name);
  const images = names.length === 0 ? [] : ((await imagesOf?.(who, names)) ?? []);
  return repositories.map((one) => ({ ...one, images: images.filter(({ repository }) => repository === one.name) }));
}

async function seen(
  repositories: readonly ShelfRepository[],
  person: Person | undefined,
  book: Book,
): Promise<readonly Viewable[]> {
  const namespaces = new Map((await book.namespaces()).map((one) => [one.name, one]));
  return repositories.flatMap((repository) => {
    const role = roleIn(repository.name, namespaces.get(namespaceOf(repository.name) ?? ""), person);
    return role === undefined ? [] : [{ ...repository, role }];
  });
}
