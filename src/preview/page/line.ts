// The line to the server: each state as it comes, and whether the line holds. The browser itself connects again.
import { useEffect, useState } from 'preact/hooks';
import type { LiveState } from '../state.ts';

export interface Line {
  readonly state: LiveState | undefined;
  readonly connected: boolean;
}

export function useLine(): Line {
  const [line, setLine] = useState<Line>({ state: undefined, connected: false });
  useEffect(() => {
    let events: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      events = new EventSource('/state');
      events.addEventListener('state', ({ data }: MessageEvent<string>) => {
        setLine({ state: JSON.parse(data) as LiveState, connected: true });
      });
      events.addEventListener('error', () => {
        setLine(({ state }) => ({ state, connected: false }));
        // A browser gives up for good where it was answered and not by us: somebody else may have had the port.
        if (events.readyState === EventSource.CLOSED) again = setTimeout(open, 1000);
      });
    };
    open();
    return () => {
      clearTimeout(again);
      events.close();
    };
  }, []);
  return line;
}
