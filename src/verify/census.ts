// What a page is made of, without rendering it: every object's kind and extent, slot by slot, as rows of
// numbers. What is one card's own (bars in their zones, type) counts by its kind alone.
import type { Rect } from '../plan/rect.ts';
import { POINTS_PER_MM, type Press } from '../render/grid.ts';
import type { SlotPlace } from '../render/imposition.ts';
import { FORM, PATH, TEXT } from './pdfium.ts';
import { type SidePlan, onPage } from './places.ts';
import type { PrintedPage, PrintedVolume } from './printed.ts';

/** Kinds and extents of objects in their order, in points from the slot's corner. */
export type Shape = readonly number[];

export interface Census {
  /** One shape a slot, in the order of the side's slots. */
  readonly slots: readonly Shape[];
  /** What lies outside all of them: marks and the slug line. */
  readonly rest: Shape;
}

/** Kinds of our own beside pdfium's: bars, or a square code's modules, of the zone of this index. */
const BARS = 100;

/** Extents that differ by less are the same, points; pdfium computes them in single precision. */
const SLACK = 0.15;

export function isSameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1)
    if (!(Math.abs((a[at] ?? 0) - (b[at] ?? 0)) <= SLACK)) return false;
  return true;
}

interface Extent {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface SlotArea extends Extent {
  readonly turned: boolean;
  readonly zones: readonly Extent[];
}

/** Makes the census of the pages of one side. */
export function censusTaker(
  { pdf, direct, scratch }: PrintedVolume,
  plan: SidePlan,
  press: Press,
): (page: PrintedPage) => Census {
  const areas = plan.slots.map((slot) => slotArea(slot, plan, press));

  const extentOf = (object: number, height: number): Extent => {
    direct.FPDFPageObj_GetBounds(object, scratch, scratch + 4, scratch + 8, scratch + 12);
    const floats = pdf.pdfium.HEAPF32;
    const at = scratch / 4;
    return {
      left: floats[at] ?? 0,
      top: height - (floats[at + 3] ?? 0),
      right: floats[at + 2] ?? 0,
      bottom: height - (floats[at + 1] ?? 0),
    };
  };

  const describe = (shape: number[], object: number, type: number, extent: Extent, area?: SlotArea) => {
    const { left, top, right, bottom } = extent;
    shape.push(type);
    if (area === undefined) shape.push(left, top, right, bottom);
    else if (area.turned)
      shape.push(area.right - right, area.bottom - bottom, area.right - left, area.bottom - top);
    else shape.push(left - area.left, top - area.top, right - area.left, bottom - area.top);
    if (type === PATH) shape.push(direct.FPDFPath_CountSegments(object));
    if (type !== FORM) return;
    const count = direct.FPDFFormObj_CountObjects(object);
    for (let index = 0; index < count; index += 1) {
      const child = direct.FPDFFormObj_GetObject(object, index);
      // A form's own coordinates are the same wherever it is placed.
      describe(shape, child, direct.FPDFPageObj_GetType(child), extentOf(child, 0));
    }
  };

  return (page) => {
    const height = direct.FPDF_GetPageHeightF(page.handle);
    const slots = areas.map((): number[] => []);
    const rest: number[] = [];
    const count = direct.FPDFPage_CountObjects(page.handle);
    for (let index = 0; index < count; index += 1) {
      const object = direct.FPDFPage_GetObject(page.handle, index);
      const type = direct.FPDFPageObj_GetType(object);
      // A form that holds nothing has no extent, but a point where it was placed: any slot's, or none's.
      if (type === FORM && direct.FPDFFormObj_CountObjects(object) === 0) continue;
      const extent = extentOf(object, height);
      const at = areas.findIndex((area) => isIn(extent, area));
      const area = areas[at];
      const shape = slots[at] ?? rest;
      const zone = type === PATH ? (area?.zones.findIndex((one) => holds(one, extent)) ?? -1) : -1;
      if (type === TEXT) shape.push(TEXT);
      else if (zone >= 0) shape.push(BARS + zone);
      else describe(shape, object, type, extent, area);
    }
    return { slots, rest };
  };
}

function slotArea(slot: SlotPlace, { zones, squares }: SidePlan, press: Press): SlotArea {
  return {
    ...extentInPoints(slot),
    turned: slot.rotation === 180,
    zones: [...zones, ...squares].map(({ rect }) => extentInPoints(onPage(rect, slot, press))),
  };
}

function extentInPoints({ x, y, width, height }: Rect): Extent {
  return {
    left: x * POINTS_PER_MM,
    top: y * POINTS_PER_MM,
    right: (x + width) * POINTS_PER_MM,
    bottom: (y + height) * POINTS_PER_MM,
  };
}

/** An object is a slot's where its middle is, if it is not much larger: crop marks surround them all. */
function isIn({ left, top, right, bottom }: Extent, area: Extent): boolean {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return (
    x > area.left &&
    x < area.right &&
    y > area.top &&
    y < area.bottom &&
    right - left < 1.5 * (area.right - area.left) &&
    bottom - top < 1.5 * (area.bottom - area.top)
  );
}

function holds(outer: Extent, inner: Extent): boolean {
  return (
    inner.left > outer.left - SLACK &&
    inner.right < outer.right + SLACK &&
    inner.top > outer.top - SLACK &&
    inner.bottom < outer.bottom + SLACK
  );
}
