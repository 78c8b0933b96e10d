// Which component shows which address.

import type { JSX } from "preact";
import { ActivityPage } from "../pages/activity/activity-page.tsx";
import { UsePage } from "../pages/activity/use-page.tsx";
import { AuditPage } from "../pages/audit/audit-page.tsx";
import { DeployPage } from "../pages/deploy/deploy-page.tsx";
import { DeploymentPage } from "../pages/deployments/deployment-page.tsx";
import { DeploymentsPage } from "../pages/deployments/deployments-page.tsx";
import { EventsPage } from "../pages/events/events-page.tsx";
import { ImagesPage } from "../pages/images/images-page.tsx";
import { LogSearchPage } from "../pages/logs/log-search-page.tsx";
import { LogsPage } from "../pages/logs/logs-page.tsx";
import { MetricsPage } from "../pages/metrics/metrics-page.tsx";
import { NowherePage } from "../pages/nowhere-page.tsx";
import { OperationPage } from "../pages/operation/operation-page.tsx";
import { OverviewPage } from "../pages/overview/overview-page.tsx";
import { PortsPage } from "../pages/ports/ports-page.tsx";
import { QuotasPage } from "../pages/quotas/quotas-page.tsx";
import { RoutesPage } from "../pages/routes/routes-page.tsx";
import { RulesPage } from "../pages/rules/rules-page.tsx";
import { SecretsPage } from "../pages/secrets/secrets-page.tsx";
import { ShellPage } from "../pages/shell/shell-page.tsx";
import { StackPage } from "../pages/stack/stack-page.tsx";
import { WebhooksPage } from "../pages/webhooks/webhooks-page.tsx";
import { matchPath } from "../state/pages.ts";

type Values = Readonly<Record<string, string>>;
type Shower = (values: Values) => JSX.Element;

const PAGES: Readonly<Record<string, Shower>> = {
  "/": () => <OverviewPage />,
  "/deploy": () => <DeployPage />,
  "/activity": () => <ActivityPage />,
  "/logs": () => <LogSearchPage />,
  "/secrets": () => <SecretsPage />,
  "/routes": () => <RoutesPage />,
  "/ports": () => <PortsPage />,
  "/images": () => <ImagesPage />,
  "/quotas": () => <QuotasPage />,
  "/rules": () => <RulesPage />,
  "/audit": () => <AuditPage />,
  "/stacks/:stack": (at) => <StackPage stack={of(at, "stack")} />,
  "/stacks/:stack/deployments": (at) => <DeploymentsPage stack={of(at, "stack")} />,
  "/stacks/:stack/deployments/:id": (at) => <DeploymentPage stack={of(at, "stack")} id={of(at, "id")} />,
  "/stacks/:stack/operations/:id": (at) => <OperationPage stack={of(at, "stack")} id={of(at, "id")} />,
  "/stacks/:stack/logs": (at) => <LogsPage stack={of(at, "stack")} />,
  "/stacks/:stack/events": (at) => <EventsPage stack={of(at, "stack")} />,
  "/stacks/:stack/use": (at) => <UsePage stack={of(at, "stack")} />,
  "/stacks/:stack/metrics": (at) => <MetricsPage stack={of(at, "stack")} />,
  "/stacks/:stack/webhooks": (at) => <WebhooksPage stack={of(at, "stack")} />,
  "/stacks/:stack/services/:service/shell": (at) => <ShellPage stack={of(at, "stack")} service={of(at, "service")} />,
};
const PATTERNS = Object.keys(PAGES);

/** The page of an address. */
export function pageAt(path: string): JSX.Element {
  const match = matchPath(PATTERNS, path);
  const shower = match ? PAGES[match.pattern] : undefined;
  return match && shower ? shower(match.values) : <NowherePage />;
}

function of(values: Values, name: string): string {
  return values[name] ?? "";
}
