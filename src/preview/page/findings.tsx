// What is beside the pictures: what is predicted of the symbols, the preflight's table, the template's text, and
// what is wrong where the files cannot be drawn.
import { useEffect, useRef } from 'preact/hooks';
import type { LiveComplaint, LiveDrawing, LiveFinding } from '../state.ts';
import { moduleText } from './face.tsx';

const ORDER = { fail: 0, warn: 1, waived: 2, pass: 3 };

interface FindingsProps {
  readonly findings: readonly LiveFinding[];
  readonly chosen: LiveFinding | undefined;
  readonly choose: (finding: LiveFinding) => void;
}

export function Findings({ findings, chosen, choose }: FindingsProps) {
  const rows = [...findings].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict]);
  const count = (verdict: LiveFinding['verdict']) => rows.filter((row) => row.verdict === verdict).length;
  const told = [`${count('fail')} fail`, `${count('warn')} warn`, `${count('pass')} pass`].join(', ');
  return (
    <section aria-labelledby="preflight">
      <h2 id="preflight">
        Preflight <span class="dim">{told}</span>
      </h2>
      <div class="scroll" role="region" aria-labelledby="preflight" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">Verdict</span>
              </th>
              <th scope="col">Rule</th>
              <th scope="col">Where</th>
              <th scope="col">Value</th>
              <th scope="col">Fails / warns under</th>
            </tr>
          </thead>
          <tbody>
            {keyed(rows).map(([key, row]) => (
              <tr key={key} class={row.verdict} aria-current={row === chosen ? 'true' : undefined}>
                <td>
                  <span class={`verdict ${row.verdict}`}>{row.verdict}</span>
                </td>
                <td class="rule">
                  {row.areas !== undefined || row.line !== undefined ? (
                    <button type="button" class="jump" onClick={() => choose(row)}>
                      {row.rule}
                    </button>
                  ) : (
                    <span>{row.rule}</span>
                  )}
                  {row.message !== undefined && <p class="message">{row.message}</p>}
                </td>
                <td>{row.subject === '' ? row.elsewhere : row.subject}</td>
                <td class="number">{row.value}</td>
                <td class="number">{row.threshold}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Rows that stay the elements they are from one state to the next: whoever stands on one with the keyboard stays there. */
function keyed(rows: readonly LiveFinding[]): readonly (readonly [key: string, row: LiveFinding])[] {
  const times = new Map<string, number>();
  return rows.map((row) => {
    const name = `${row.rule} ${row.subject}`;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return [`${name} ${time}`, row];
  });
}

export function Symbols({ drawing }: { readonly drawing: LiveDrawing }) {
  return (
    <section aria-labelledby="symbols">
      <h2 id="symbols">
        Symbols <span class="dim">predicted read-back</span>
      </h2>
      <dl class="symbols">
        {drawing.symbols.map((symbol) => {
          const found = drawing.outlooks?.find(
            ({ data, side }) => data === symbol.data && side === symbol.side,
          );
          return (
            <div>
              <dt>
                {symbol.data === 'pin' ? 'PIN' : symbol.data.replace('_', ' ')}{' '}
                <span class="dim">{symbol.side}</span>
              </dt>
              <dd>
                {found === undefined ? (
                  <span class="dim">measuring</span>
                ) : (
                  <>
                    <span class={`verdict ${found.outlook}`}>{found.outlook}</span>
                    <span class="dim">
                      decodability {found.decodability}, contrast {found.contrast} %
                    </span>
                  </>
                )}
                <br />
                <span class="number">{moduleText(symbol, drawing)}</span>
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

interface SourceProps {
  readonly source: { readonly file: string; readonly text: string };
  /** The line to look at; `turn` tells one jump from the next. */
  readonly line: number | undefined;
  readonly turn: number;
  readonly wrong: ReadonlySet<number>;
}

export function Source({ source, line, turn, wrong }: SourceProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (line === undefined) return;
    const item = list.current?.children[line - 1];
    if (!(item instanceof HTMLElement)) return;
    item.scrollIntoView({ block: 'center' });
    item.focus({ preventScroll: true });
  }, [line, turn]);
  return (
    <section aria-labelledby="source">
      <h2 id="source">
        Template <span class="dim">{source.file}</span>
      </h2>
      <ol class="source" ref={list} aria-label="The template’s lines">
        {source.text
          .replace(/\n$/, '')
          .split('\n')
          .map((text, index) => {
            const number = index + 1;
            const state = [number === line && 'pointed', wrong.has(number) && 'wrong']
              .filter(Boolean)
              .join(' ');
            return (
              <li tabIndex={-1} class={state} data-line={number}>
                {text === '' ? ' ' : text}
              </li>
            );
          })}
      </ol>
    </section>
  );
}

interface ComplaintsProps {
  readonly complaints: readonly LiveComplaint[];
  readonly file: string | undefined;
  readonly go: (line: number) => void;
}

/** Over the last good picture: what is wrong, where, and the line itself. */
export function Complaints({ complaints, file, go }: ComplaintsProps) {
  return (
    <div class="complaints" role="alert">
      <p class="head">The files as they are cannot be drawn. This is the last that could.</p>
      {complaints.map(({ message, place, hint, rule }) => (
        <article>
          <p>
            {place !== undefined && (
              <button
                type="button"
                class="jump place"
                disabled={place.file !== file}
                onClick={() => go(place.line)}
              >{`${place.file}:${place.line}:${place.column}`}</button>
            )}{' '}
            {message}
            {rule !== undefined && <span class="dim"> [{rule}]</span>}
          </p>
          {place !== undefined && place.excerpt !== '' && (
            <pre>{`${place.line} | ${place.excerpt.replaceAll('\t', ' ')}\n${' '.repeat(String(place.line).length)} | ${' '.repeat(place.column - 1)}^`}</pre>
          )}
          {hint !== undefined && <p class="dim">{hint}</p>}
        </article>
      ))}
    </div>
  );
}
