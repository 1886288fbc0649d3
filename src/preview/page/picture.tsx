// A picture of a drawing. The one before stays until the next is there, so that nothing flickers.
import { useEffect, useRef } from 'preact/hooks';

/** Resolutions that pictures are asked for in. */
const STEPS = [36, 48, 72, 96, 144, 192, 288, 384, 576, 768, 1152];

/** Dots an inch that fill the screen's pixels at a zoom. */
export function dpiAt(zoom: number, most = 1152): number {
  const wanted = 96 * zoom * devicePixelRatio;
  return Math.min(most, STEPS.find((step) => step >= wanted - 0.5) ?? most);
}

interface Asked {
  readonly what: 'face' | 'plate' | 'sheet';
  readonly side: string;
  readonly version: string;
  readonly dpi: number;
  readonly plate?: string;
}

/** @param label what a screen reader says of it */
export function Picture(
  props: Asked & { readonly label: string; readonly class?: string; readonly style?: string },
) {
  const { what, side, version, dpi, plate, label } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const over = new AbortController();
    const query = new URLSearchParams({ version, dpi: String(dpi), ...(plate !== undefined && { plate }) });
    void draw(canvas.current, `/picture/${what}/${side}?${query}`, over.signal).then(
      (drawn) => {
        if (!drawn) return;
        canvas.current?.setAttribute('data-version', version);
        if (plate !== undefined) canvas.current?.setAttribute('data-plate', plate);
        else canvas.current?.removeAttribute('data-plate');
        requestAnimationFrame(() => performance.mark(`drawn ${what} ${side}`, { detail: version }));
      },
      // The line tells of a server that is gone, and the next state of a version that is past.
      () => undefined,
    );
    return () => over.abort();
  }, [what, side, version, dpi, plate]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      class={props.class}
      style={props.style}
      width={1}
      height={1}
    />
  );
}

async function draw(canvas: HTMLCanvasElement | null, url: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(url, { signal });
  if (!response.ok) return false;
  const bitmap = await createImageBitmap(await response.blob());
  if (signal.aborted || canvas === null) return false;
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return true;
}
