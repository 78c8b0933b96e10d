// The pages begin here: what must be watched is watched, then the page of the address is shown.

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/pages.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { watchClock } from "./parts/clock.ts";
import { watchConnection } from "./state/connection.ts";
import { watchLocation } from "./state/location.ts";
import { watchSession } from "./state/session.ts";
import { watchTheme } from "./state/theme.ts";

watchTheme();
watchConnection();
watchSession();
watchLocation();
watchClock();

const place = document.getElementById("app");
if (place) render(<App />, place);
