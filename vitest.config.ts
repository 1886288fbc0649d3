import { defineConfig } from 'vitest/config';

/** What takes minutes: `npm run test:long`. */
const LONG = [
  'test/crash/*.test.ts',
  'test/deliver/acknowledged.test.ts',
  'test/deliver/deliver.test.ts',
  'test/deliver/said.test.ts',
  'test/deploy/container.test.ts',
  'test/deploy/units.test.ts',
  'test/docs/template.test.ts',
  'test/kill/*.test.ts',
  'test/pack/seal.test.ts',
  'test/pack/sign.test.ts',
  'test/preview/live.test.ts',
  'test/preview/preview.test.ts',
  'test/program/canary-after.test.ts',
  'test/program/canary.test.ts',
  'test/program/gallery.test.ts',
  'test/program/lost-answers.test.ts',
  'test/program/probe.test.ts',
  'test/program/readme.test.ts',
  'test/program/recovery.test.ts',
  'test/program/stand-in.test.ts',
  'test/program/strace.test.ts',
  'test/render/programs.test.ts',
  'test/schedule/approved.test.ts',
  'test/schedule/changed-yes.test.ts',
  'test/schedule/command.test.ts',
  'test/schedule/real-year.test.ts',
  'test/schedule/tend.test.ts',
  'test/schedule/thousand.test.ts',
  'test/schedule/year.test.ts',
  'test/settle/archive.test.ts',
  'test/settle/ceiling.test.ts',
  'test/settle/destroyed.test.ts',
  'test/settle/forged-approval.test.ts',
  'test/settle/half-purged.test.ts',
  'test/settle/long/*.test.ts',
  'test/verify/memory.test.ts',
  'test/verify/run.test.ts',
  'test/verify/strangers.test.ts',
  'test/watch/notify.test.ts',
];

export default defineConfig({
  test: {
    // The tests compute; leaving a core idle would double their time.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: LONG } },
      { extends: true, test: { name: 'long', include: LONG } },
    ],
  },
});
