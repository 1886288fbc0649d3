import { defineConfig } from 'vitest/config';

/** What takes minutes: `npm run test:long`. */
const LONG = [
  'test/crash/*.test.ts',
  'test/deploy/container.test.ts',
  'test/kill/*.test.ts',
  'test/preview/live.test.ts',
  'test/program/lost-answers.test.ts',
  'test/program/probe.test.ts',
  'test/program/recovery.test.ts',
  'test/program/stand-in.test.ts',
  'test/render/programs.test.ts',
  'test/settle/long/*.test.ts',
  'test/schedule/real-year.test.ts',
  'test/schedule/thousand.test.ts',
  'test/verify/strangers.test.ts',
  'test/watch/notify.test.ts',
];

export default defineConfig({
  test: {
    // The tests compute; leaving a core idle would double their time.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: LONG } },
      { extends: true, test: { name: 'long', include: LONG } },
    ],
  },
});
