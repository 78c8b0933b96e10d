// An address that leads nowhere.

import { Link } from "../parts/link.tsx";
import { Page } from "../parts/page.tsx";

export function NowherePage() {
  return (
    <Page title="There is no such page">
      <p>
        The address leads nowhere. <Link to="/">To the overview</Link>
      </p>
    </Page>
  );
}
