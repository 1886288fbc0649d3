// npm run gallery: the pictures of docs/gallery.md and docs/template.md, from the templates and the snippets
// themselves. The same inputs give the same files.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { illustrationsOf } from './illustration.ts';
import { partPicture, templatePicture } from './portrait.ts';

const only = process.argv[2];
const wanted = (name: string) => only === undefined || name.includes(only);
mkdirSync('docs/gallery', { recursive: true });
mkdirSync('docs/template', { recursive: true });
for (const name of readdirSync('templates')) {
  if (existsSync(`templates/${name}/template.yaml`) && wanted(name))
    writeFileSync(`docs/gallery/${name}.png`, await templatePicture('.', name));
}
for (const illustration of illustrationsOf(readFileSync('docs/template.md', 'utf8'))) {
  if (wanted(illustration.picture))
    writeFileSync(`docs/template/${illustration.picture}.png`, await partPicture('.', illustration));
}
