// What the preflight found: a row a check, with what was measured and what was asked for. Rows that fail stop
// a run, rows that warn are told, and a press profile may waive a rule with its reason.
import type { Complaint } from '../base/failure.ts';
import type { Limit, Limits, Rule, Waiver } from '../plan/press.ts';

export interface Finding {
  readonly rule: Rule;
  /** What was looked at: `back[1] token`. */
  readonly subject: string;
  readonly value: string;
  readonly threshold: string;
  readonly verdict: 'pass' | 'warn' | 'fail' | 'waived';
  /** What is wrong and where; none where nothing is. */
  readonly complaint?: Complaint;
  /** Why it was waived. */
  readonly reason?: string;
}

/** The house's limits, or a press's, and how strictly they are held. */
export interface Strictness {
  readonly limits: Limits;
  readonly waivers: readonly Waiver[];
  /** Real cards: a warning about a module's width stops. */
  readonly strict: boolean;
}

/** A dot of the coarsest press, mm. */
export const A_DOT = 0.05;

/** A measure that must be at least its limits. */
export function atLeast(
  rule: Rule,
  subject: string,
  value: number,
  { fail, warn }: Limit,
  unit: string,
  complaint: (limit: number, fails: boolean) => Complaint,
): Finding {
  // Places are rounded to whole dots: by so much a distance may be less than it was drawn. Modules are not.
  const rounding = unit === 'mm' && warn > 1 ? A_DOT : 1e-3;
  const [fails, warns] = [value < fail - rounding, value < warn - rounding];
  return {
    rule,
    subject,
    value: `${shown(value)} ${unit}`,
    threshold: fail === warn || fail === 0 ? `${warn} ${unit}` : `${fail} / ${warn} ${unit}`,
    verdict: fails ? 'fail' : warns ? 'warn' : 'pass',
    ...((fails || warns) && { complaint: complaint(fails ? fail : warn, fails) }),
  };
}

/** Complaints under one rule, each a row that fails. */
export function failing(rule: Rule, complaints: readonly Complaint[]): readonly Finding[] {
  return complaints.map((complaint) => ({
    rule,
    subject: /^(?:front|back|card)[[.][^ :]*/.exec(complaint.message)?.[0] ?? '',
    value: 'wrong',
    threshold: '',
    verdict: 'fail',
    complaint,
  }));
}

/** A row for each rule under which there was nothing to say. */
export function quietRows(findings: readonly Finding[], rules: readonly Rule[]): readonly Finding[] {
  const heard = new Set(findings.map(({ rule }) => rule));
  return rules
    .filter((rule) => !heard.has(rule))
    .map((rule) => ({ rule, subject: '', value: 'nothing found', threshold: '', verdict: 'pass' }));
}

/** The findings as this press takes them. */
export function judged(findings: readonly Finding[], { waivers, strict }: Strictness): readonly Finding[] {
  return findings.map((finding) => {
    if (finding.verdict === 'pass') return finding;
    const waiver = waivers.find(({ rule }) => rule === finding.rule);
    if (waiver !== undefined) return { ...finding, verdict: 'waived', reason: waiver.reason };
    if (strict && finding.rule === 'module-width') return { ...finding, verdict: 'fail' };
    return finding;
  });
}

/** What is wrong with the findings of a verdict; each says its rule. */
export function complaintsOf(findings: readonly Finding[], verdict: 'warn' | 'fail'): readonly Complaint[] {
  return findings.flatMap(({ verdict: own, complaint, rule }) =>
    own === verdict && complaint !== undefined ? [{ ...complaint, rule }] : [],
  );
}

const shown = (value: number) => String(Number(value.toFixed(3)));
