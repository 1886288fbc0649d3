// Links between the pages, and what docs/architecture.md says is there.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ROOT, codeIn, readPage } from './page.ts';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(new URL('docs/', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test.each(PAGES)('the links of %s lead somewhere', (page) => {
  const lost = [...readPage(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? new URL(page, ROOT) : new URL(path, new URL(page, ROOT));
      if (!existsSync(fileURLToPath(file))) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).has(anchor);
    });
  expect(lost).toEqual([]);
});

function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('the architecture names every folder of src, and files that are there', () => {
  const folders = readPage('docs/architecture.md')
    .split(/^- \*\*`(?=[a-z]+\/`\*\*)/m)
    .slice(1)
    .map((item) => {
      const [folder = '', text = ''] = item.split(/\/`\*\*/);
      return {
        folder,
        files: codeIn(text.split(/\n(?! )/)[0] ?? '').filter((name) => /^[a-z0-9-]+$/.test(name)),
      };
    });
  const missing = folders.flatMap(({ folder, files }) =>
    files
      .filter((file) => !existsSync(new URL(`src/${folder}/${file}.ts`, ROOT)))
      .map((file) => `${folder}/${file}`),
  );
  expect(missing).toEqual([]);
  expect(folders.map(({ folder }) => folder).sort()).toEqual(
    readdirSync(new URL('src/', ROOT), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(),
  );
});
