// npm run art: the artwork of the built-in templates, computed. What is written is the package's own, under its
// licence; a template's YAML says in which inks it is printed.
import { writeFileSync } from 'node:fs';
import sharp from 'sharp';

const PROFILE = 'templates/profiles/iso-coated-v2-300.icc';

/** Folds of satin on a card with its bleed, 91.6 × 59.98 mm at 320 pixels an inch, in the inks of the press. */
async function satin(file: string): Promise<void> {
  const [width, height] = [1154, 756];
  const pixels = Buffer.alloc(width * height * 3);
  const deep = [0.085, 0.012, 0.06];
  const middle = [0.36, 0.04, 0.2];
  const light = [0.93, 0.52, 0.62];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [u, v, near] = [x / height, y / height, 0.0015];
      const across = (STEEP * (fold(u + near, v) - fold(u - near, v))) / (2 * near);
      const down = (STEEP * (fold(u, v + near) - fold(u, v - near))) / (2 * near);
      const long = Math.hypot(1, across, down);
      // Light from the upper left on cloth that shines along its folds.
      const facing = (LIGHT[2] - LIGHT[0] * across - LIGHT[1] * down) / long;
      const mirrored = (HALF[2] - HALF[0] * across - HALF[1] * down) / long;
      const glow = Math.min(1, Math.max(0, 0.1 + 0.8 * facing));
      const shine = 0.5 * Math.max(0, mirrored) ** 26 + 0.1 * Math.max(0, mirrored) ** 6;
      for (let channel = 0; channel < 3; channel += 1) {
        const base = mix(deep[channel] ?? 0, middle[channel] ?? 0, smooth(glow));
        const lit = mix(base, light[channel] ?? 0, Math.min(1, shine));
        pixels[(y * width + x) * 3 + channel] = Math.round(255 * Math.min(1, lit));
      }
    }
  }
  const raw = { raw: { width, height, channels: 3 as const } };
  await sharp(pixels, raw)
    .withIccProfile(PROFILE, { attach: false })
    .withMetadata({ density: 320 })
    .jpeg({ quality: 86, chromaSubsampling: '4:4:4', mozjpeg: false })
    .toFile(file);
}

/** The height of the cloth: slow waves, bent by slower ones. */
function fold(x: number, y: number): number {
  const bend = 0.22 * Math.sin(2.1 * x + 1.3 * y + 0.4) + 0.13 * Math.sin(3.7 * y - 1.9 * x + 2.2);
  const along = x * 0.86 + y * 1.12 + bend;
  const across = y * 0.7 - x * 0.55 + 0.2 * Math.sin(2.6 * along);
  return (
    0.02 * Math.sin(6.2 * along + 1.4 * Math.sin(2.4 * across)) +
    0.0085 * Math.sin(12.5 * along + 2.1 * Math.sin(3.3 * across + 0.7) + 1.1) +
    0.0032 * Math.sin(23 * along + 3.4 * Math.sin(2.2 * across + 2) + 0.3)
  );
}

const STEEP = 3.4;
const LIGHT = [-0.56, -0.64, 0.53] as const;
/** Between the light and whoever looks. */
const HALF = [-0.32, -0.366, 0.874] as const;

const mix = (a: number, b: number, share: number) => a + (b - a) * share;
const smooth = (t: number) => t * t * (3 - 2 * t);

/** A rosette as engravers turn them: closed lines about a middle, as outlines. */
function rosette(): string {
  const lines = Array.from({ length: 18 }, (_, index) => {
    const share = index / 17;
    return ring(
      (angle) => 26 + 20 * share + (7.5 - 3 * share) * Math.cos(12 * angle + share * Math.PI),
      0.34,
    );
  });
  const inner = Array.from({ length: 9 }, (_, index) =>
    ring((angle) => 17 + 3.4 * Math.cos(9 * angle + (index / 9) * 2 * Math.PI), 0.3),
  );
  return drawing(
    -1040,
    -1040,
    2080,
    2080,
    [...lines, ...inner].map((d) => `<path fill="gold" fill-rule="evenodd" d="${d}"/>`),
  );
}

/** A closed line of a thickness about the middle. */
function ring(radius: (angle: number) => number, weight: number): string {
  const steps = 180;
  const edge = (by: number) =>
    Array.from({ length: steps }, (_, index) => {
      const angle = (index / steps) * 2 * Math.PI;
      const small = 1e-3;
      const at = (one: number) => [radius(one) * Math.cos(one), radius(one) * Math.sin(one)] as const;
      const [x, y] = at(angle);
      const [nextX, nextY] = at(angle + small);
      const long = Math.hypot(nextX - x, nextY - y);
      return [x + ((nextY - y) / long) * by, y - ((nextX - x) / long) * by].map(tenfold) as [number, number];
    });
  return closed(edge(weight / 2)) + closed(edge(-weight / 2));
}

/** A closed path over whole numbers, each but the first from the one before. */
function closed(points: readonly (readonly [number, number])[]): string {
  const steps = points.map(([x, y], index) => {
    const [beforeX, beforeY] = points[index - 1] ?? [0, 0];
    const [right, down] = [x - beforeX, y - beforeY];
    return `${index === 0 ? 'M' : index === 1 ? 'l' : right < 0 ? '' : ' '}${right}${down < 0 ? '' : ' '}${down}`;
  });
  return `${steps.join('')}z`;
}

const tenfold = (value: number) => Math.round(value * 20);

/** Tiles of quarter circles, discs and halves, three across and ten down, 6 units each. */
function tiles(): string {
  let state = 20261121;
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const inks = ['night', 'coral', 'sun', 'sky'];
  const shapes: string[] = [];
  let before = -1;
  for (let row = 0; row < 10; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      let ground = draw(4);
      while (ground === before) ground = draw(4);
      before = ground;
      const ink = (ground + 1 + draw(3)) % 4;
      shapes.push(
        `<rect x="${column * 6}" y="${row * 6}" width="6" height="6" fill="${inks[ground] ?? ''}"/>`,
      );
      const fill = `fill="${inks[ink] ?? ''}" transform="translate(${column * 6 + 3} ${row * 6 + 3}) rotate(${draw(4) * 90})"`;
      switch (draw(5)) {
        case 0:
          shapes.push(`<path ${fill} d="M-3-3H3A6 6 0 0 1-3 3Z"/>`);
          break;
        case 1:
          shapes.push(`<circle ${fill} r="2"/>`);
          break;
        case 2:
          shapes.push(`<path ${fill} d="M-3-3H3A3 3 0 0 1-3-3Z"/>`);
          break;
        case 3:
          shapes.push(`<path ${fill} d="M-3-3H3L-3 3Z"/>`);
          break;
        default:
          shapes.push(
            `<path ${fill} d="M-3-3A3 3 0 0 1 0 0A3 3 0 0 1-3 3ZM0-3A3 3 0 0 1 3 0A3 3 0 0 1 0 3A3 3 0 0 0 3 0A3 3 0 0 0 0-3Z"/>`,
          );
      }
    }
  }
  return drawing(0, 0, 18, 60, shapes);
}

function drawing(x: number, y: number, width: number, height: number, shapes: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${x} ${y} ${width} ${height}">`,
    ...shapes,
    '</svg>',
    '',
  ].join('\n');
}

await satin('templates/fashion/satin.jpg');
writeFileSync('templates/fashion/rosette.svg', rosette());
writeFileSync('templates/voucher/tiles.svg', tiles());
