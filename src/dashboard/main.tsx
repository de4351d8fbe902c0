/**
 * The dashboard: starts the page.
 *
 * @module
 */
import { render } from "preact";
import { App } from "./app.tsx";
import { prepareTimes } from "./parts/time.tsx";
import { takeIdentity } from "./session.ts";

render(<App />, document.body);
takeIdentity();
prepareTimes(); // while the first answers are on their way
