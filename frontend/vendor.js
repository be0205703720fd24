// Copies what browsers load into the package's static folder; run by `npm run vendor`.
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const statics = join(here, "../src/madoguchi/web/static");
mkdirSync(join(statics, "vendor"), { recursive: true });
copyFileSync(join(here, "node_modules/htmx.org/dist/htmx.min.js"), join(statics, "vendor/htmx.min.js"));
copyFileSync(join(here, "node_modules/htmx.org/LICENSE"), join(statics, "vendor/htmx.LICENSE.txt"));
// htmx's extension hx-csp is left out: it gates by nonce, and our policy allows neither inline script nor eval.

const tokens = readFileSync(join(here, "node_modules/@digital-go-jp/design-tokens/dist/tokens.css"), "utf8");
if (!readFileSync(join(statics, "css/tokens.css"), "utf8").endsWith(tokens)) {
  console.error("static/css/tokens.css differs from the installed design tokens: copy the new ones below its licence.");
  process.exit(1);
}
