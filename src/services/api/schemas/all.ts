// Every named schema of the services' API, as server and document need them.

import type { TObject } from "typebox";
import { Problem } from "../../../gateway/api/v2/schemas/problem.ts";
import * as deployment from "./deployment.ts";
import * as live from "./live.ts";
import * as proposal from "./proposal.ts";
import * as rule from "./rule.ts";
import * as secret from "./secret.ts";
import * as session from "./session.ts";
import * as site from "./site.ts";
import * as stack from "./stack.ts";

/** All schemas that have a name. */
export const NAMED: readonly TObject[] = [
  ...[session.Session, session.SignIn, ...session.PARTS],
  ...[
    stack.Stack,
    stack.StackSummary,
    stack.StackPage,
    stack.Service,
    stack.UpdateWish,
    stack.UpgradeWish,
    stack.RollbackWish,
  ],
  ...[stack.ServiceUpgradeWish, stack.ScaleWish, ...stack.PARTS],
  ...[proposal.StackWish, proposal.Proposal, proposal.StackDiff, ...proposal.PARTS],
  ...[deployment.Deployment, deployment.DeploymentPage, deployment.DeploymentFiles, deployment.Export],
  ...[deployment.Operation, deployment.OperationPage, ...deployment.PARTS],
  ...[rule.RuleList, ...rule.PARTS],
  ...[live.LogList, live.StackEventPage, live.ActivityList, live.IdleTimeline, live.UsageList, ...live.PARTS],
  ...[secret.Secret, secret.SecretList, secret.SecretWish, secret.RotateWish, secret.Rotated, ...secret.PARTS],
  secret.KeyExchanged,
  ...[site.RouteList, site.PortList, site.ServiceQuotaList, site.AuditPage, site.WebhookList, site.WebhookWish],
  ...[site.NewWebhook, ...site.PARTS],
  Problem,
];
