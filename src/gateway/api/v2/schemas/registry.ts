// The site's own registry: teams, namespaces and what is said of them, repositories and their tags.

import { Type } from "typebox";
import { count, line, list, named, page, ref, seconds, text, word } from "./shared.ts";

const ROLES = ["view", "write", "admin"] as const;
const name = (description: string) => line(200, description);
const below = Type.Optional(name("For this repository only, named below the namespace; absent: for all of it."));

const group = Type.Optional(name("A group of the directory, whose members may write."));
const members = Type.Unsafe<Readonly<Record<string, "write" | "admin">>>({
  type: "object",
  maxProperties: 10_000,
  additionalProperties: { type: "string", enum: ["write", "admin"] },
  description: "User names, and what they may do.",
});

export const Team = named("Team", "People who own namespaces together.", { name: name("Its name."), group, members });
export const TeamList = named("TeamList", "All teams.", { items: Type.Array(ref(Team)) });
export const TeamWish = named("TeamWish", "What a team shall be; replaces what was said before.", { group, members });

const Grant = named("Grant", "A role that the owners give to somebody.", {
  to: Type.String({
    pattern: "^(everyone|(team|user):[^\\s:]{1,128})$",
    description: "`everyone`, also without a login; `team:NAME`; `user:NAME`.",
  }),
  role: word(ROLES, "What they may do; each includes the one before it."),
  repository: below,
});

const TagRule = named("TagRule", "Which tags stay what they are, and which may move.", {
  pattern: Type.String({ pattern: "^[A-Za-z0-9_.*?-]{1,64}$", description: "With * and ?, or `semver`." }),
  kind: word(["immutable", "moving"], "What they are."),
  repository: below,
});

const said = {
  team: Type.Optional(name("The team that owns it; absent: it is a person's own.")),
  grants: Type.Array(ref(Grant), { maxItems: 1000, description: "Who else may do what." }),
  tagRules: Type.Array(ref(TagRule), { maxItems: 100, description: "Of which the first that fits counts." }),
};

export const Namespace = named("Namespace", "What is said of all repositories whose names begin with it.", {
  name: name("Its name."),
  ...said,
});
export const NamespaceList = named("NamespaceList", "Namespaces that you may view.", {
  items: Type.Array(ref(Namespace)),
});
export const NamespaceWish = named("NamespaceWish", "What is said of it; replaces what was said before.", said);

const Verdict = named("Verdict", "What the site's checks said.", {
  verdict: word(["accepted", "refused", "quarantined"], "In a word."),
  reason: text("Why."),
});

const MadeOf = named("RepositoryImage", "What a system has of a repository, as far as you may know.", {
  system: text("The system."),
  repository: text("The repository."),
  tag: text("Its tag."),
  image: text("The name that it is run by there."),
  status: text("`READY`, or how far its pull is."),
  current: Type.Boolean({ description: "False: the tag was pushed again since." }),
});
const images = list(ref(MadeOf), "What the systems have of it, as far as you may know.");

const repository = {
  name: text("Its name, namespace and all."),
  createdAt: seconds("When it was first pushed to"),
  pushedAt: seconds("When it was last pushed to"),
  pushedBy: text("By whom; empty: nobody knows any more."),
  role: word(ROLES, "What you may do there."),
  images,
};

const RepositoryTag = named("RepositoryTag", "A tag of a repository.", {
  tag: text("The tag."),
  digest: text("Of the manifest or index that it stands for."),
  mediaType: text("Of that."),
  bytes: count("Of that."),
  pushedAt: seconds("When it was pushed"),
  pushedBy: text("By whom; empty: nobody knows any more."),
  verdict: Type.Optional(ref(Verdict)),
  images,
});

const Repository = named("Repository", "A repository of the site's registry.", repository);
export const RepositoryPage = page("RepositoryPage", ref(Repository));
export const RepositoryWithTags = named("RepositoryWithTags", "A repository with its tags.", {
  ...repository,
  tags: Type.Array(ref(RepositoryTag)),
});

/** Every named schema that only others refer to. */
export const PARTS = [Grant, TagRule, Verdict, MadeOf, RepositoryTag, Repository];
