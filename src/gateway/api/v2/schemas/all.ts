// Every named schema, as server and document need them.

import type { TObject } from "typebox";
import * as image from "./image.ts";
import { Problem } from "./problem.ts";
import * as pull from "./pull.ts";
import * as registry from "./registry.ts";
import * as site from "./site.ts";
import * as token from "./token.ts";

/** All schemas that have a name. */
export const NAMED: readonly TObject[] = [
  ...[
    image.Owner,
    image.FindingWaiver,
    image.FindingCounts,
    image.VerdictRelease,
    image.ImageFinding,
    image.ImageVerdict,
    image.Image,
    image.ImagePage,
    image.AclChange,
    image.ReleaseWish,
    image.Pin,
  ],
  ...[image.HeldImage, image.PinPage, image.TagMove, image.TagHistory],
  ...[pull.Progress, pull.ImportFile, pull.Pull, pull.PullList, pull.PullWish, pull.ImportWish, pull.PullAnswer],
  ...[site.System, site.SystemList, site.Person, site.QuotaLimits, site.Quota, site.Event, site.EventPage],
  ...[site.Collected, site.CollectWish, ...site.PARTS],
  ...[token.Token, token.TokenList, token.TokenWish, token.NewToken],
  ...[registry.Team, registry.TeamList, registry.TeamWish],
  ...[registry.Namespace, registry.NamespaceList, registry.NamespaceWish],
  ...[registry.RepositoryPage, registry.RepositoryWithTags, ...registry.PARTS],
  Problem,
];
