// Copies what the pages need from node_modules to static/vendor (ignored by git) and makes one sprite of the icons in use.
// Icons in use are found in the templates and Python files, so that a new one needs no list.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(top, "static", "vendor");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const strip = (from, to) =>
  writeFileSync(join(out, to), readFileSync(join(top, "node_modules", from), "utf8").replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*$/gm, ""));
strip("@tabler/core/dist/css/tabler.min.css", "tabler.min.css");
cpSync(join(top, "node_modules/htmx.org/dist/htmx.min.js"), join(out, "htmx.min.js"));

function* files(dir) {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) { if (name !== "migrations") yield* files(path); }
    else if (/\.(html|py)$/.test(name)) yield path;
  }
}
const names = new Set();
for (const dir of ["templates", "partnership", "programs", "cases", "referrals", "metrics"])
  for (const path of files(join(top, dir)))
    for (const m of readFileSync(path, "utf8").matchAll(/(?:\{% icon "|\b(?:icon|symbol)=")([a-z0-9-]+)/g)) names.add(m[1]);

let sprite = '<svg xmlns="http://www.w3.org/2000/svg">';
for (const name of [...names].sort()) {
  const path = join(top, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
  if (!existsSync(path)) throw new Error(`no icon named ${name}`);
  const body = readFileSync(path, "utf8").replace(/^[\s\S]*?<svg[^>]*>/, "").replace("</svg>", "").replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "");
  sprite += `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${body.trim()}</symbol>`;
}
writeFileSync(join(out, "icons.svg"), sprite + "</svg>\n");
console.log(`front-end files in static/vendor, ${names.size} icons`);
