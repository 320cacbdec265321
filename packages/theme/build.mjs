// Builds what the pages load: one style sheet, one module, htmx, the fonts and the mark.
// Everything lands in src/saola_theme/static/saola/, which git does not keep.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sass from 'sass'

const here = fileURLToPath(new URL('.', import.meta.url))
const modules = join(here, 'node_modules')
const out = join(here, 'src/saola_theme/static/saola')

rmSync(out, { recursive: true, force: true })
mkdirSync(join(out, 'fonts'), { recursive: true })

// A browser fetches only the subsets whose letters a page uses.
const family = join(modules, '@fontsource/be-vietnam-pro')
const ranges = JSON.parse(readFileSync(join(family, 'unicode.json'), 'utf8'))
let faces = ''
for (const [subset, range] of Object.entries(ranges)) {
  for (const weight of ['400', '600']) {
    const file = `be-vietnam-pro-${subset}-${weight}-normal.woff2`
    cpSync(join(family, 'files', file), join(out, 'fonts', file))
    faces += `@font-face{font-family:"Be Vietnam Pro";font-weight:${weight};font-display:swap;` +
      `src:url("fonts/${file}") format("woff2");unicode-range:${range}}\n`
  }
}

const css = sass.compile(join(here, 'styles/saola.scss'), {
  loadPaths: [modules, join(here, 'styles')],
  style: 'compressed',
  charset: false, // set below, before the fonts: a mark in the middle of the sheet spoils the rule after it
  quietDeps: true
}).css
writeFileSync(join(out, 'saola.css'), '@charset "utf-8";' + faces + css)

// The components are an ES module; ours is appended so that the browser fetches one file
// and the content security policy needs no inline script.
const components = readFileSync(join(modules, 'govuk-frontend/dist/govuk/govuk-frontend.min.js'), 'utf8')
  .replace(/export\s*\{[^}]*\};?/, '')
  .replace(/\/\/# sourceMappingURL=\S+/, '')
writeFileSync(join(out, 'saola.js'), components + '\n' + readFileSync(join(here, 'scripts/start.js'), 'utf8'))

cpSync(join(modules, 'htmx.org/dist/htmx.min.js'), join(out, 'htmx.js'))
cpSync(join(here, 'images'), join(out, 'images'), { recursive: true })
